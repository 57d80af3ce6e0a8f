import assert from "node:assert/strict";
import { test } from "node:test";

import { day, money } from "../../channels/web/format.js";

test("an amount in fen is written in yuan with separators and two decimals", () => {
  const expected = { 0: "0.00", 5: "0.05", 50: "0.50", 100: "1.00", 99999: "999.99", 100000: "1,000.00", 123456789: "1,234,567.89" };
  for (const [minor, text] of Object.entries(expected)) assert.equal(money(Number(minor)), text);
  assert.equal(money(-123456), "-1,234.56");
});

test("a day is written by its template without leading zeros", () => {
  assert.equal(day("2026-11-08", "{year}/{month}/{day}"), "2026/11/8");
  assert.equal(day("2026-11-08T23:59:59+00:00", "{month}.{day}"), "11.8");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { characters, clockTime, day, money, percent, share, yearly } from "../../channels/web/format.js";

test("an amount in fen is written in yuan with separators and two decimals", () => {
  const expected = {
    0: "0.00",
    5: "0.05",
    50: "0.50",
    100: "1.00",
    99999: "999.99",
    100000: "1,000.00",
    500000: "5,000.00",
    123456789: "1,234,567.89",
    9007199254740991: "90,071,992,547,409.91",
  };
  for (const [minor, text] of Object.entries(expected)) assert.equal(money(Number(minor)), text);
});

test("a negative amount keeps its sign", () => {
  assert.equal(money(-5), "-0.05");
  assert.equal(money(-123456), "-1,234.56");
});

test("parts per million are written as percent with two decimals at least", () => {
  const expected = { 0: "0.00%", 1: "0.0001%", 300: "0.03%", 280: "0.028%", 109500: "10.95%", 115170: "11.517%" };
  for (const [ppm, text] of Object.entries(expected)) assert.equal(percent(Number(ppm)), text);
  assert.equal(percent(1000000), "100.00%");
  assert.equal(percent(-500), "-0.05%");
});

test("a day is written by its template without leading zeros", () => {
  assert.equal(day("2026-11-08", "{year}/{month}/{day}"), "2026/11/8");
  assert.equal(day("2026-11-08T23:59:59+00:00", "{month}.{day}"), "11.8");
});

test("an instant is told by the clock of the business zone", () => {
  assert.equal(clockTime("2026-11-08T04:05:00+00:00"), "12:05");
  assert.equal(clockTime("2026-11-08T16:00:00+00:00"), "00:00");
});

test("characters are counted as a person counts them", () => {
  assert.equal(characters("借五千"), 3);
  assert.equal(characters("🙂𠮷"), 2);
});

test("a yearly rate has the two decimals of the conversation", () => {
  assert.equal(yearly(115169), "11.52%");
  assert.equal(yearly(109500), "10.95%");
  assert.equal(yearly(0), "0.00%");
});

test("a share is a whole percent that never leaves its bar", () => {
  assert.equal(share(2500, 10000), 25);
  assert.equal(share(-1, 10000), 0);
  assert.equal(share(20000, 10000), 100);
  assert.equal(share(1, 0), 0);
});

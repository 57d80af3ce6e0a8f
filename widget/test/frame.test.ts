import { expect, test } from "vitest";
import { isNote } from "../src/frame";

test("only notes of the right shape are looked at", () => {
  const good = { creditAssistant: 1, type: "token", id: "1", text: "jwt" };
  expect(isNote(good)).toBe(true);
  const bad = [null, "x", {}, { ...good, creditAssistant: 2 }, { ...good, type: 5 }, { ...good, text: {} }, { ...good, text: "x".repeat(9000) }];
  expect(bad.map(isNote)).toEqual(bad.map(() => false));
});

import { afterEach, expect, test } from "vitest";
import { characters, clockTime, day, fill, instant, money, percent, pieces, useWords, word, words, yearly } from "../src/text";

afterEach(() => useWords());

test("an amount in fen is written in yuan with separators and two decimals", () => {
  const expected: Record<number, string> = { 0: "0.00", 5: "0.05", 100: "1.00", 99999: "999.99", 100000: "1,000.00", 9007199254740991: "90,071,992,547,409.91" };
  for (const [minor, text] of Object.entries(expected)) expect(money(Number(minor))).toBe(text);
  expect(money(-123456)).toBe("-1,234.56");
});

test("parts per million are percent with two decimals at least, a yearly rate with exactly two", () => {
  expect([0, 1, 300, 280, 109500, 1000000].map(percent)).toEqual(["0.00%", "0.0001%", "0.03%", "0.028%", "10.95%", "100.00%"]);
  expect([115169, 109500, 0].map(yearly)).toEqual(["11.52%", "10.95%", "0.00%"]);
});

test("days and instants are told where the customer is", () => {
  expect(day("2026-11-08")).toBe("2026年11月8日");
  expect(clockTime("2026-11-08T16:00:00+00:00")).toBe("00:00");
  expect(instant("2026-11-08T16:05:00+00:00")).toBe("2026年11月9日 00:05");
});

test("characters are counted as a person counts them", () => {
  expect([characters("借五千"), characters("🙂𠮷")]).toEqual([3, 2]);
});

test("an unknown placeholder and an unknown code stand for themselves", () => {
  expect(fill("{a}/{c}", { a: 1 })).toBe("1/{c}");
  expect(word({ open: "正常" }, "toString")).toBe("toString");
});

test("only https becomes a link, and markup stays letters", () => {
  const text = "见 https://www.example.com/a?b=1，<img src=x onerror=alert(1)> javascript:alert(1) http://plain.example";
  const found = pieces(text);
  expect(found.map((piece) => piece.text).join("")).toBe(text);
  expect(found.filter((piece) => piece.href).map((piece) => piece.href)).toEqual(["https://www.example.com/a?b=1"]);
});

test("other words replace ours one by one, and what does not fit the shape is left out", () => {
  useWords({ chat: { title: "小助手" } }, { yuan: 5 } as never);
  expect([words.chat.title, words.yuan, words.chat.send]).toEqual(["小助手", "{amount} 元", "发送"]);
});

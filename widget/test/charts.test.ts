import { expect, test } from "vitest";
import { arc, share, stacked } from "../src/cards/charts";

const part = (minor: number) => ({ name: "", minor, tone: 1 });

test("parts lie end to end and fill the width, whatever the rounding", () => {
  for (const minors of [[1, 1, 1], [33333, 33333, 33334], [1, 999999], [7, 0, 13, 29]]) {
    const slices = stacked(minors.map(part), 300);
    slices.forEach((slice, nth) => expect(slice.from).toBeCloseTo(nth ? slices[nth - 1]!.from + slices[nth - 1]!.size : 0, 6));
    const last = slices.at(-1)!;
    expect(last.from + last.size).toBeCloseTo(300, 6);
  }
});

test("what is nothing or less takes no room", () => {
  expect(stacked([part(0), part(-5)], 300)).toEqual([]);
});

test("a share never leaves its scale", () => {
  expect([share(25, 100), share(-1, 100), share(200, 100), share(1, 0)]).toEqual([0.25, 0, 1, 0]);
});

test("an arc ends on top for a half and at the right for the whole", () => {
  expect(arc(0.5, 50, 60, 60)).toBe("M 10 60 A 50 50 0 0 1 60.00 10.00");
  expect(arc(1, 50, 60, 60)).toBe("M 10 60 A 50 50 0 0 1 110.00 60.00");
});

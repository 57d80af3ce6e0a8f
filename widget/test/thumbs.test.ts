import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, type Thumb } from "../src/api";
import { words } from "../src/text";
import { Thumbs } from "../src/thumbs";
import { settled } from "./gateway";

customElements.define("credit-assistant-thumbs", Thumbs);
const OFFLINE = new ApiError(0, "offline", words.offline);

let thumbs: Thumbs;
let told: Array<[Thumb | null, string | undefined]>;
let answer: () => Promise<void>;

beforeEach(async () => {
  told = [];
  answer = async () => undefined;
  thumbs = document.createElement("credit-assistant-thumbs") as Thumbs;
  thumbs.scrollIntoView = vi.fn();
  thumbs.judge = (thumb, reason) => (told.push([thumb, reason]), answer());
  document.body.append(thumbs);
  await settled();
});
afterEach(() => thumbs.remove());

const button = (thumb: Thumb) => thumbs.querySelector<HTMLElement>(`[data-testid=thumb-${thumb}]`)!;
const chips = () => [...thumbs.querySelectorAll<HTMLElement>("[data-testid=thumb-reason]")];
const note = () => thumbs.querySelector("[role=status]")?.textContent ?? null;
const pressed = () => (["up", "down"] as Thumb[]).filter((thumb) => button(thumb).getAttribute("aria-pressed") === "true");

async function press(...elements: HTMLElement[]): Promise<void> {
  elements.forEach((element) => element.click());
  await settled();
}

test("two named buttons, none pressed, and no live region before one is pressed", () => {
  expect([button("up").textContent!.trim(), button("down").textContent!.trim()]).toEqual(["有帮助", "没帮助"]);
  expect([pressed(), note(), chips()]).toEqual([[], null, []]);
});

test("a thumb is told and thanked for, a second press takes it back", async () => {
  await press(button("up"));
  expect([pressed(), note(), chips()]).toEqual([["up"], words.thumbs.thanks, []]);
  await press(button("up"));
  expect([pressed(), note()]).toEqual([[], ""]);
  expect(told).toEqual([["up", undefined], [null, undefined]]);
});

test("a thumb down asks for a reason, which is sent with it", async () => {
  await press(button("down"));
  expect(note()).toBe(words.thumbs.why);
  expect(chips().map((chip) => chip.textContent)).toEqual(["没答到点上", "看不懂", "数字不对", "其他"]);
  chips()[2]!.focus();
  await press(chips()[2]!);
  expect(told).toEqual([["down", undefined], ["down", "数字不对"]]);
  expect([pressed(), note(), chips()]).toEqual([["down"], words.thumbs.thanks, []]);
  expect(document.activeElement).toBe(button("down"));
});

test("the question goes when the thumb is turned", async () => {
  await press(button("down"));
  await press(button("up"));
  expect([pressed(), chips()]).toEqual([["up"], []]);
});

test("the button is pressed at once and goes back when the gateway cannot be reached", async () => {
  let fail = (_: unknown): void => undefined;
  answer = () => new Promise((_, reject) => (fail = reject));
  await press(button("down"));
  expect([pressed(), chips().length]).toEqual([["down"], 4]);
  fail(OFFLINE);
  await settled();
  expect([pressed(), chips(), note()]).toEqual([[], [], `没有记下。${words.offline}`]);
});

test("a refusal gives back the thumb that is kept, also one of an earlier visit", async () => {
  thumbs.thumb = "up";
  answer = async () => Promise.reject(OFFLINE);
  await press(button("down"));
  expect(pressed()).toEqual(["up"]);
  await press(button("up"));
  expect(pressed()).toEqual(["up"]);
  answer = async () => undefined;
  await press(button("up"));
  expect([pressed(), told.at(-1)]).toEqual([[], [null, undefined]]);
});

test("a reason that was refused can be told again", async () => {
  await press(button("down"));
  answer = async () => Promise.reject(OFFLINE);
  await press(chips()[0]!);
  expect([pressed(), chips().length, note()]).toEqual([["down"], 4, `没有记下。${words.offline}`]);
  answer = async () => undefined;
  await press(chips()[0]!);
  expect([chips(), note()]).toEqual([[], words.thumbs.thanks]);
});

test("of several quick presses the newest counts, and none overtakes another", async () => {
  const ends: Array<() => void> = [];
  answer = () => new Promise((resolve) => ends.push(resolve));
  await press(button("up"));
  await press(button("down"), button("up"));
  expect(told.length).toBe(1);
  ends.shift()!();
  await settled();
  ends.shift()!();
  await settled();
  expect(told).toEqual([["up", undefined], ["up", undefined]]);
  expect(pressed()).toEqual(["up"]);
});

// Words and figures as people read them. Amounts and rates are whole numbers: nothing is divided as a float.
import chinese from "./strings/zh-CN.json";
import type { MoneyOut } from "./generated/cards";

export type Strings = typeof chinese;
type Partly<T> = { [Key in keyof T]?: Partly<T[Key]> };
export type SomeStrings = Partly<Strings>;

/** The words in use; changed in place when another language has been loaded. */
export const words: Strings = structuredClone(chinese);

export function useWords(...layers: Array<SomeStrings | undefined>): void {
  // In place: the part with the cards holds the same object.
  Object.assign(words, layers.reduce<Strings>((under, over) => merged(under, over) as Strings, chinese));
}

function merged(under: unknown, over: unknown): unknown {
  if (over === undefined || over === null) return under;
  if (typeof under !== "object" || Array.isArray(under) || under === null) return typeof over === typeof under ? over : under;
  const both = under as Record<string, unknown>;
  const above = over as Record<string, unknown>;
  return Object.fromEntries(Object.keys(both).map((key) => [key, merged(both[key], above[key])]));
}

/** Put facts into a label. An unknown placeholder stays as it is. */
export function fill(text: string, facts: Record<string, unknown>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in facts ? String(facts[name]) : whole));
}

/** A word for a code of the contract; a code that is newer than this script stands for itself. */
export function word(table: Record<string, string>, code: string | null | undefined): string {
  return code ? (Object.hasOwn(table, code) ? table[code]! : code) : "";
}

/** `500000` (fen) → `5,000.00`. */
export function money(minor: number): string {
  const digits = String(Math.abs(minor)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${minor < 0 ? "-" : ""}${whole}.${digits.slice(-2)}`;
}

export const yuan = (amount: MoneyOut): string => fill(words.yuan, { amount: money(amount.minor) });

/** Parts per million → percent, two decimals at least: `109500` → `10.95%`, `300` → `0.03%`. */
export function percent(ppm: number): string {
  const digits = String(Math.abs(ppm)).padStart(5, "0");
  const decimals = digits.slice(-4).replace(/0+$/, "").padEnd(2, "0");
  return `${ppm < 0 ? "-" : ""}${digits.slice(0, -4)}.${decimals}%`;
}

/** A yearly rate as the conversation says it, two decimals, halves up: `115169` → `11.52%`. */
export const yearly = (ppm: number): string => percent(Math.floor((ppm + 50) / 100) * 100);

/** An ISO day as people write it, without leading zeros. */
export function day(iso: string): string {
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  return fill(words.day, { year, month, day: date });
}

const ZONE = "Asia/Shanghai";

/** An instant as hours and minutes in the business zone: `12:30`. */
export function clockTime(iso: string): string {
  const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: ZONE } as const;
  return new Intl.DateTimeFormat("en-GB", parts).format(new Date(iso));
}

/** The calendar day of an instant where the customer is: `2026-11-08`. */
export const dayOf = (instant: string): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(new Date(instant));

export const instant = (iso: string): string => `${day(dayOf(iso))} ${clockTime(iso)}`;

/** How many characters a person would count. */
export const characters = (text: string): number => [...text].length;

/** Text parted into plain pieces and links of an allowed kind, longest match first; nothing becomes markup. */
export function pieces(text: string): Array<{ text: string; href?: string }> {
  const found: Array<{ text: string; href?: string }> = [];
  let from = 0;
  for (const match of text.matchAll(/https:\/\/[\w.-]+(?::\d+)?(?:\/[\w./?=&%#~+-]*)?/g)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: match[0], href: match[0] });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

// What the part with the cards borrows from the base; build.mjs reads the names from here.
import { LitElement, html, nothing, svg, unsafeCSS } from "lit";
import { ApiError, Api } from "./api";
import { baseStyle } from "./styles";
import { closeIcon, eraseIcon } from "./icons";
import { clockTime, day, dayOf, fill, instant, money, percent, word, words, yearly, yuan } from "./text";

export const lent = { LitElement, html, nothing, svg, unsafeCSS, ApiError, Api, baseStyle, closeIcon, eraseIcon, clockTime, day, dayOf, fill, instant, money, percent, word, words, yearly, yuan };

export function lend(): void {
  (globalThis as Record<symbol, unknown>)[Symbol.for("credit-assistant")] = lent;
}

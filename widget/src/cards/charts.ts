// Inline SVG from whole numbers: geometry as pure functions, then the drawings. Colours come from classes.
import { html, svg, nothing, type TemplateResult } from "lit";
import { money } from "../text";

export interface Part {
  name: string;
  minor: number;
  tone: number;
}

export interface Slice extends Part {
  from: number;
  size: number;
}

/** Parts laid end to end over `width`; what is not positive takes no room, rounding never leaves a gap. */
export function stacked(parts: Part[], width: number, of = 0): Slice[] {
  const shown = parts.filter((part) => part.minor > 0);
  const whole = Math.max(of, shown.reduce((sum, part) => sum + part.minor, 0));
  let sum = 0;
  return shown.map((part) => {
    const from = whole ? Math.round((sum * width * 100) / whole) / 100 : 0;
    sum += part.minor;
    const end = whole ? Math.round((sum * width * 100) / whole) / 100 : 0;
    return { ...part, from, size: Math.round((end - from) * 100) / 100 };
  });
}

/** `used` of `limit` between 0 and 1. */
export const share = (used: number, limit: number): number => (limit > 0 ? Math.max(0, Math.min(1, used / limit)) : 0);

/** An arc of a half circle from the left end, `part` of it between 0 and 1. */
export function arc(part: number, radius: number, middle: number, ground: number): string {
  const angle = Math.PI * (1 - share(part, 1));
  const x = middle + radius * Math.cos(angle);
  const y = ground - radius * Math.sin(angle);
  return `M ${middle - radius} ${ground} A ${radius} ${radius} 0 0 1 ${x.toFixed(2)} ${y.toFixed(2)}`;
}

const picture = (label: string, box: string, content: unknown, kind: string): TemplateResult =>
  html`<svg class="chart ${kind}" viewBox=${box} role="img" aria-label=${label} preserveAspectRatio=${kind === "bar" ? "none" : "xMidYMid meet"}>${content}</svg>`;

export const legend = (parts: Part[]): TemplateResult =>
  html`<ul class="legend">${parts.filter((part) => part.minor > 0).map((part) => html`<li><i class="tone-${part.tone}"></i>${part.name}<b>${money(part.minor)}</b></li>`)}</ul>`;

/** How much of a limit is left, as a half circle. */
export function gauge(used: number, limit: number, label: string): TemplateResult {
  const left = share(limit - used, limit);
  return picture(
    label,
    "0 0 120 66",
    svg`<path class="track" d=${arc(1, 50, 60, 60)} /><path class="reach" d=${left > 0 ? arc(left, 50, 60, 60) : ""} />`,
    "gauge",
  );
}

/** One bar of several parts. */
export function bar(parts: Part[], label: string): TemplateResult {
  const slices = stacked(parts, 300);
  return picture(label, "0 0 300 14", slices.map((each) => svg`<rect class="tone-${each.tone}" x=${each.from} y="0" width=${Math.max(0, each.size - (each.size > 4 ? 2 : 0))} height="14" rx="3" />`), "bar");
}

export interface Column {
  name: string;
  parts: Part[];
  faded?: boolean;
}

const HEIGHT = 120;
const GROUND = 104;

/** Upright stacked columns on one scale, the first and last named below. */
export function columns(all: Column[], label: string): TemplateResult {
  const sums = all.map((each) => each.parts.reduce((sum, part) => sum + Math.max(0, part.minor), 0));
  const most = Math.max(1, ...sums);
  const step = 300 / all.length;
  const wide = Math.min(26, step * 0.66);
  const drawn = all.map((each, nth) => {
    const x = step * nth + (step - wide) / 2;
    const slices = stacked(each.parts, (GROUND - 6) * ((sums[nth] ?? 0) / most));
    const named = all.length <= 6 || nth === 0 || nth === all.length - 1 || (all.length <= 14 && nth % 3 === 0);
    return svg`<g class=${each.faded ? "faded" : ""}>${slices.map((slice) => svg`<rect class="tone-${slice.tone}" x=${x.toFixed(2)} y=${(GROUND - slice.from - slice.size).toFixed(2)} width=${wide.toFixed(2)} height=${slice.size.toFixed(2)} />`)}${named ? svg`<text x=${(x + wide / 2).toFixed(2)} y=${HEIGHT - 2} text-anchor="middle">${each.name}</text>` : nothing}</g>`;
  });
  return picture(label, `0 0 300 ${HEIGHT}`, svg`<line class="axis" x1="0" x2="300" y1=${GROUND} y2=${GROUND} />${drawn}`, "columns");
}

/** Lying bars on one scale, for comparing a few figures by name. */
export function lanes(all: Part[], label: string): TemplateResult {
  const most = Math.max(1, ...all.map((each) => each.minor));
  return html`<div class="lanes" role="img" aria-label=${label}>${all.map(
    (each) => html`<div aria-hidden="true"><span>${each.name}</span><svg viewBox="0 0 100 10" preserveAspectRatio="none"><rect class="track" width="100" height="10" rx="2" /><rect class="tone-${each.tone}" width=${Math.max(each.minor > 0 ? 1.5 : 0, share(each.minor, most) * 100).toFixed(1)} height="10" rx="2" /></svg><b>${money(each.minor)}</b></div>`,
  )}</div>`;
}

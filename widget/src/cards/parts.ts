// Pieces that several cards share.
import { html, nothing, type TemplateResult } from "lit";
import type { Thumb } from "../api";
import { fill, words } from "../text";

export type Drawn = TemplateResult | typeof nothing | string;

/** What a card may ask of the widget around it. */
export interface Actions {
  openOffer(id: string): void;
  offerStatus(id: string): string | undefined;
  saveProof(journalId: string): void;
  proofState(journalId: string): string;
  judge(seq: number, thumb: Thumb | null, reason?: string): Promise<void>;
}

export const title = (text: string, mark = "", level = ""): TemplateResult =>
  html`<header><h3>${text}</h3>${mark ? html`<span class="chip ${level}" data-testid="card-status">${mark}</span>` : nothing}</header>`;

export const section = (name: string, ...content: unknown[]): TemplateResult =>
  html`<section><h4>${name}</h4>${content}</section>`;

export type Fact = [name: string, value: unknown];

/** Labelled figures; those whose value is null are left out. */
export function facts(pairs: Array<Fact | null>, test = ""): TemplateResult {
  const shown = pairs.filter((pair): pair is Fact => pair !== null && pair[1] !== null && pair[1] !== undefined && pair[1] !== "");
  return html`<dl class="facts" data-testid=${test || nothing}>${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export const big = (figure: string, under: string, test: string): TemplateResult =>
  html`<p class="big" data-testid=${test}>${figure}</p><p class="under">${under}</p>`;

const FIRST_SHOWN = 3;

/** Rows of which the first three are shown, and a button for the rest; `wrap` puts them into their list or table. */
export function collapsible(rows: Drawn[], wrap: (rows: unknown) => TemplateResult): TemplateResult {
  if (rows.length <= FIRST_SHOWN) return wrap(rows);
  return html`<div class="folding">${wrap(rows)}
    <button type="button" class="more" data-testid="more" aria-expanded="false" @click=${toggleRows}
      data-open=${fill(words.more.open, { count: rows.length })} data-close=${words.more.close}
    >${fill(words.more.open, { count: rows.length })}</button></div>`;
}

function toggleRows(event: Event): void {
  const button = event.currentTarget as HTMLElement;
  const open = button.parentElement!.classList.toggle("unfolded");
  button.setAttribute("aria-expanded", String(open));
  button.textContent = (open ? button.dataset.close : button.dataset.open)!;
}

/** A chart and the same figures as a table, of which one is seen. */
export function chartOrTable(chart: TemplateResult, table: TemplateResult, tableFirst = false): TemplateResult {
  const choice = (name: string, tabular: boolean) =>
    html`<button type="button" aria-pressed=${tabular === tableFirst} @click=${chooseView} data-view=${tabular ? "table" : "chart"}>${name}</button>`;
  return html`<div class="views ${tableFirst ? "as-table" : "as-chart"}">
    <div class="switch" role="group" aria-label=${words.view.label}>${choice(words.view.chart, false)}${choice(words.view.table, true)}</div>
    <div class="of-chart">${chart}</div><div class="of-table">${table}</div></div>`;
}

function chooseView(event: Event): void {
  const button = event.currentTarget as HTMLElement;
  const views = button.closest(".views")!;
  views.classList.remove("as-table", "as-chart");
  views.classList.add(`as-${button.dataset.view}`);
  for (const other of button.parentElement!.children) other.setAttribute("aria-pressed", String(other === button));
}

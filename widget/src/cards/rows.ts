// Dated payments: stacked columns of principal, interest and fee, or the table with every figure.
import { html, nothing, type TemplateResult } from "lit";
import type { MoneyOut } from "../generated/cards";
import { day, fill, money, word, words } from "../text";
import { columns, legend, type Part } from "./charts";
import { chartOrTable, collapsible } from "./parts";

export interface Row {
  number: number;
  due_on: string;
  principal: MoneyOut;
  interest: MoneyOut;
  fee: MoneyOut;
  total: MoneyOut;
  status?: string;
}

const PARTS = ["principal", "interest", "fee"] as const;

export function paymentRows(rows: Row[], tableFirst = false): TemplateResult {
  if (rows.length < 2) return table(rows);
  return chartOrTable(chart(rows), table(rows), tableFirst);
}

function chart(rows: Row[]): TemplateResult {
  const parts = (row: Row): Part[] => PARTS.map((name, nth) => ({ name: words.rows[name], minor: row[name].minor, tone: [1, 4, 5][nth]! }));
  const told = rows.map((row) => fill(words.schedule.row, { number: row.number, day: day(row.due_on), amount: money(row.total.minor) })).join(" · ");
  const sums = PARTS.map((name, nth): Part => ({ name: words.rows[name], minor: rows.reduce((sum, row) => sum + row[name].minor, 0), tone: [1, 4, 5][nth]! }));
  const all = rows.map((row) => ({ name: String(row.number), parts: parts(row), faded: row.status === "paid" }));
  return html`${columns(all, fill(words.schedule.chart, { parts: told }))}${legend(sums)}`;
}

/** A column in which nothing stands is left out. */
function table(rows: Row[]): TemplateResult {
  const shown = ([...PARTS, "total"] as const).filter((name) => name === "total" || rows.some((row) => row[name].minor !== 0));
  const lines = rows.map((row) => {
    const status = row.status ? word(words.rows.status, row.status) : "";
    return html`<tr data-testid="row" class=${row.status ? `is-${row.status}` : ""}><td>${row.number}</td><td>${row.due_on}${status ? html`<span class="mark">${status}</span>` : nothing}</td>${shown.map((name) => html`<td class="figure">${money(row[name].minor)}</td>`)}</tr>`;
  });
  const head = html`<tr><th scope="col">${words.rows.number}</th><th scope="col">${words.rows.dueOn}</th>${shown.map((name) => html`<th scope="col" class="figure">${words.rows[name]}</th>`)}</tr>`;
  return collapsible(lines, (body) => html`<div class="wide" tabindex="0" role="region" aria-label=${words.offer.rows}><table class="rows"><thead>${head}</thead><tbody>${body}</tbody></table></div>`);
}

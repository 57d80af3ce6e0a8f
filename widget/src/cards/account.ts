// Where the customer stands: limits, bill, running loans.
import { html, nothing, type TemplateResult } from "lit";
import type { BillCard, BillEntry, LimitCard, LimitLine, ScheduleCard, ScheduleLoan } from "../generated/cards";
import { day, fill, money, percent, word, words, yearly, yuan } from "../text";
import { bar, gauge, lanes, legend, type Part } from "./charts";
import { big, chartOrTable, collapsible, facts, section, title, type Drawn } from "./parts";
import { paymentRows } from "./rows";

// ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────

export const limitCard = (card: LimitCard): Drawn =>
  html`${card.lines.map((line) => html`<section class="line" data-testid="line-${line.product}">${limitLine(line)}</section>`)}`;

function limitLine(line: LimitLine): TemplateResult {
  const text = words.limit;
  if (line.status === "not_open") return title(line.name, text.status.not_open);
  const told = { name: line.name, available: yuan(line.available), used: yuan(line.used), limit: yuan(line.limit) };
  return html`${title(line.name, word(text.status, line.status), line.status === "open" ? "good" : "warning")}
    <div class="gauged"><div>${big(yuan(line.available), text.available, "available")}</div>
      ${gauge(line.used.minor, line.limit.minor, fill(text.gauge, told))}</div>
    ${facts([
      [text.limit, yuan(line.limit)],
      [text.used, yuan(line.used)],
      [text.singleCap, line.single_cap && yuan(line.single_cap)],
      [text.dailyRate, line.daily_rate_ppm === null ? null : percent(line.daily_rate_ppm)],
      [text.yearly, line.simple_yearly_ppm === null ? null : yearly(line.simple_yearly_ppm)],
    ])}
    ${line.frozen_reason ? html`<p class="under">${(text.reasons as Record<string, string>)[line.frozen_reason] ?? text.status.frozen}</p>` : nothing}`;
}

// ── bill ────────────────────────────────────────────────────────────────────────────────────────────────────

const PART_TONES: Record<string, number> = { purchases: 1, installments: 2, previous: 3, interest: 4, fees: 5, penalty: 6 };

export function billCard(card: BillCard): Drawn {
  const text = words.bill;
  const late = card.days_overdue > 0;
  const mark = late ? fill(text.overdue, { days: card.days_overdue }) : card.outstanding.minor === 0 ? text.settled : "";
  const owes = (amount: { minor: number; currency: "CNY" }) => (amount.minor ? yuan(amount) : null);
  return html`${title(card.name, mark, late ? "critical" : "good")}
    ${big(yuan(card.outstanding), text.outstanding, "outstanding")}
    ${facts([
      [text.dueOn, day(card.due_on)],
      [text.minimumOutstanding, owes(card.minimum_outstanding)],
      [text.penalty, owes(card.penalty)],
      [text.autopay, card.autopay ? text.on : text.off],
    ])}
    ${card.parts.length ? composition(card) : nothing}
    ${card.previous_total ? comparedWithLast(card) : nothing}
    ${section(
      text.total,
      facts([
        [text.total, yuan(card.total)],
        [text.paid, owes(card.paid)],
        [text.minimum, yuan(card.minimum)],
        [text.statementOn, day(card.statement_on)],
        [text.unbilled, yuan(card.unbilled)],
        [text.nextStatement, day(card.next_statement_on)],
      ]),
    )}
    ${card.entries.length ? section(text.entries, collapsible(card.entries.map(billEntry), entryList)) : nothing}`;
}

function composition(card: BillCard): TemplateResult {
  const parts = card.parts.map((each): Part => ({ name: word(words.parts, each.part), minor: each.amount.minor, tone: PART_TONES[each.part] ?? 7 }));
  const told = parts.map((part) => `${part.name} ${money(part.minor)}`).join(" · ");
  const table = facts(card.parts.map((each) => [word(words.parts, each.part), yuan(each.amount)]));
  return section(words.bill.parts, chartOrTable(html`${bar(parts, fill(words.bill.bar, { parts: told }))}${legend(parts)}`, table));
}

function comparedWithLast(card: BillCard): TemplateResult {
  const text = words.bill;
  const last = card.previous_total!;
  const change = card.total.minor - last.minor;
  const amount = yuan({ ...last, minor: Math.abs(change) });
  const told = change === 0 ? text.same : fill(change > 0 ? text.more : text.less, { amount });
  const figures: Part[] = [
    { name: text.thisBill, minor: card.total.minor, tone: 1 },
    { name: text.lastBill, minor: last.minor, tone: 7 },
  ];
  return section(text.compare, html`<p class="lead">${told}</p>`, lanes(figures, `${text.compare}: ${told}`));
}

function billEntry(entry: BillEntry): TemplateResult {
  const name = entry.merchant || word(words.entries, entry.kind);
  const note = entry.merchant && entry.kind !== "purchase" ? word(words.entries, entry.kind) : "";
  return entryLine(entry.on, name, note, money(entry.amount.minor));
}

export const entryLine = (on: string | null, name: string, note: string | null, figure: string): TemplateResult =>
  html`<li data-testid="row"><span class="what">${name}${note ? html`<span class="mark">${note}</span>` : nothing}<span class="on">${on ?? ""}</span></span><span class="figure">${figure}</span></li>`;

export const entryList = (rows: unknown): TemplateResult => html`<ul class="entries">${rows}</ul>`;

// ── loans ───────────────────────────────────────────────────────────────────────────────────────────────────

export const scheduleCard = (card: ScheduleCard): Drawn =>
  card.loans.length
    ? html`${card.loans.map((loan) => html`<section class="line" data-testid="loan">${loanParts(loan)}</section>`)}`
    : html`<p>${words.schedule.none}</p>`;

function loanParts(loan: ScheduleLoan): TemplateResult {
  const text = words.schedule;
  const late = loan.days_overdue > 0;
  const next = loan.next_due_on && { amount: yuan(loan.next_due), day: day(loan.next_due_on) };
  return html`${title(
      fill(word(text as unknown as Record<string, string>, loan.kind), { amount: yuan(loan.principal) }),
      late ? fill(text.overdue, { days: loan.days_overdue }) : "",
      "critical",
    )}
    ${facts([
      [text.next, next && fill(text.nextValue, next)],
      [text.remaining, yuan(loan.remaining)],
      [text.payoff, yuan(loan.payoff_today)],
      [text.penalty, loan.penalty.minor ? yuan(loan.penalty) : null],
      [text.method, word(words.methods, loan.method)],
      [text.openedOn, day(loan.opened_on)],
      [words.rates.simple, yearly(loan.simple_yearly_ppm)],
      [words.rates.compound, yearly(loan.compound_yearly_ppm)],
    ])}
    ${paymentRows(loan.rows)}`;
}


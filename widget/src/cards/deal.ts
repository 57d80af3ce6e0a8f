// What is offered and what was done: the written offer, the comparison of ways, the receipt.
import { html, nothing, type TemplateResult } from "lit";
import type { ComparisonCard, CostItem, OfferCard, ReceiptCard, Way } from "../generated/cards";
import { day, fill, instant, percent, word, words, yearly, yuan } from "../text";
import { lanes, type Part } from "./charts";
import { big, facts, section, title, type Actions, type Drawn, type Fact } from "./parts";
import { paymentRows } from "./rows";

// ── offer ───────────────────────────────────────────────────────────────────────────────────────────────────

export const offerTitle = (offer: OfferCard): string => word(words.offer.kinds, offer.offer_kind);

export function offerCard(card: OfferCard, actions: Actions): Drawn {
  const status = actions.offerStatus(card.id) ?? card.status;
  return html`${title(offerTitle(card), word(words.offer.status, status), status === "executed" ? "good" : "")}
    ${offerTerms(card)}
    ${status === "open" ? html`<button type="button" class="primary wide-button" data-testid="offer-open" @click=${() => actions.openOffer(card.id)}>${words.offer.open}</button>` : nothing}`;
}

/** Everything that is written in an offer: on its card and again on the confirmation sheet. */
export function offerTerms(offer: OfferCard): TemplateResult {
  const text = words.offer;
  const what = (text.amount as Record<string, string>)[offer.offer_kind] ?? text.amount.other;
  return html`${big(yuan(offer.amount), what, "offer-amount")}
    ${yearlyCost(offer)}
    ${facts(mainFacts(offer), "offer-facts")}
    ${offer.pays.length ? section(text.pays, facts(offer.pays.map((each) => [word(words.parts, each.part), yuan(each.amount)]))) : nothing}
    ${offer.cost_table.length ? section(text.costs, costTable(offer.cost_table)) : nothing}
    ${offer.rows.length ? section(text.rows, paymentRows(offer.rows, true)) : nothing}`;
}

function mainFacts(offer: OfferCard): Fact[] {
  const text = words.offer;
  return [
    [text.product, offer.product_name],
    [text.lender, offer.lender],
    [text.term, offer.term && fill(text.termValue, { term: offer.term })],
    [text.method, word(words.methods, offer.method)],
    [text.totalInterest, offer.rows.length ? yuan(offer.total_interest) : null],
    [text.totalFee, offer.total_fee.minor ? yuan(offer.total_fee) : null],
    [text.totalRepayment, offer.rows.length ? yuan(offer.total_repayment) : null],
    [text.purpose, word(text.purposes, offer.purpose)],
    ...moneyPath(offer),
    [text.limitAfter, offer.limit_after && yuan(offer.limit_after)],
    [text.billAfter, offer.bill_after && yuan(offer.bill_after)],
    [text.expires, instant(offer.expires_at)],
  ];
}

function moneyPath(offer: OfferCard): Fact[] {
  const text = words.offer;
  const tail = offer.account_tail;
  const into = word(text.paysInto, offer.pays_into);
  if (["repay_bill", "repay_loan", "settle_plan"].includes(offer.offer_kind)) {
    return [
      [text.payingCard, tail && fill(text.payingCardValue, { tail })],
      [text.paysInto.label, into],
    ];
  }
  if (offer.offer_kind === "installment") return [];
  return [[text.paysInto.label, offer.pays_into === "debit_card" && tail ? fill(text.cardTail, { tail }) : into]];
}

/** The price, beside the amount: simple and compound next to each other. */
function yearlyCost(offer: OfferCard): Drawn {
  if (offer.simple_yearly_ppm === null) return nothing;
  const rate = (name: string, value: string, test: string) => html`<p><span>${name}</span><b data-testid=${test}>${value}</b></p>`;
  return html`<div class="rates">${rate(words.rates.simple, yearly(offer.simple_yearly_ppm), "simple-yearly")}
    ${offer.compound_yearly_ppm === null ? nothing : rate(words.rates.compound, yearly(offer.compound_yearly_ppm), "compound-yearly")}
    ${offer.daily_rate_ppm === null ? nothing : rate(words.rates.daily, percent(offer.daily_rate_ppm), "daily-rate")}</div>`;
}

function costTable(items: CostItem[]): TemplateResult {
  const text = words.offer;
  const group = (when: CostItem["when"]) => {
    const mine = items.filter((item) => item.when === when);
    if (!mine.length) return nothing;
    return html`<tbody><tr class="group"><th colspan="3" scope="rowgroup">${text.when[when]}</th></tr>
      ${mine.map((item) => html`<tr data-testid="cost-${item.item}"><td>${word(text.items, item.item)}</td><td>${charge(item)}</td><td>${item.collected_by}</td></tr>`)}</tbody>`;
  };
  const head = [text.costItem, text.costCharge, text.costBy].map((name) => html`<th scope="col">${name}</th>`);
  return html`<div class="wide" tabindex="0" role="region" aria-label=${text.costs}><table class="costs" data-testid="cost-table"><thead><tr>${head}</tr></thead>${group("normal")}${group("contingent")}</table></div>`;
}

function charge(item: CostItem): Drawn {
  const perDay = item.daily_rate_ppm === null ? "" : fill(words.offer.perDay, { rate: percent(item.daily_rate_ppm) });
  if (item.amount === null) return perDay;
  if (item.amount.minor === 0) return words.offer.noCharge;
  return perDay ? html`${yuan(item.amount)}<br />${perDay}` : yuan(item.amount);
}

// ── comparison ──────────────────────────────────────────────────────────────────────────────────────────────

const nameOf = (way: Way): string => {
  const plain = word(words.comparison.ways, way.way);
  return way.term ? fill(words.comparison.withTerm, { way: plain, term: way.term }) : plain;
};

export function comparisonCard(card: ComparisonCard): Drawn {
  const text = words.comparison;
  const possible = card.ways.filter((way) => way.possible);
  const least = Math.min(...possible.map((way) => way.cost.minor));
  const figures = possible.map((way): Part => ({ name: nameOf(way), minor: way.cost.minor, tone: way.cost.minor === least ? 2 : 4 }));
  const told = figures.map((part) => `${part.name} ${yuan({ minor: part.minor, currency: "CNY" })}`).join(" · ");
  return html`${title(text.title)}
    ${facts([
      [text.outstanding, yuan(card.outstanding)],
      [text.dueOn, day(card.due_on)],
    ])}
    ${possible.length > 1 ? section(text.cost, lanes(figures, fill(text.chart, { parts: told }))) : nothing}
    <ul class="ways">${card.ways.map((way) => wayLine(way, way.possible && possible.length > 1 && way.cost.minor === least))}</ul>`;
}

function wayLine(way: Way, cheapest: boolean): TemplateResult {
  const text = words.comparison;
  if (!way.possible) return html`<li class="off" data-testid="way-${way.way}">${title(nameOf(way), text.impossible)}</li>`;
  return html`<li data-testid="way-${way.way}">${title(nameOf(way), cheapest ? text.cheapest : "", "good")}
    ${facts([
      [text.cost, html`<b data-testid="cost">${yuan(way.cost)}</b>`],
      [words.rates.simple, way.simple_yearly_ppm === null ? null : yearly(way.simple_yearly_ppm)],
      [words.rates.compound, way.compound_yearly_ppm === null ? null : yearly(way.compound_yearly_ppm)],
      [text.today, yuan(way.pay_today)],
      [fill(text.later, { count: way.later_payments }), way.later_payments ? yuan(way.largest_later_payment) : null],
      [text.total, yuan(way.total_paid)],
    ])}</li>`;
}

// ── receipt ─────────────────────────────────────────────────────────────────────────────────────────────────

export function receiptCard(card: ReceiptCard, actions: Actions): Drawn {
  const text = words.receipt;
  return html`${title(word(text.kinds, card.offer_kind), text.done, "good")}
    ${big(yuan(card.amount), text.amount, "receipt-amount")}
    ${facts([
      [text.firstDue, card.first_due_on && day(card.first_due_on)],
      [text.bill, card.bill_outstanding && yuan(card.bill_outstanding)],
      ...card.limits
        .filter((line) => line.status !== "not_open")
        .map((line): Fact => [fill(text.available, { name: line.name }), yuan(line.available)]),
      [text.on, day(card.business_date)],
      [text.time, instant(card.executed_at)],
      [text.number, html`<code>${card.journal_id}</code>`],
    ])}
    <button type="button" class="wide-button" data-testid="proof" @click=${() => actions.saveProof(card.journal_id)}>${words.receipt.proof}</button>
    <p class="under" role="status" data-testid="proof-state">${actions.proofState(card.journal_id)}</p>`;
}

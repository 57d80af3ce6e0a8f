import { STRINGS, fill } from "./strings.zh.js";
import { clockTime, percent, yearly } from "./format.js";
import { facts, h, longDay, yuan } from "./dom.js";
import { paymentRows } from "./rows.js";

const TEXT = STRINGS.offer;
const TAKES_MONEY = ["repay_bill", "repay_loan"];

/** Everything that is written in an offer: on its card and again on the confirmation sheet. */
export function offerTerms(offer) {
  return [
    h("p", { class: "big", test: "offer-amount" }, yuan(offer.amount)),
    facts(mainFacts(offer), "offer-facts"),
    yearlyCost(offer),
    offer.pays.length ? section(TEXT.pays, paidParts(offer.pays)) : null,
    offer.cost_table.length ? section(TEXT.costs, costTable(offer.cost_table)) : null,
    offer.rows.length ? section(TEXT.rows, ...paymentRows(offer.rows)) : null,
  ].filter(Boolean);
}

export function offerTitle(offer) {
  return TEXT.kinds[offer.offer_kind];
}

function mainFacts(offer) {
  return [
    [TEXT.product, offer.product_name],
    [TEXT.lender, offer.lender],
    [TEXT.term, offer.term && fill(TEXT.termValue, { term: offer.term })],
    [TEXT.method, offer.method && (STRINGS.methods[offer.method] ?? offer.method)],
    [TEXT.totalInterest, offer.rows.length ? yuan(offer.total_interest) : null],
    [TEXT.totalFee, offer.total_fee.minor ? yuan(offer.total_fee) : null],
    [TEXT.totalRepayment, offer.rows.length ? yuan(offer.total_repayment) : null],
    [TEXT.purpose, offer.purpose && (TEXT.purposes[offer.purpose] ?? offer.purpose)],
    ...moneyPath(offer),
    [TEXT.limitAfter, offer.limit_after && yuan(offer.limit_after)],
    [TEXT.billAfter, offer.bill_after && yuan(offer.bill_after)],
    [TEXT.expires, `${longDay(dayThere(offer.expires_at))} ${clockTime(offer.expires_at)}`],
  ];
}

/** The calendar day of an instant where the customer is. */
function dayThere(instant) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(instant));
}

function moneyPath(offer) {
  const tail = offer.account_tail;
  const into = TEXT.paysInto[offer.pays_into] ?? offer.pays_into;
  if (TAKES_MONEY.includes(offer.offer_kind)) {
    return [
      [TEXT.payingCard, tail && fill(TEXT.payingCardValue, { tail })],
      [TEXT.paysInto.label, into],
    ];
  }
  if (offer.offer_kind === "installment") return [];
  return [[TEXT.paysInto.label, offer.pays_into === "debit_card" && tail ? fill(TEXT.cardTail, { tail }) : into]];
}

/** The price, as large as the amount: simple and compound beside each other. */
function yearlyCost(offer) {
  if (offer.simple_yearly_ppm === null) return null;
  const rates = [
    [STRINGS.rates.simple, yearly(offer.simple_yearly_ppm), "simple-yearly"],
    [STRINGS.rates.compound, yearly(offer.compound_yearly_ppm), "compound-yearly"],
  ];
  if (offer.daily_rate_ppm !== null) rates.push([STRINGS.rates.daily, percent(offer.daily_rate_ppm), "daily-rate"]);
  return h(
    "div",
    { class: "rates" },
    rates.map(([name, rate, test]) => h("p", {}, h("span", {}, name), h("b", { test }, rate))),
  );
}

function section(title, ...content) {
  return h("section", {}, h("h4", {}, title), content);
}

function paidParts(parts) {
  return facts(parts.map(({ part, amount }) => [STRINGS.parts[part] ?? part, yuan(amount)]));
}

function costTable(items) {
  const head = h(
    "thead",
    {},
    h("tr", {}, [TEXT.costItem, TEXT.costCharge, TEXT.costBy].map((name) => h("th", { scope: "col" }, name))),
  );
  const groups = ["normal", "contingent"].map((when) => costGroup(when, items.filter((item) => item.when === when)));
  return h("div", { class: "wide" }, h("table", { class: "costs", test: "cost-table" }, head, groups));
}

function costGroup(when, items) {
  if (!items.length) return null;
  const lines = items.map((item) =>
    h(
      "tr",
      { test: `cost-${item.item}` },
      h("td", {}, TEXT.items[item.item]),
      h("td", {}, charge(item)),
      h("td", {}, item.collected_by),
    ),
  );
  return h("tbody", {}, h("tr", { class: "group" }, h("th", { colspan: 3, scope: "rowgroup" }, TEXT.when[when])), lines);
}

function charge(item) {
  const perDay = item.daily_rate_ppm === null ? "" : fill(TEXT.perDay, { rate: percent(item.daily_rate_ppm) });
  if (item.amount === null) return perDay;
  if (item.amount.minor === 0) return TEXT.noCharge;
  return perDay ? [yuan(item.amount), h("br"), perDay] : yuan(item.amount);
}

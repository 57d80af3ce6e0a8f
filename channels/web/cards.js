import { STRINGS, fill } from "./strings.zh.js";
import { money, percent, share, yearly } from "./format.js";
import { collapsible, facts, h, longDay, yuan } from "./dom.js";
import { offerTerms, offerTitle } from "./offer.js";
import { paymentRows } from "./rows.js";

const DRAW = {
  limit: limitCard,
  bill: billCard,
  schedule: scheduleCard,
  offer: offerCard,
  comparison: comparisonCard,
  receipt: receiptCard,
  list: listCard,
  notice: noticeCard,
};

/** A card as nodes; null for a kind that is not known, since its text stands alone. */
export function drawCard(card, actions) {
  const draw = DRAW[card?.kind];
  if (!draw) return null;
  return h("article", { class: `card ${card.kind}`, test: `card-${card.kind}` }, draw(card, actions));
}

function title(text, mark, level = "") {
  return h("header", {}, h("h3", {}, text), mark ? h("span", { class: `chip ${level}`, test: "card-status" }, mark) : null);
}

function section(name, ...content) {
  return h("section", {}, h("h4", {}, name), content);
}

// ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────

function limitCard(card) {
  return card.lines.map((line) => h("section", { class: "line", test: `line-${line.product}` }, limitLine(line)));
}

function limitLine(line) {
  const text = STRINGS.limit;
  const level = line.status === "open" ? "good" : "warning";
  if (line.status === "not_open") return [title(line.name, text.status.not_open)];
  const bar = h("span");
  bar.style.width = `${share(line.used.minor, line.limit.minor)}%`;
  return [
    title(line.name, text.status[line.status], level),
    h("p", { class: "big", test: "available" }, yuan(line.available)),
    h("p", { class: "under" }, text.available),
    h("div", { class: "bar", "aria-hidden": "true" }, bar),
    facts([
      [text.limit, yuan(line.limit)],
      [text.used, yuan(line.used)],
      [text.singleCap, line.single_cap && yuan(line.single_cap)],
      [text.dailyRate, line.daily_rate_ppm === null ? null : percent(line.daily_rate_ppm)],
      [text.yearly, line.simple_yearly_ppm === null ? null : yearly(line.simple_yearly_ppm)],
    ]),
    line.frozen_reason ? h("p", { class: "under" }, text.reasons[line.frozen_reason] ?? text.status.frozen) : null,
  ];
}

// ── bill ────────────────────────────────────────────────────────────────────────────────────────────────────

function billCard(card) {
  const text = STRINGS.bill;
  const late = card.days_overdue > 0;
  const settled = card.outstanding.minor === 0;
  const mark = late ? fill(text.overdue, { days: card.days_overdue }) : settled ? text.settled : "";
  const owes = (amount) => (amount.minor ? yuan(amount) : null);
  return [
    title(card.name, mark, late ? "critical" : "good"),
    h("p", { class: "big", test: "outstanding" }, yuan(card.outstanding)),
    h("p", { class: "under" }, text.outstanding),
    facts([
      [text.dueOn, longDay(card.due_on)],
      [text.minimumOutstanding, owes(card.minimum_outstanding)],
      [text.total, yuan(card.total)],
      [text.paid, owes(card.paid)],
      [text.minimum, yuan(card.minimum)],
      [text.penalty, owes(card.penalty)],
      [text.statementOn, longDay(card.statement_on)],
      [text.previous, card.previous_total && yuan(card.previous_total)],
      [text.unbilled, yuan(card.unbilled)],
      [text.nextStatement, longDay(card.next_statement_on)],
      [text.autopay, card.autopay ? text.on : text.off],
    ]),
    card.parts.length
      ? section(text.parts, facts(card.parts.map((each) => [STRINGS.parts[each.part] ?? each.part, yuan(each.amount)])))
      : null,
    card.entries.length ? section(text.entries, ...collapsible(card.entries.map(billEntry), entryList)) : null,
  ];
}

function billEntry(entry) {
  const name = entry.merchant || STRINGS.entries[entry.kind];
  const note = entry.merchant && entry.kind !== "purchase" ? STRINGS.entries[entry.kind] : "";
  return entryLine(entry.on, name, note, money(entry.amount.minor));
}

function entryLine(on, name, note, figure) {
  return h(
    "li",
    { test: "row" },
    h("span", { class: "on" }, on ?? ""),
    h("span", { class: "what" }, name, note ? h("span", { class: "mark" }, note) : null),
    h("span", { class: "figure" }, figure),
  );
}

const entryList = (rows) => h("ul", { class: "entries" }, rows);

// ── loans ───────────────────────────────────────────────────────────────────────────────────────────────────

function scheduleCard(card) {
  if (!card.loans.length) return [h("p", {}, STRINGS.schedule.none)];
  return card.loans.map((loan) => h("section", { class: "line", test: "loan" }, loanParts(loan)));
}

function loanParts(loan) {
  const text = STRINGS.schedule;
  const late = loan.days_overdue > 0;
  const next = loan.next_due_on && { amount: yuan(loan.next_due), day: longDay(loan.next_due_on) };
  return [
    title(
      fill(text[loan.kind], { amount: yuan(loan.principal) }),
      late ? fill(text.overdue, { days: loan.days_overdue }) : "",
      "critical",
    ),
    facts([
      [text.next, next && fill(text.nextValue, next)],
      [text.remaining, yuan(loan.remaining)],
      [text.payoff, yuan(loan.payoff_today)],
      [text.penalty, loan.penalty.minor ? yuan(loan.penalty) : null],
      [text.method, STRINGS.methods[loan.method] ?? null],
      [text.openedOn, longDay(loan.opened_on)],
      [STRINGS.rates.simple, yearly(loan.simple_yearly_ppm)],
      [STRINGS.rates.compound, yearly(loan.compound_yearly_ppm)],
    ]),
    ...paymentRows(loan.rows),
  ];
}

// ── offer, comparison, receipt ──────────────────────────────────────────────────────────────────────────────

function offerCard(card, actions) {
  const mark = h("span", { class: "chip", test: "card-status" }, STRINGS.offer.status[card.status]);
  const button = h("button", { type: "button", class: "primary", test: "offer-open" }, STRINGS.offer.open);
  button.addEventListener("click", () => actions.openOffer(card.id));
  const settle = (status) => {
    mark.textContent = STRINGS.offer.status[status];
    mark.className = status === "executed" ? "chip good" : "chip";
    button.hidden = status !== "open";
  };
  settle(card.status);
  actions.onOfferStatus(card.id, settle);
  return [h("header", {}, h("h3", {}, offerTitle(card)), mark), ...offerTerms(card), button];
}

function comparisonCard(card) {
  const text = STRINGS.comparison;
  return [
    title(text.title),
    facts([
      [text.outstanding, yuan(card.outstanding)],
      [text.dueOn, longDay(card.due_on)],
    ]),
    h("ul", { class: "ways" }, card.ways.map(wayLine)),
  ];
}

function wayLine(way) {
  const text = STRINGS.comparison;
  const plain = text.ways[way.way];
  const name = way.term ? fill(text.withTerm, { way: plain, term: way.term }) : plain;
  if (!way.possible) {
    return h("li", { class: "off", test: `way-${way.way}` }, title(name, text.impossible));
  }
  return h(
    "li",
    { test: `way-${way.way}` },
    title(name),
    facts([
      [text.cost, h("b", { test: "cost" }, yuan(way.cost))],
      [STRINGS.rates.simple, way.simple_yearly_ppm === null ? null : yearly(way.simple_yearly_ppm)],
      [STRINGS.rates.compound, way.compound_yearly_ppm === null ? null : yearly(way.compound_yearly_ppm)],
      [text.today, yuan(way.pay_today)],
      [
        fill(text.later, { count: way.later_payments }),
        way.later_payments ? yuan(way.largest_later_payment) : null,
      ],
      [text.total, yuan(way.total_paid)],
    ]),
  );
}

function receiptCard(card, actions) {
  const text = STRINGS.receipt;
  actions.offerSettled(card.offer_id, "executed");
  return [
    title(text.kinds[card.offer_kind], text.done, "good"),
    h("p", { class: "big", test: "receipt-amount" }, yuan(card.amount)),
    facts([
      [text.firstDue, card.first_due_on && longDay(card.first_due_on)],
      [text.bill, card.bill_outstanding && yuan(card.bill_outstanding)],
      ...card.limits
        .filter((line) => line.status !== "not_open")
        .map((line) => [fill(text.available, { name: line.name }), yuan(line.available)]),
      [text.on, longDay(card.business_date)],
      [text.number, h("code", {}, card.journal_id)],
    ]),
  ];
}

// ── lists and notices ───────────────────────────────────────────────────────────────────────────────────────

function listCard(card) {
  const rows = card.items.map((item) =>
    entryLine(item.on, item.title, STRINGS.list.notes[item.note] ?? item.note, item.amount ? money(item.amount.minor) : ""),
  );
  return [title(STRINGS.list.titles[card.title] ?? card.title), ...collapsible(rows, entryList)];
}

function noticeCard(card) {
  return [h("span", { class: `chip ${card.level}` }, STRINGS.notice.levels[card.level])];
}

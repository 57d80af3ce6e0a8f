import { STRINGS, fill } from "./strings.zh.js";
import { byId, h, longDay, yuan } from "./dom.js";

const MOST_SHOWN = 6;

/** The overview and the newest purchases. `ask(text)` puts a question to the assistant, `refund(id)` gives one back. */
export function showAccount(account, { ask, refund }) {
  const tiles = account.limits.lines.map((line) => limitTile(line, ask));
  byId("tiles").replaceChildren(...tiles, billTile(account.bill, ask));
  const rows = account.purchases.slice(0, MOST_SHOWN).map((each) => purchaseRow(each, refund));
  byId("bought").replaceChildren(...(rows.length ? rows : [h("li", { class: "none" }, STRINGS.bought.none)]));
}

function tile(name, figure, under, level, question, ask) {
  return h(
    "article",
    { class: `tile ${level}` },
    h("h2", {}, name),
    h("p", { class: "figure" }, figure),
    h("p", { class: "under" }, under),
    h("button", { type: "button", class: "quiet", on: { click: () => ask(question) } }, STRINGS.tiles.ask),
  );
}

function limitTile(line, ask) {
  const text = STRINGS.tiles;
  const question = STRINGS.questions[line.product];
  if (line.status === "not_open") return tile(line.name, "—", text.closed, "", question, ask);
  const under = line.status === "open" ? fill(text.of, { limit: yuan(line.limit) }) : text.frozen;
  const level = line.status === "open" ? "" : "warning";
  return tile(fill(text.available, { name: line.name }), yuan(line.available), under, level, question, ask);
}

function billTile(bill, ask) {
  const text = STRINGS.tiles;
  if (!bill) return tile(text.bill, "—", text.none, "", STRINGS.questions.bill, ask);
  const late = bill.days_overdue > 0;
  const under = late
    ? fill(text.late, { days: bill.days_overdue })
    : bill.outstanding.minor
      ? fill(text.due, { day: longDay(bill.due_on) })
      : text.settled;
  return tile(text.bill, yuan(bill.outstanding), under, late ? "bad" : "", STRINGS.questions.bill, ask);
}

function purchaseRow(bought, refund) {
  const left = bought.amount.minor - bought.refunded.minor;
  const back = h("button", { type: "button", class: "quiet", test: "refund" }, STRINGS.bought.refund);
  back.addEventListener("click", () => {
    back.disabled = true;
    back.textContent = STRINGS.bought.working;
    refund(bought.id);
  });
  return h(
    "li",
    { test: "purchase", "data-purchase": bought.id },
    h("span", { class: "what" }, bought.merchant, h("time", {}, bought.on)),
    h("span", { class: "figure" }, yuan(bought.amount)),
    left > 0 ? back : h("span", { class: "gone" }, STRINGS.bought.refunded),
  );
}

import { STRINGS } from "./strings.zh.js";
import { money } from "./format.js";
import { collapsible, h } from "./dom.js";

const COLUMNS = ["principal", "interest", "fee", "total"];

/** Dated payments as a table; a column in which nothing stands is left out. */
export function paymentRows(rows) {
  const columns = COLUMNS.filter((name) => name === "total" || rows.some((row) => row[name].minor !== 0));
  const marked = rows.some((row) => STRINGS.rows.status[row.status]);
  const lines = rows.map((row) => paymentRow(row, columns, marked));
  const head = h(
    "thead",
    {},
    h(
      "tr",
      {},
      h("th", { scope: "col" }, STRINGS.rows.number),
      h("th", { scope: "col" }, STRINGS.rows.dueOn),
      columns.map((name) => h("th", { scope: "col", class: "figure" }, STRINGS.rows[name])),
    ),
  );
  const table = (body) => h("div", { class: "wide" }, h("table", { class: "rows" }, head, h("tbody", {}, body)));
  return collapsible(lines, table);
}

function paymentRow(row, columns, marked) {
  const status = marked ? STRINGS.rows.status[row.status] : "";
  return h(
    "tr",
    { test: "row", class: row.status ? `is-${row.status}` : "" },
    h("td", {}, String(row.number)),
    h("td", {}, row.due_on, status ? h("span", { class: "mark" }, status) : null),
    columns.map((name) => h("td", { class: "figure" }, money(row[name].minor))),
  );
}

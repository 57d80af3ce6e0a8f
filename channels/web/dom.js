import { STRINGS, fill } from "./strings.zh.js";
import { day, money } from "./format.js";

/** An element: attributes by name, `test` for data-testid, `on` for listeners; children are nodes or plain text. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "test") element.dataset.testid = value;
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Fill `data-text` and `data-placeholder` from the strings, once at the start. */
export function label(root) {
  const at = (path) => path.split(".").reduce((found, key) => found[key], STRINGS);
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = at(element.dataset.text);
  for (const element of root.querySelectorAll("[data-placeholder]")) element.placeholder = at(element.dataset.placeholder);
}

/** `{minor}` as yuan with its unit. */
export const yuan = (amount) => fill(STRINGS.yuan, { amount: money(amount.minor) });

/** An ISO day as people write it. */
export const longDay = (iso) => day(iso, STRINGS.day);

/** Labelled figures; pairs whose value is null are left out. */
export function facts(pairs, test) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined);
  return h("dl", { class: "facts", test }, shown.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

const FIRST_SHOWN = 3;

/** Rows of which the first three are shown, and a button for the rest. */
export function collapsible(rows, wrap) {
  rows.slice(FIRST_SHOWN).forEach((row) => (row.hidden = true));
  const list = wrap(rows);
  if (rows.length <= FIRST_SHOWN) return [list];
  const closedText = fill(STRINGS.more.open, { count: rows.length });
  const button = h("button", { type: "button", class: "quiet more", test: "more", "aria-expanded": "false" }, closedText);
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    rows.slice(FIRST_SHOWN).forEach((row) => (row.hidden = !open));
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? STRINGS.more.close : closedText;
  });
  return [list, button];
}

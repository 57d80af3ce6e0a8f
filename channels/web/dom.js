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

/** Fill `data-text` from the strings, once at the start. */
export function label(root) {
  const at = (path) => path.split(".").reduce((found, key) => found[key], STRINGS);
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = at(element.dataset.text);
}

/** `{minor}` as yuan. */
export const yuan = (amount) => fill(STRINGS.yuan, { amount: money(amount.minor) });

/** An ISO day as people write it. */
export const longDay = (iso) => day(iso, STRINGS.day);

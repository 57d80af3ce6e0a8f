import { STRINGS, fill } from "./strings.zh.js";
import { characters, clockTime } from "./format.js";
import { byId, h } from "./dom.js";
import { drawCard } from "./cards.js";

export const MOST_CHARACTERS = 500;
/** How long an answer may be late on the stream before it is fetched from the history instead. */
const LATE = 1500;

/** The conversation on the page: what was said, what is being sent, and the composer. */
export class Chat {
  #seen = 0;
  #shown = new Set();
  #waiting = 0;
  #cursor = null;
  #offerMarks = new Map();
  #following = true;

  /** `connected()` tells whether the stream is open; `openOffer(id)` opens the confirmation sheet. */
  constructor(api, { connected, openOffer }) {
    this.api = api;
    this.connected = connected;
    this.actions = {
      openOffer,
      onOfferStatus: (id, settle) => this.#offerMarks.set(id, [...(this.#offerMarks.get(id) ?? []), settle]),
      offerSettled: (id, status) => this.offerSettled(id, status),
    };
    this.list = byId("messages");
    this.log = byId("log");
    this.text = byId("text");
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.text.addEventListener("keydown", (event) => {
      // Enter also ends a word of an input method; that one must not send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    this.text.addEventListener("input", () => this.#measure());
    this.log.addEventListener("scroll", () => (this.#following = this.#nearEnd()));
    // A growing composer or an opened calendar must not cover the last words.
    new ResizeObserver(() => this.#following && this.#toEnd()).observe(this.log);
    byId("human").addEventListener("click", () => this.send(STRINGS.chat.human));
    byId("older").addEventListener("click", () => this.#older());
    this.#measure();
  }

  /** The last sequence number that is on the page. */
  get seen() {
    return this.#seen;
  }

  /** Start anew with the newest page of the history. */
  async load() {
    this.list.replaceChildren();
    this.#shown.clear();
    this.#offerMarks.clear();
    this.#seen = 0;
    const { messages, before } = await this.api.history();
    messages.forEach((message) => this.show(message));
    this.#setCursor(before);
    this.#toEnd();
  }

  /** Put a message at the end, once; the stream and the history may both bring it. */
  show(message) {
    if (this.#shown.has(message.seq)) return;
    this.#note(message);
    if (message.from === "customer" || message.card?.kind === "receipt") this.#dropChoices();
    const follow = this.#following;
    this.list.append(this.#line(message));
    if (follow) this.#toEnd();
  }

  offerSettled(id, status) {
    (this.#offerMarks.get(id) ?? []).forEach((settle) => settle(status));
  }

  /** Take in answers that the stream did not bring. */
  async catchUp() {
    const { messages } = await this.api.history();
    messages.filter((message) => message.from === "assistant" && message.seq > this.#seen).forEach((message) => this.show(message));
  }

  send(text) {
    this.#dropChoices();
    const state = h("span", { class: "state", test: "state" });
    const line = h("li", { class: "message customer", test: "message", "data-from": "customer" }, bubble(text), state);
    this.list.append(line);
    this.#toEnd();
    return this.#deliver({ id: newId(), text, line, state });
  }

  async #deliver(outgoing) {
    const { id, text, line, state } = outgoing;
    const before = this.#seen;
    line.classList.remove("failed");
    state.replaceChildren(STRINGS.chat.sending);
    this.#typing(1);
    try {
      await this.api.send(id, text);
      state.replaceChildren();
      this.#expect(before);
    } catch (error) {
      line.classList.add("failed");
      const again = h("button", { type: "button", class: "quiet", test: "again" }, STRINGS.chat.again);
      again.addEventListener("click", () => this.#deliver(outgoing));
      state.replaceChildren(h("span", { test: "problem", role: "alert" }, error.message), error.passing ? again : "");
    } finally {
      this.#typing(-1);
      this.#toEnd();
    }
  }

  /** The answer is on its way by the stream; if the stream is down or late, get it from the history. */
  #expect(before) {
    const fetchLate = () => this.#seen === before && this.catchUp().catch(() => {});
    if (this.connected()) setTimeout(fetchLate, LATE);
    else fetchLate();
  }

  async #older() {
    const button = byId("older");
    button.disabled = true;
    try {
      const { messages, before } = await this.api.history(this.#cursor);
      const height = this.log.scrollHeight;
      const lines = messages.filter((message) => !this.#shown.has(message.seq)).map((message) => this.#line(message, false));
      messages.forEach((message) => this.#note(message));
      this.list.prepend(...lines);
      this.log.scrollTop += this.log.scrollHeight - height; // what was being read stays in place
      this.#setCursor(before);
    } catch {
      this.#setCursor(this.#cursor);
    } finally {
      button.disabled = false;
    }
  }

  #setCursor(before) {
    this.#cursor = before;
    byId("older").hidden = before === null;
  }

  #note(message) {
    this.#shown.add(message.seq);
    this.#seen = Math.max(this.#seen, message.seq);
  }

  #line(message, withChoices = true) {
    const mine = message.from === "customer";
    const attributes = { test: "message", "data-from": message.from, "data-seq": message.seq };
    const time = h("time", { datetime: message.at }, clockTime(message.at));
    if (mine) return h("li", { class: "message customer", ...attributes }, bubble(message.text), h("span", { class: "state" }, time));
    return h(
      "li",
      { class: "message assistant", ...attributes },
      h("p", { class: "from" }, h("span", { class: "ai", test: "ai-mark" }, STRINGS.assistant), time),
      message.text ? bubble(message.text) : null,
      drawCard(message.card, this.actions),
      withChoices && message.choices.length ? this.#choices(message.choices) : null,
    );
  }

  #choices(labels) {
    const buttons = labels.map((text) =>
      h("button", { type: "button", class: "choice", test: "choice", on: { click: () => this.send(text) } }, text),
    );
    return h("div", { class: "choices", test: "choices" }, buttons);
  }

  #dropChoices() {
    this.list.querySelectorAll(".choices").forEach((choices) => choices.remove());
  }

  #submit() {
    const text = this.text.value.trim();
    if (!text || characters(text) > MOST_CHARACTERS) return;
    this.text.value = "";
    this.#measure();
    this.send(text);
  }

  #measure() {
    const count = characters(this.text.value.trim());
    byId("count").textContent = fill(STRINGS.chat.count, { count, most: MOST_CHARACTERS });
    byId("count").classList.toggle("over", count > MOST_CHARACTERS);
    byId("send").disabled = count === 0 || count > MOST_CHARACTERS;
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 140)}px`;
  }

  #typing(change) {
    this.#waiting += change;
    byId("typing").hidden = this.#waiting === 0;
  }

  #nearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 240;
  }

  #toEnd() {
    this.#following = true;
    this.log.scrollTop = this.log.scrollHeight;
  }
}

function bubble(text) {
  return h("p", { class: "bubble", test: "text" }, text);
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID(); // missing where the page comes over plain http
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

import { STRINGS, fill } from "./strings.zh.js";
import { byId } from "./dom.js";
import { offerTerms, offerTitle } from "./offer.js";

const TICK = 250;
const PIN = /^[0-9]{6}$/;
/** After these the offer is over: no further attempt can succeed. */
const OVER = ["offer_not_found", "offer_expired", "offer_already_executed", "offer_declined", "offer_outdated"];
const STATUS_OF = { offer_expired: "expired", offer_already_executed: "executed", offer_declined: "declined" };

/** The written offer once more, with forced reading time and the payment PIN. Outside the chat text. */
export class Sheet {
  #offer = null;
  #readAt = 0;
  #timer = 0;
  #busy = false;
  #closed = false;

  /** `onSettled(offerId, status)` is called when the offer was executed, declined, or turned out to be over. */
  constructor(api, onSettled) {
    this.api = api;
    this.onSettled = onSettled;
    this.dialog = byId("sheet");
    this.pin = byId("sheet-pin");
    byId("sheet-close").addEventListener("click", () => this.dialog.close());
    byId("sheet-decline").addEventListener("click", () => this.#decline());
    byId("sheet-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#confirm();
    });
    this.pin.addEventListener("input", () => this.#update());
    this.dialog.addEventListener("cancel", (event) => this.#busy && event.preventDefault());
    this.dialog.addEventListener("close", () => this.#forget());
  }

  /** Show the offer as the gateway has it now. Throws ApiError when it cannot be read. */
  async open(id) {
    if (this.dialog.open) return;
    const offer = await this.api.offer(id);
    this.#offer = offer;
    this.#closed = offer.status !== "open";
    this.#readAt = performance.now() + offer.reading_seconds * 1000;
    byId("sheet-title").textContent = `${STRINGS.sheet.title} · ${offerTitle(offer)}`;
    byId("sheet-terms").replaceChildren(...offerTerms(offer));
    this.#problem(this.#closed ? STRINGS.offer.status[offer.status] : "");
    if (this.#closed) this.onSettled(offer.id, offer.status);
    this.dialog.showModal();
    byId("sheet-terms").scrollTop = 0;
    byId("sheet-terms").focus();
    this.#timer = setInterval(() => this.#update(), TICK);
    this.#update();
  }

  #update() {
    const left = Math.max(0, Math.ceil((this.#readAt - performance.now()) / 1000));
    const reading = byId("sheet-countdown");
    reading.hidden = left === 0 || this.#closed;
    reading.textContent = fill(STRINGS.sheet.reading, { seconds: left });
    if (left === 0) clearInterval(this.#timer);
    byId("sheet-pin-row").hidden = this.#closed;
    this.pin.disabled = this.#busy;
    const confirm = byId("sheet-confirm");
    confirm.hidden = this.#closed;
    confirm.disabled = this.#busy || left > 0 || !PIN.test(this.pin.value);
    confirm.textContent = this.#busy ? STRINGS.sheet.working : STRINGS.sheet.confirm;
    const decline = byId("sheet-decline");
    decline.hidden = this.#offer?.status !== "open" || (this.#closed && !this.#declinable);
    decline.disabled = this.#busy;
  }

  /** A locked PIN ends the attempts, not the offer: it can still be declined. */
  #declinable = false;

  async #confirm() {
    if (byId("sheet-confirm").disabled) return;
    const { id } = this.#offer;
    await this.#working(async () => {
      await this.api.confirm(id, this.pin.value);
      this.onSettled(id, "executed");
      this.dialog.close();
    });
  }

  async #decline() {
    const { id } = this.#offer;
    await this.#working(async () => {
      await this.api.decline(id);
      this.onSettled(id, "declined");
      this.dialog.close();
    });
  }

  async #working(call) {
    this.#busy = true;
    this.#problem("");
    this.#update();
    try {
      await call();
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#busy = false;
      this.#update();
    }
  }

  #refused(error) {
    this.pin.value = "";
    this.#declinable = error.code === "pin_locked";
    this.#closed = this.#declinable || OVER.includes(error.code);
    this.#problem(error.message);
    if (error.code in STATUS_OF) this.onSettled(this.#offer.id, STATUS_OF[error.code]);
    if (error.code === "pin_wrong") {
      this.pin.disabled = false;
      this.pin.focus();
    }
  }

  #problem(text) {
    byId("sheet-problem").textContent = text;
  }

  #forget() {
    clearInterval(this.#timer);
    this.pin.value = "";
    this.#declinable = false;
    this.#problem("");
    byId("sheet-terms").replaceChildren();
  }
}

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { ApiError, type Api } from "./api";
import { offerTerms, offerTitle } from "./cards/deal";
import type { OfferCard, ReceiptCard } from "./generated/cards";
import { closeIcon, eraseIcon } from "./icons";
import { sheetStyles } from "./card-styles";
import { fill, word, words } from "./text";

const TICK = 250;
const PIN = /^[0-9]{6}$/;
/** After these the offer is over: no further attempt can succeed. */
const OVER = ["offer_not_found", "offer_expired", "offer_already_executed", "offer_declined", "offer_outdated"];
const STATUS_OF: Record<string, string> = { offer_expired: "expired", offer_already_executed: "executed", offer_declined: "declined" };

export interface Settled {
  id: string;
  status: string;
  receipt: ReceiptCard | null;
}

/** The written offer once more, with forced reading time and the payment PIN. Outside the chat text.
 *
 * Fires `settled` with what became of the offer, and `closed`. `embedded` draws it into the page instead of over it. */
export class ConfirmSheet extends LitElement {
  static override properties = { embedded: { type: Boolean, reflect: true }, offer: { state: true }, pin: { state: true }, problem: { state: true }, busy: { state: true }, left: { state: true } };
  static override styles = sheetStyles;

  embedded = false;
  offer: OfferCard | null = null;
  pin = "";
  problem = "";
  busy = false;
  left = 0;
  /** No attempt is possible any more, or not now. */
  over = false;
  locked = false;
  #api: Api | null = null;
  #readAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Show the offer as the gateway has it now. Throws ApiError when it cannot be read. */
  async open(api: Api, id: string): Promise<void> {
    if (this.offer) return;
    const offer = await api.offer(id);
    this.#api = api;
    this.over = offer.status !== "open";
    this.locked = false;
    this.pin = "";
    this.problem = this.over ? word(words.offer.status, offer.status) : "";
    this.#readAt = performance.now() + offer.reading_seconds * 1000;
    this.left = offer.reading_seconds;
    this.offer = offer;
    if (this.over) this.#settled(offer.status, null);
    this.#timer = setInterval(() => this.#tick(), TICK);
    await this.updateComplete;
    this.#dialog?.showModal();
    this.#terms?.scrollTo(0, 0);
    this.#terms?.focus();
  }

  close(): void {
    if (this.busy) return;
    this.#dialog?.close();
    this.#forget();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.offer) return nothing;
    const content = html`<header class="sheet-head"><h2 id="sheet-title">${words.sheet.title} · ${offerTitle(this.offer)}</h2>
        ${this.embedded ? nothing : html`<button type="button" class="plain" data-testid="sheet-close" aria-label=${words.sheet.close} @click=${() => this.close()}>${closeIcon}</button>`}</header>
      <div class="terms card offer" data-testid="sheet-terms" tabindex="0" role="region" aria-labelledby="sheet-title">${offerTerms(this.offer)}</div>
      ${this.#form()}`;
    if (this.embedded) return html`<div class="sheet" data-testid="sheet">${content}</div>`;
    return html`<dialog class="sheet" data-testid="sheet" aria-labelledby="sheet-title" @cancel=${this.#cancelled} @close=${() => this.#forget()}>${content}</dialog>`;
  }

  #form(): TemplateResult {
    const text = words.sheet;
    const ready = !this.busy && this.left === 0 && PIN.test(this.pin);
    const declinable = this.offer!.status === "open" && (!this.over || this.locked);
    return html`<form novalidate @submit=${this.#confirm}>
      ${this.left > 0 && !this.over ? html`<p class="countdown" data-testid="sheet-countdown" role="timer">${fill(text.reading, { seconds: this.left })}</p>` : nothing}
      ${this.over ? nothing : this.#pad()}
      <div role="alert" data-testid="sheet-error" id="sheet-problem">${this.locked ? html`<p class="locked"><b>${text.lockedTitle}</b>${this.problem}</p>` : this.problem ? html`<p class="problem">${this.problem}</p>` : nothing}</div>
      <div class="buttons">
        ${declinable ? html`<button type="button" class="quiet" data-testid="sheet-decline" ?disabled=${this.busy} @click=${this.#decline}>${text.decline}</button>` : nothing}
        ${this.over ? nothing : html`<button type="submit" class="primary" data-testid="sheet-confirm" ?disabled=${!ready}>${this.busy ? text.working : text.confirm}</button>`}
      </div></form>`;
  }

  #pad(): TemplateResult {
    const text = words.sheet;
    const key = (digit: string) => html`<button type="button" class="key" tabindex="-1" ?disabled=${this.busy} aria-label=${fill(text.key, { digit })} @click=${() => this.#type(digit)}>${digit}</button>`;
    return html`<div class="pin"><label for="pin">${text.pin}</label>
        <div class="pin-box"><input id="pin" type="password" data-testid="sheet-pin" inputmode="none" autocomplete="off" maxlength="6" spellcheck="false" aria-describedby="sheet-problem" .value=${this.pin} ?disabled=${this.busy} @input=${this.#typed} />
          <span class="dots" aria-hidden="true">${[0, 1, 2, 3, 4, 5].map((nth) => html`<i class=${nth < this.pin.length ? "set" : ""}></i>`)}</span></div></div>
      ${this.left > 0 && !this.pin ? nothing : html`<div class="pad" data-testid="pin-pad">${["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key)}<span></span>${key("0")}<button type="button" class="key" tabindex="-1" ?disabled=${this.busy} aria-label=${text.erase} @click=${() => this.#type("")}>${eraseIcon}</button></div>`}`;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("busy") && !this.busy && this.offer && !this.over && this.problem) this.#input?.focus();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  get #terms(): HTMLElement | null {
    return this.renderRoot.querySelector(".terms");
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector("input");
  }

  #type(digit: string): void {
    this.pin = digit ? (this.pin + digit).slice(0, 6) : this.pin.slice(0, -1);
  }

  #typed(event: Event): void {
    const input = event.target as HTMLInputElement;
    this.pin = input.value.replace(/[^0-9]/g, "").slice(0, 6);
    input.value = this.pin; // also when nothing changes for the template: a letter was typed
  }

  #tick(): void {
    this.left = Math.max(0, Math.ceil((this.#readAt - performance.now()) / 1000));
    if (this.left === 0) clearInterval(this.#timer);
  }

  #confirm(event: Event): void {
    event.preventDefault();
    if (this.busy || this.over || this.left > 0 || !PIN.test(this.pin)) return;
    const { id } = this.offer!;
    void this.#working(async () => this.#end("executed", await this.#api!.confirm(id, this.pin)));
  }

  #decline(): void {
    const { id } = this.offer!;
    void this.#working(async () => {
      await this.#api!.decline(id);
      this.#end("declined", null);
    });
  }

  #end(status: string, receipt: ReceiptCard | null): void {
    this.#settled(status, receipt);
    this.busy = false;
    this.close();
  }

  async #working(call: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      await call();
    } catch (error) {
      this.#refused(error instanceof ApiError ? error : new ApiError(0, "", words.offline));
    }
    this.busy = false;
  }

  #refused(error: ApiError): void {
    this.pin = "";
    this.locked = error.code === "pin_locked";
    this.over = this.locked || OVER.includes(error.code);
    this.problem = error.message;
    const status = STATUS_OF[error.code];
    if (status) this.#settled(status, null);
  }

  #settled(status: string, receipt: ReceiptCard | null): void {
    this.dispatchEvent(new CustomEvent<Settled>("settled", { detail: { id: this.offer!.id, status, receipt } }));
  }

  #cancelled(event: Event): void {
    if (this.busy) event.preventDefault();
  }

  #forget(): void {
    clearInterval(this.#timer);
    if (!this.offer) return;
    this.offer = null;
    this.pin = this.problem = "";
    this.dispatchEvent(new CustomEvent("closed"));
  }
}

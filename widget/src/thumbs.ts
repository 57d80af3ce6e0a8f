// Under an answer: was it any help? A second press takes it back; after a thumb down one reason may follow.
import { LitElement, html, nothing, svg, type TemplateResult } from "lit";
import type { Thumb } from "./api";
import { fill, words } from "./text";

export type Judge = (thumb: Thumb | null, reason?: string) => Promise<void>;

const HAND = svg`<path d="M7.5 11v9H4v-9h3.5Zm0 0 4-7.5c1.6 0 2.6 1.2 2.3 2.8L13.2 10h5.3a1.8 1.8 0 0 1 1.8 2.2l-1.5 6.4a1.8 1.8 0 0 1-1.8 1.4H7.5"/>`;

/** `<credit-assistant-thumbs>`: stands in the chat's own tree, whose styles it wears. */
export class Thumbs extends LitElement {
  static override properties = {
    thumb: { attribute: false }, judge: { attribute: false },
    wish: { state: true }, chosen: { state: true }, asking: { state: true }, note: { state: true },
  };

  /** What the gateway keeps. */
  thumb: Thumb | null | undefined = null;
  /** A new function whenever the line is drawn anew, so that other words are shown too. */
  judge!: Judge;
  /** What was pressed and is not yet kept; undefined when nothing is under way. */
  wish: Thumb | null | undefined;
  chosen = "";
  asking = false;
  /** null until something was pressed: an empty live region under every answer would be a burden. */
  note: string | null = null;
  #newest = 0;
  #before: Promise<unknown> = Promise.resolve();

  protected override createRenderRoot(): this {
    return this;
  }

  get #shown(): Thumb | null {
    return (this.wish === undefined ? this.thumb : this.wish) ?? null;
  }

  override updated(changed: Map<string, unknown>): void {
    // The question and its chips must not open below the edge of the log.
    if (this.asking && (changed.has("asking") || changed.has("note"))) this.scrollIntoView({ block: "nearest" });
  }

  override render(): TemplateResult {
    const text = words.thumbs;
    return html`<div class="thumbs" role="group" aria-label=${text.label} aria-live="off" data-testid="thumbs">
        ${this.#button("up", text.up)}${this.#button("down", text.down)}</div>
      ${this.note === null ? nothing : html`<p class="thumb-note" role="status" data-testid="thumb-note">${this.note}</p>`}
      ${this.asking ? html`<div class="choices reasons" role="group" aria-label=${text.why} aria-live="off" data-testid="thumb-reasons">${text.reasons.map((reason) => this.#chip(reason))}</div>` : nothing}`;
  }

  #button(thumb: Thumb, label: string): TemplateResult {
    return html`<button type="button" class="thumb ${thumb}" data-testid="thumb-${thumb}" aria-pressed=${this.#shown === thumb} @click=${() => this.#press(thumb)}>
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${HAND}</svg>${label}</button>`;
  }

  #chip(reason: string): TemplateResult {
    return html`<button type="button" class="choice" data-testid="thumb-reason" aria-pressed=${this.chosen === reason} @click=${() => this.#choose(reason)}>${reason}</button>`;
  }

  #press(thumb: Thumb): void {
    const wish = this.#shown === thumb ? null : thumb;
    this.asking = wish === "down";
    this.chosen = "";
    void this.#tell(wish);
  }

  #choose(reason: string): void {
    this.chosen = reason;
    void this.#tell("down", reason);
  }

  /** Shown at once, sent one after the other; of several quick presses only the newest counts. */
  async #tell(thumb: Thumb | null, reason?: string): Promise<void> {
    const nth = ++this.#newest;
    this.wish = thumb;
    this.note = "";
    const told = this.#before.then(() => (nth === this.#newest ? this.judge(thumb, reason) : undefined));
    this.#before = told.catch(() => undefined);
    try {
      await told;
      if (nth !== this.#newest) return;
      this.thumb = thumb;
      if (reason) this.#thank();
      else this.note = thumb ? (this.asking ? words.thumbs.why : words.thumbs.thanks) : "";
    } catch (error) {
      if (nth !== this.#newest) return;
      // A reason that was refused can be tried again; a thumb that was refused asks for none.
      this.asking &&= reason !== undefined;
      this.chosen = "";
      this.note = fill(words.thumbs.failed, { why: (error as Error).message });
    }
    this.wish = undefined;
  }

  /** The chips go, and must not take the focus with them. */
  #thank(): void {
    this.note = words.thumbs.thanks;
    if (this.querySelector(".choices :focus")) this.querySelector<HTMLElement>(".thumb.down")?.focus({ preventScroll: true });
    this.asking = false;
  }
}

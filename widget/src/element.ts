import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { Api, type Message, type Thumb, type TokenSource } from "./api";
import { bubble } from "./bubble";
import { Composer } from "./composer";
import { Conversation, type Item } from "./conversation";
import { chatIcon, closeIcon, largeIcon, markIcon, personIcon, themeIcon } from "./icons";
import { Place } from "./place";
import { loadPart, part } from "./part";
import { saveProof } from "./proof";
import type { ConfirmSheet, Settled } from "./sheet";
import { chatStyles } from "./styles";
import { type SomeStrings, fill, useWords, words } from "./text";

const THEMES = ["auto", "light", "dark"];
const NEAR = 120;
/** Room above the question to which an answer is scrolled. */
const ABOVE = 12;

/** `<credit-assistant>`: launcher and chat. Attributes: server, mode (bubble, inline, frame), lang, theme, large. */
export class CreditAssistant extends LitElement {
  static override properties = {
    server: {}, mode: { reflect: true }, theme: { reflect: true }, large: { type: Boolean, reflect: true },
    lang: {}, opened: { type: Boolean, reflect: true }, strings: { attribute: false }, below: { state: true },
  };
  static override styles = chatStyles;

  server = "";
  mode: "bubble" | "inline" | "frame" = "bubble";
  theme = "auto";
  large = false;
  override lang = "zh-CN";
  opened = false;
  /** Words that replace ours, in the shape of the language files. */
  strings: SomeStrings | undefined;
  below = false;
  conversation!: Conversation;
  #composer = new Composer(this);
  #place = new Place(this);
  #following = true;
  #proofs = new Map<string, string>();
  #started = false;
  #source: TokenSource | null = null;
  #language = 0;
  #answered = false;
  #kept: { node: Element; top: number } | null = null;

  // ── what a page may call ────────────────────────────────────────────────────────────────────────────────

  /** Who is speaking: a function that brings a fresh token. null signs out and forgets all that was shown. */
  setToken(source: TokenSource | null): void {
    this.#source = source;
    this.#started = false;
    if (!this.conversation) return;
    this.conversation.api.setToken(source);
    this.conversation.stop();
    if (source) this.#start();
  }

  open(): void {
    if (this.opened) return;
    this.opened = true;
    this.#following = true;
    this.#tell("open");
  }

  close(): void {
    if (!this.opened || this.mode === "inline") return;
    this.opened = false;
    this.#tell("close");
  }

  /** Say something as the customer would. */
  send(text: string): void {
    const plain = text.trim();
    if (plain && this.conversation.api.signedIn) this.conversation.send(plain);
  }

  // ── life ────────────────────────────────────────────────────────────────────────────────────────────────

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.conversation) {
      this.conversation = new Conversation(new Api(this.server || location.origin));
      this.conversation.addEventListener("change", (event) => this.#changed((event as CustomEvent).detail));
      this.conversation.addEventListener("other", (event) => this.#tell("event", (event as CustomEvent).detail));
      this.conversation.api.setToken(this.#source);
    }
    if (this.mode === "inline") this.opened = true;
    this.#place.enter();
    addEventListener("online", this.#online);
    if (this.#source && !this.#started) this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#place.leave();
    removeEventListener("online", this.#online);
    this.conversation.stop();
    this.#started = false;
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("strings") || (changed.has("lang") && (changed.get("lang") || this.lang !== "zh-CN"))) void this.#speak();
  }

  override updated(changed: PropertyValues): void {
    if (this.#kept) {
      const log = this.#log;
      if (log) log.scrollTop += this.#kept.node.getBoundingClientRect().top - this.#kept.top;
      this.#kept = null;
    } else if (this.#answered) this.#toAnswer();
    else if (this.#following) this.#toEnd();
    this.#answered = false;
    if (changed.has("opened")) this.#openedOrClosed(changed.get("opened") as boolean | undefined);
    this.#composer.measure();
  }

  #online = () => {
    this.conversation.wake();
    if (this.opened) void this.#draw();
  };

  #start(): void {
    this.#started = true;
    this.#following = true;
    void this.conversation.start().then(() => this.#tell("ready"));
  }

  async #speak(): Promise<void> {
    const { lang } = this;
    let loaded: SomeStrings | undefined;
    if (lang !== "zh-CN") {
      const answer = await fetch(`${this.conversation.api.server}/widget/strings/${encodeURIComponent(lang)}.json`, { credentials: "omit" }).catch(() => null);
      loaded = answer?.ok ? ((await answer.json().catch(() => undefined)) as SomeStrings) : undefined;
    }
    if (lang !== this.lang) return;
    useWords(loaded, this.strings);
    this.#language++;
    this.requestUpdate();
  }

  async #draw(): Promise<void> {
    const cards = await loadPart(this.conversation.api.server);
    const sheets = (this.renderRoot as ShadowRoot).adoptedStyleSheets;
    const sheet = cards?.cardStyle.styleSheet;
    if (sheet && !sheets.includes(sheet)) (this.renderRoot as ShadowRoot).adoptedStyleSheets = [...sheets, sheet];
    this.requestUpdate();
  }

  #openedOrClosed(before: boolean | undefined): void {
    this.#place.settle();
    this.conversation.read(this.opened);
    if (this.opened) {
      void this.#draw();
      this.#toEnd();
      if (this.mode !== "inline") (this.#place.touch ? this.#log : this.#composer.input)?.focus({ preventScroll: true });
    } else if (before) this.renderRoot.querySelector<HTMLElement>(".launcher")?.focus({ preventScroll: true });
  }

  #changed({ what, message }: { what: string; message?: Message }): void {
    if (what === "sent") this.#following = true;
    if (what === "older") this.#hold();
    if (what === "new") {
      if (this.#following && message && message.from !== "customer" && message.card?.kind !== "receipt") this.#answered = true;
      else if (!this.#following) this.below = true;
    }
    if (message) this.#tell("message", { text: message.text, from: message.from, card: message.card?.kind ?? null });
    this.requestUpdate();
  }

  #tell(name: string, detail: unknown = null): void {
    this.dispatchEvent(new CustomEvent(`assistant-${name}`, { detail, bubbles: true, composed: true }));
  }

  // ── scrolling ───────────────────────────────────────────────────────────────────────────────────────────

  get #log(): HTMLElement | null {
    return this.renderRoot.querySelector(".log");
  }

  /** After an answer its question stays in sight: a long card is read from its beginning. */
  #toAnswer(): void {
    const log = this.#log;
    const asked = [...this.renderRoot.querySelectorAll<HTMLElement>(".message.customer")].pop();
    if (!log) return;
    const end = log.scrollHeight - log.clientHeight;
    log.scrollTop = asked ? Math.min(end, asked.offsetTop - ABOVE) : end;
    if (log.scrollTop < end - NEAR) this.#following = false;
  }

  #toEnd(): void {
    const log = this.#log;
    if (log) log.scrollTop = log.scrollHeight;
    this.#following = true;
    this.below = false;
  }

  #scrolled(): void {
    const log = this.#log!;
    this.#following = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    if (this.#following) this.below = false;
  }

  /** What is being read stays in place when earlier lines come in above it. */
  #hold(): void {
    const node = this.renderRoot.querySelector(".messages > li");
    if (node) this.#kept = { node, top: node.getBoundingClientRect().top };
    this.#following = false;
  }

  // ── drawing ─────────────────────────────────────────────────────────────────────────────────────────────

  override render(): TemplateResult {
    return html`${this.mode === "inline" ? nothing : this.#launcher()}
      ${this.opened ? html`<section class="panel" part="panel" role=${this.mode === "inline" ? "region" : "dialog"} aria-label=${words.chat.title} data-testid="panel" @keydown=${this.#keyed}>
        ${this.#head()}${this.#body()}${this.conversation.api.signedIn ? this.#composer.render() : nothing}</section>
        <credit-assistant-sheet lang=${this.lang} theme=${this.theme} ?large=${this.large} @settled=${this.#settled} @closed=${this.#sheetClosed}></credit-assistant-sheet>` : nothing}`;
  }

  #launcher(): TemplateResult {
    const { unread } = this.conversation;
    const name = unread ? fill(words.chat.launcherUnread, { count: unread }) : words.chat.launcher;
    return html`<button type="button" class="launcher" part="launcher" data-testid="launcher" aria-haspopup="dialog" aria-expanded=${this.opened} aria-label=${name} @click=${() => this.open()}>
      ${chatIcon}${unread ? html`<span class="badge" data-testid="unread" aria-hidden="true">${unread > 99 ? "99+" : unread}</span>` : nothing}</button>`;
  }

  #head(): TemplateResult {
    const text = words.chat;
    const { link } = this.conversation;
    const told = !this.conversation.api.signedIn ? "" : link === "on" ? text.connected : link === "signed-out" ? text.expired : navigator.onLine === false ? text.offlineState : text.connecting;
    return html`<header class="head"><span class="face" aria-hidden="true">${markIcon}</span><div class="who"><h2>${text.title}</h2>
        <p class="link ${link}" role="status" data-testid="connection">${told}</p></div>
      <button type="button" class="human" data-testid="human" @click=${() => this.send(text.human)}>${personIcon}<span>${text.human}</span></button>
      <button type="button" class="plain" data-testid="large" aria-pressed=${this.large} aria-label=${text.large} title=${text.large} @click=${() => (this.large = !this.large)}>${largeIcon}</button>
      <button type="button" class="plain" data-testid="theme" aria-label=${text.theme} title=${text.theme} @click=${this.#nextTheme}>${themeIcon}</button>
      ${this.mode === "inline" ? nothing : html`<button type="button" class="plain" data-testid="close" aria-label=${text.close} title=${text.close} @click=${() => this.close()}>${closeIcon}</button>`}</header>`;
  }

  #body(): TemplateResult {
    const text = words.chat;
    const { items, cursor, loading, loadProblem, waiting, api } = this.conversation;
    const empty = !items.length && !loading && !loadProblem && api.signedIn;
    return html`<div class="log" tabindex="0" role="log" aria-live="polite" aria-label=${text.log} data-testid="chat-log" @scroll=${this.#scrolled}>
      ${cursor !== null ? html`<button type="button" class="quiet older" data-testid="older" ?disabled=${loading} @click=${() => void this.conversation.older().catch(() => undefined)}>${text.older}</button>` : nothing}
      <p class="note" data-testid="privacy">${text.note}</p>
      ${loading && !items.length ? html`<p class="loading" role="status" data-testid="loading">${text.loading}</p>` : nothing}
      ${loadProblem ? html`<div class="aside" role="alert" data-testid="load-problem"><p>${loadProblem}</p><button type="button" class="quiet" data-testid="retry" @click=${() => void this.conversation.start()}>${text.retry}</button></div>` : nothing}
      ${api.signedIn ? nothing : html`<p class="aside" data-testid="signed-out">${text.signIn}</p>`}
      ${empty ? html`<div class="hello"><p>${text.hello}</p><div class="choices">${text.starters.map((label) => this.#choice(label))}</div></div>` : nothing}
      <ul class="messages" data-testid="messages">${this.#lines(items)}</ul>
      ${waiting ? html`<p class="typing" role="status" data-testid="typing"><span class="unseen">${text.typing}</span><i></i><i></i><i></i></p>` : nothing}
      </div>${this.below ? html`<button type="button" class="below" data-testid="below" @click=${() => this.#toEnd()}>${text.newBelow}</button>` : nothing}`;
  }

  #lines(items: Item[]): unknown {
    const lastMine = lastIndex(items);
    const actions = {
      openOffer: (id: string) => void this.#openOffer(id),
      offerStatus: (id: string) => this.conversation.offers.get(id),
      saveProof: (id: string) => void this.#saveProof(id),
      proofState: (id: string) => this.#proofs.get(id) ?? "",
      judge: (seq: number, thumb: Thumb | null, reason?: string) => this.conversation.judge(seq, thumb, reason),
    };
    return repeat(items, (item) => item.key, (item, nth) => {
      const choices = nth > lastMine || (nth === lastMine && item.card?.kind === "receipt") ? item.choices : [];
      const card = item.card;
      const last = item.thumb !== undefined && items[nth + 1]?.thumb === undefined;
      const depends = [item, last, choices.length, this.#language, part(), card?.kind === "offer" && actions.offerStatus(card.id), card?.kind === "receipt" && actions.proofState(card.journal_id)];
      // A thousand lines are compared, but only those that changed are drawn.
      return html`${guard(depends, () => bubble(item, actions, choices.map((label) => this.#choice(label)), () => this.conversation.again(item), last))}`;
    });
  }

  #choice(label: string): TemplateResult {
    return html`<button type="button" class="choice" data-testid="choice" @click=${() => this.send(label)}>${label}</button>`;
  }

  // ── what the customer does ──────────────────────────────────────────────────────────────────────────────

  #keyed(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) this.close();
  }

  #nextTheme(): void {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length]!;
  }

  async #openOffer(id: string): Promise<void> {
    try {
      await this.renderRoot.querySelector<ConfirmSheet>("credit-assistant-sheet")!.open(this.conversation.api, id);
    } catch (error) {
      this.#composer.complain((error as Error).message);
    }
  }

  #settled(event: CustomEvent<Settled>): void {
    const { id, status, receipt } = event.detail;
    this.#following = true;
    this.conversation.offerSettled(id, status);
    this.#tell("settled", { offer: id, status, receipt });
  }

  /** The button that had opened the sheet may be gone with the offer; the focus must not be lost with it. */
  #sheetClosed(): void {
    if (!this.#place.touch) this.#composer.input?.focus({ preventScroll: true });
  }

  async #saveProof(journalId: string): Promise<void> {
    const put = (state: string) => {
      this.#proofs.set(journalId, state);
      this.requestUpdate();
    };
    put(words.receipt.proofWait);
    put(await saveProof(this.conversation.api, journalId).catch((error: Error) => error.message));
  }
}

/** The last line that makes older choices moot: one of the customer's own, or a receipt. */
function lastIndex(items: Item[]): number {
  for (let nth = items.length - 1; nth >= 0; nth--) {
    if (items[nth]!.from === "customer" || items[nth]!.card?.kind === "receipt") return nth;
  }
  return -1;
}

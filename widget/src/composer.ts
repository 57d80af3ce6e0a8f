import { html, nothing, type TemplateResult } from "lit";
import type { CreditAssistant } from "./element";
import { sendIcon } from "./icons";
import { characters, fill, words } from "./text";

export const MOST_CHARACTERS = 500;
const COUNT_FROM = 400;
const TALLEST = 140;
const DRAFT = "credit-assistant-draft";

/** Where the customer types. Only what is not sent yet is kept, for this tab, so that a reload loses nothing. */
export class Composer {
  #problem = "";

  constructor(private readonly host: CreditAssistant) {}

  get input(): HTMLTextAreaElement | null {
    return this.host.renderRoot.querySelector("textarea");
  }

  render(): TemplateResult {
    const text = words.chat;
    const count = characters((this.input?.value ?? draft()).trim());
    const over = count > MOST_CHARACTERS;
    const problem = over ? fill(text.tooLong, { most: MOST_CHARACTERS, count }) : this.#problem;
    return html`<form class="composer" data-testid="composer" @submit=${this.#submit}>
      <p class="complaint" id="complaint" role="alert" data-testid="complaint">${problem}</p>
      <div class="box"><label class="unseen" for="text">${text.label}</label>
        <textarea id="text" rows="1" data-testid="composer-input" placeholder=${text.placeholder} enterkeyhint="send" aria-describedby="complaint" aria-invalid=${over} .defaultValue=${draft()} @input=${this.#typed} @keydown=${this.#keyed}></textarea>
        ${count >= COUNT_FROM ? html`<span class="count ${over ? "over" : ""}" data-testid="char-count">${fill(text.count, { count, most: MOST_CHARACTERS })}</span>` : nothing}
        <button type="submit" class="send" data-testid="composer-send" aria-label=${text.send} ?disabled=${count === 0 || over}>${sendIcon}</button></div></form>`;
  }

  complain(problem: string): void {
    this.#problem = problem;
    this.host.requestUpdate();
  }

  /** As tall as what is written, up to a limit. */
  measure(): void {
    const { input } = this;
    if (!input) return;
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, TALLEST)}px`;
  }

  #typed = () => {
    this.#problem = "";
    keep(this.input!.value);
    this.host.requestUpdate();
  };

  #keyed = (event: KeyboardEvent) => {
    // Enter also ends a word of an input method; that one must not send.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#send();
  };

  #submit = (event: Event) => {
    event.preventDefault();
    this.#send();
  };

  #send(): void {
    const input = this.input!;
    const text = input.value.trim();
    if (!text || characters(text) > MOST_CHARACTERS) return;
    input.value = "";
    keep("");
    this.host.send(text);
    this.host.requestUpdate();
  }
}

function draft(): string {
  try {
    return sessionStorage.getItem(DRAFT) ?? "";
  } catch {
    return ""; // storage may be forbidden to a frame
  }
}

function keep(text: string): void {
  try {
    if (text) sessionStorage.setItem(DRAFT, text.slice(0, MOST_CHARACTERS * 20));
    else sessionStorage.removeItem(DRAFT);
  } catch {
    // then it lives as long as the page
  }
}

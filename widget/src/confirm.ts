// The stand-alone page of a signed one-time link: the confirmation sheet without the chat.
import { html } from "lit";
import { Api, ApiError } from "./api";
import { receiptCard } from "./cards/deal";
import { ConfirmSheet, type Settled } from "./sheet";
import { words } from "./text";

/** Exchange the link for a token that is good for this one offer, then show the offer. */
export function standAlone(server: string): void {
  if (!customElements.get("credit-assistant-confirm")) customElements.define("credit-assistant-confirm", ConfirmPage);
  const page = document.createElement("credit-assistant-confirm") as ConfirmPage;
  page.server = server;
  document.body.append(page);
}

class ConfirmPage extends ConfirmSheet {
  server = "";
  #ending: unknown = null;

  constructor() {
    super();
    this.embedded = true;
    this.addEventListener("settled", (event) => this.#ended((event as CustomEvent<Settled>).detail));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#start();
  }

  override render() {
    const text = words.confirm;
    return html`<main><h1>${text.title}</h1><p class="intro">${text.intro}</p>
      ${this.#ending ?? super.render()}<p class="intro">${text.safe}</p></main>`;
  }

  async #start(): Promise<void> {
    const signed = location.pathname.split("/").pop() ?? "";
    try {
      const answer = await fetch(`${this.server}/v1/confirm-links/open`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ signed }),
        credentials: "omit",
      });
      const body = (await answer.json()) as { token: string; offer: string; message: string; code: string };
      if (!answer.ok) throw new ApiError(answer.status, body.code, body.message);
      const api = new Api(this.server);
      api.setToken(async () => body.token);
      await this.open(api, body.offer);
    } catch (error) {
      const problem = error instanceof ApiError ? error.message : words.offline;
      this.#end(html`<div class="ending" role="alert" data-testid="link-problem"><h2>${words.confirm.invalid}</h2><p>${problem}</p></div>`);
    }
  }

  #ended({ status, receipt }: Settled): void {
    const actions = { openOffer() {}, offerStatus: () => status, saveProof() {}, proofState: () => "", judge: async () => undefined };
    if (receipt) this.#end(html`<article class="card receipt" data-testid="card-receipt">${receiptCard(receipt, actions)}</article>`);
    else if (status === "declined") this.#end(html`<div class="ending" role="status" data-testid="declined"><p>${words.sheet.declined}</p></div>`);
  }

  #end(content: unknown): void {
    this.#ending = content;
    this.requestUpdate();
  }
}

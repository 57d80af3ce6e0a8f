import { html, nothing, type TemplateResult } from "lit";
import { part } from "./part";
import type { Thumb } from "./api";
import type { Actions } from "./cards/parts";
import type { Item } from "./conversation";
import { clockTime, pieces, words } from "./text";

/** One line of the conversation; the last of an answer can be judged. */
export function bubble(item: Item, actions: Actions, choices: TemplateResult[], again: () => void, last: boolean): TemplateResult {
  return item.from === "customer" ? mine(item, again) : theirs(item, actions, choices, last);
}

/** Text as text: links of one allowed kind become links, everything else stays letters. */
const plain = (text: string): TemplateResult =>
  html`<p class="bubble" data-testid="text">${pieces(text).map((piece) => (piece.href ? html`<a href=${piece.href} target="_blank" rel="noopener noreferrer nofollow">${piece.text}</a>` : piece.text))}</p>`;

function mine(item: Item, again: () => void): TemplateResult {
  return html`<li class="message customer ${item.state ?? ""}" data-testid="message" data-from="customer" data-seq=${item.seq ?? nothing}>
    <span class="unseen">${words.chat.you}</span>${plain(item.text)}<span class="state" data-testid="state">${state(item, again)}</span></li>`;
}

function state(item: Item, again: () => void): unknown {
  const text = words.chat;
  const problem = item.problem ? html`<span data-testid="problem" role="alert">${item.problem}</span>` : nothing;
  if (item.state === "sending") return text.sending;
  if (item.state === "waiting") return html`${problem} ${text.waiting}`;
  if (item.state !== "failed") return html`<time datetime=${item.at}>${clockTime(item.at)}</time>`;
  return html`<span class="failed-mark">${text.failed}</span> ${problem} ${item.passing ? html`<button type="button" class="again" data-testid="again" @click=${again}>${text.again}</button>` : nothing}`;
}

function theirs(item: Item, actions: Actions, choices: TemplateResult[], last: boolean): TemplateResult {
  return html`<li class="message assistant" data-testid="message" data-from=${item.from} data-seq=${item.seq ?? nothing}>
    <p class="from">${item.from === "person" ? html`<span data-testid="person-mark">${words.chat.person}</span>` : html`<span class="ai" data-testid="ai-mark">${words.chat.assistant}</span>`}<time datetime=${item.at}>${clockTime(item.at)}</time></p>
    ${item.text ? plain(item.text) : nothing}${part()?.drawCard(item.card, actions) ?? nothing}
    ${last ? html`<credit-assistant-thumbs .thumb=${item.thumb} .judge=${(thumb: Thumb | null, reason?: string) => actions.judge(item.seq!, thumb, reason)}></credit-assistant-thumbs>` : nothing}
    ${choices.length ? html`<div class="choices" data-testid="choices">${choices}</div>` : nothing}</li>`;
}

import { html, nothing } from "lit";
import type { Card, ListCard, NoticeCard } from "../generated/cards";
import { money, word, words } from "../text";
import { billCard, entryLine, entryList, limitCard, scheduleCard } from "./account";
import { comparisonCard, offerCard, receiptCard } from "./deal";
import { collapsible, title, type Actions, type Drawn } from "./parts";

type Draw<Kind extends Card["kind"]> = (card: Extract<Card, { kind: Kind }>, actions: Actions) => Drawn;

/** Every kind of the contract; the compiler asks for one that is missing. */
export const DRAW: { [Kind in Card["kind"]]: Draw<Kind> } = {
  limit: limitCard,
  bill: billCard,
  schedule: scheduleCard,
  offer: offerCard,
  comparison: comparisonCard,
  receipt: receiptCard,
  list: listCard,
  notice: noticeCard,
};

/** A card drawn; nothing for a kind that is not known or that is misshapen, since its text stands alone. */
export function drawCard(card: Card | null, actions: Actions): Drawn {
  if (!card || !Object.hasOwn(DRAW, card.kind)) return nothing;
  try {
    const drawn = (DRAW[card.kind] as (card: Card, actions: Actions) => Drawn)(card, actions);
    return html`<article class="card ${card.kind}" data-testid="card-${card.kind}">${drawn}</article>`;
  } catch {
    return nothing;
  }
}

function listCard(card: ListCard): Drawn {
  const rows = card.items.map((item) =>
    entryLine(item.on, item.title, word(words.list.notes, item.note), item.amount ? money(item.amount.minor) : ""),
  );
  return html`${title(word(words.list.titles, card.title))}${collapsible(rows, entryList)}`;
}

function noticeCard(card: NoticeCard): Drawn {
  return html`<span class="chip ${card.level}">${word(words.notice.levels, card.level)}</span>`;
}


import type { drawCard } from "./cards";
import type { standAlone } from "./confirm";
import type { CSSResult } from "lit";

declare const CARDS_FILE: string;

export interface CardPart {
  drawCard: typeof drawCard;
  standAlone: typeof standAlone;
  cardStyle: CSSResult;
  define(): void;
}

let loaded: CardPart | null = null;
let loading: Promise<CardPart | null> | null = null;

export const part = (): CardPart | null => loaded;

/** Fetch the cards, once. Without them texts stand alone; another try is made at the next call. */
export function loadPart(server: string, load = (address: string): Promise<CardPart> => import(/* @vite-ignore */ address)): Promise<CardPart | null> {
  loading ??= load(`${server}/widget/${CARDS_FILE}`).then(
    (module) => {
      module.define();
      return (loaded = module);
    },
    () => (loading = null),
  );
  return loading;
}

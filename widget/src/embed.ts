// One script tag: makes the element, and `window.CreditAssistant` to speak to it.
import type { TokenSource } from "./api";
import type { CreditAssistant } from "./element";
import { FrameHost, framed } from "./frame";
import { loadPart } from "./part";

type Listener = (detail: unknown) => void;

export interface Embedded {
  setToken(source: TokenSource | null): void;
  open(): void;
  close(): void;
  send(text: string): void;
  /** Listen to open, close, ready, message, settled, event. Returns what ends the listening. */
  on(name: string, listener: Listener): () => void;
  destroy(): void;
}

declare global {
  interface Window {
    CreditAssistant?: Embedded;
  }
}

export function embed(script: HTMLScriptElement | null): void {
  const data = script?.dataset ?? {};
  const server = data.server ?? (script?.src ? new URL(script.src).origin : location.origin);
  if (data.mode === "element") return; // the page sets the tag itself
  whenBody(() => {
    if (data.mode === "confirm") void loadPart(server).then((part) => part?.standAlone(server));
    else if (data.mode === "framed") framed(made(server, data, "frame"));
    else if (data.mode === "frame") window.CreditAssistant = new FrameHost(server, data);
    else window.CreditAssistant = api(made(server, data, "bubble"));
    dispatchEvent(new Event("credit-assistant-ready"));
  });
}

function whenBody(then: () => void): void {
  if (document.body) then();
  else addEventListener("DOMContentLoaded", then, { once: true });
}

function made(server: string, data: DOMStringMap, mode: CreditAssistant["mode"]): CreditAssistant {
  const element = document.createElement("credit-assistant") as CreditAssistant;
  element.server = server;
  element.mode = mode;
  if (data.theme) element.theme = data.theme;
  if (data.lang) element.lang = data.lang;
  if (data.large !== undefined) element.large = true;
  document.body.append(element);
  return element;
}

export function api(element: CreditAssistant): Embedded {
  return {
    setToken: (source) => element.setToken(source),
    open: () => element.open(),
    close: () => element.close(),
    send: (text) => element.send(text),
    on(name, listener) {
      const heard = (event: Event) => listener((event as CustomEvent).detail);
      element.addEventListener(`assistant-${name}`, heard);
      return () => element.removeEventListener(`assistant-${name}`, heard);
    },
    destroy: () => element.remove(),
  };
}

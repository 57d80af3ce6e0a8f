// The iframe mode: the chat in a frame of the gateway's own origin, for pages that run other people's scripts.
// Both sides name the other's origin exactly and look at the shape of what comes.
import type { TokenSource } from "./api";
import type { CreditAssistant } from "./element";
import type { Embedded } from "./embed";
import { newId } from "./conversation";
import { words } from "./text";

const EVENTS = ["open", "close", "ready", "message", "settled", "event"];
const TOKEN_PATIENCE = 20_000;

interface Note {
  creditAssistant: 1;
  type: string;
  id?: string;
  text?: string;
  name?: string;
  detail?: unknown;
  signedIn?: boolean;
}

export function isNote(data: unknown): data is Note {
  if (typeof data !== "object" || data === null) return false;
  const note = data as Record<string, unknown>;
  const textual = (key: string) => note[key] === undefined || (typeof note[key] === "string" && (note[key] as string).length <= 8192);
  return note.creditAssistant === 1 && typeof note.type === "string" && ["id", "text", "name"].every(textual);
}

/** The page's side: an iframe, small when closed, and the same calls as without a frame. */
export class FrameHost implements Embedded {
  #source: TokenSource | null = null;
  #frame = document.createElement("iframe");
  #ready = false;
  #early: Array<Omit<Note, "creditAssistant">> = [];
  #listeners = new Map<string, Set<(detail: unknown) => void>>();

  constructor(
    private readonly server: string,
    data: DOMStringMap,
  ) {
    const query = new URLSearchParams({ parent: location.origin, tenant: data.tenant ?? "" });
    for (const name of ["theme", "lang"] as const) if (data[name]) query.set(name, data[name]);
    this.#frame.src = `${server}/widget/frame?${query}`;
    this.#frame.title = data.title ?? words.chat.title;
    this.#frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-downloads allow-popups");
    this.#frame.setAttribute("referrerpolicy", "no-referrer");
    this.#size(false);
    addEventListener("message", this.#heard);
    document.body.append(this.#frame);
  }

  setToken(source: TokenSource | null): void {
    this.#source = source;
    this.#say({ type: "identity", signedIn: source !== null });
  }

  open = () => this.#say({ type: "open" });
  close = () => this.#say({ type: "close" });
  send = (text: string) => this.#say({ type: "send", text });

  on(name: string, listener: (detail: unknown) => void): () => void {
    const mine = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, mine.add(listener));
    return () => void mine.delete(listener);
  }

  destroy(): void {
    removeEventListener("message", this.#heard);
    this.#frame.remove();
  }

  #heard = ({ origin, source, data }: MessageEvent) => {
    if (origin !== this.server || source !== this.#frame.contentWindow || !isNote(data)) return;
    if (data.type === "hello") {
      this.#ready = true;
      this.#early.splice(0).forEach((note) => this.#say(note));
    } else if (data.type === "token?") void this.#token(data.id ?? "");
    else if (data.type === "event" && EVENTS.includes(data.name ?? "")) {
      if (data.name === "open" || data.name === "close") this.#size(data.name === "open");
      this.#listeners.get(data.name!)?.forEach((listener) => listener(data.detail));
    }
  };

  async #token(id: string): Promise<void> {
    const text = await Promise.resolve(this.#source?.()).catch(() => undefined);
    this.#say({ type: "token", id, text: text ?? "" });
  }

  #say(note: Omit<Note, "creditAssistant">): void {
    if (!this.#ready) this.#early.push(note);
    else this.#frame.contentWindow?.postMessage({ creditAssistant: 1, ...note }, this.server);
  }

  #size(open: boolean): void {
    const { style } = this.#frame;
    const put = (name: string, value: string) => style.setProperty(name, value, "important");
    const phone = innerWidth <= 480;
    const gap = open && !phone ? "16px" : "0px";
    const places = { all: "initial", position: "fixed", right: gap, bottom: gap, border: "0", "z-index": "2147483647", "color-scheme": "normal", background: "transparent" };
    for (const [name, value] of Object.entries(places)) put(name, value);
    put("width", open ? (phone ? "100%" : "416px") : "96px");
    put("height", open ? (phone ? "100%" : "min(760px, calc(100% - 32px))") : "96px");
    put("border-radius", open && !phone ? "20px" : "0");
    put("box-shadow", open && !phone ? "0 12px 48px rgb(20 40 36 / 22%)" : "none");
  }
}

/** The frame's side. The gateway lets only this parent frame the page, and says which it is. */
export function framed(element: CreditAssistant): void {
  const parent = document.documentElement.dataset.parent ?? "";
  const asked = new Map<string, (token: string) => void>();
  const say = (note: Omit<Note, "creditAssistant">) => window.parent.postMessage({ creditAssistant: 1, ...note }, parent);

  const source: TokenSource = () =>
    new Promise((resolve, reject) => {
      const id = newId();
      const timer = setTimeout(() => reject(new Error("no token")), TOKEN_PATIENCE);
      asked.set(id, (token) => {
        clearTimeout(timer);
        asked.delete(id);
        if (token) resolve(token);
        else reject(new Error("no token"));
      });
      say({ type: "token?", id });
    });

  addEventListener("message", ({ origin, source: from, data }: MessageEvent) => {
    if (!parent || origin !== parent || from !== window.parent || !isNote(data)) return;
    if (data.type === "identity") element.setToken(data.signedIn ? source : null);
    else if (data.type === "token") asked.get(data.id ?? "")?.(data.text ?? "");
    else if (data.type === "open") element.open();
    else if (data.type === "close") element.close();
    else if (data.type === "send") element.send(data.text ?? "");
  });
  for (const name of EVENTS) {
    element.addEventListener(`assistant-${name}`, (event) => say({ type: "event", name, detail: (event as CustomEvent).detail }));
  }
  say({ type: "hello" });
}

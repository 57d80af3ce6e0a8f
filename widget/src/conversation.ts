// What was said and what is being sent, apart from any drawing: order, repeats, the outbox, and what other tabs did.
import { ApiError, type Api, type Message, type Thumb } from "./api";
import { Stream, type Link, pauseBefore } from "./stream";
import { words } from "./text";

/** How long an answer may be late on the stream before it is fetched from the history instead. */
const LATE = 1500;
const TRIES = 4;
const CATCH_UP = 50;
const OLDER = 50;

export type Sending = "sending" | "waiting" | "sent" | "failed";

/** One bubble: a message of the history (`seq`), or one of ours on its way (`state`). */
export interface Item {
  key: string;
  /** Where it stands: its number, or half a step behind the last number at the time of sending. */
  place: number;
  seq: number | null;
  id: string | null;
  at: string;
  from: Message["from"];
  text: string;
  card: Message["card"];
  choices: string[];
  /** Nothing where none can be given. */
  thumb?: Thumb | null;
  state: Sending | null;
  problem: string;
  /** Whether another try can succeed. */
  passing: boolean;
}

export class Conversation extends EventTarget {
  items: Item[] = [];
  cursor: number | null = null;
  link: Link = "connecting";
  loading = false;
  loadProblem = "";
  unread = 0;
  reading = false;
  /** What became of offers, by id: newer than what their cards say. */
  readonly offers = new Map<string, string>();
  #seen = 0;
  #known = new Set<number>();
  #stream: Stream | null = null;
  #tabs: BroadcastChannel | null = null;
  #inFlight: Promise<unknown> = Promise.resolve();
  #life = 0;

  constructor(readonly api: Api) {
    super();
  }

  /** Load the newest page and listen. Called again after another token was set: nothing of the former is kept. */
  async start(): Promise<void> {
    this.stop();
    const life = this.#life;
    this.loading = true;
    this.loadProblem = "";
    this.#changed();
    try {
      const { messages, before } = await this.api.history();
      if (life !== this.#life) return;
      this.#take(messages);
      this.cursor = before;
      this.#listen();
    } catch (error) {
      if (life !== this.#life) return;
      this.loadProblem = (error as Error).message;
    }
    this.loading = false;
    this.#changed();
  }

  stop(): void {
    this.#life++;
    this.#stream?.stop();
    this.#tabs?.close();
    this.#stream = this.#tabs = null;
    this.items = [];
    this.#known.clear();
    this.offers.clear();
    this.#seen = this.unread = 0;
    this.cursor = null;
    this.#changed();
  }

  /** Whether an answer is being waited for. */
  get waiting(): boolean {
    return this.items.some((item) => item.state === "sending");
  }

  send(text: string): void {
    const id = newId();
    const item: Item = {
      key: id, place: this.#seen + 0.5, seq: null, id, at: new Date().toISOString(), from: "customer", text,
      card: null, choices: [], state: "sending", problem: "", passing: true,
    };
    this.items = [...this.items, item];
    this.#changed("sent");
    this.#queue(item);
  }

  again(item: Item): void {
    if (item.state !== "failed") return;
    this.#put(item, { state: "sending", problem: "" });
    this.#queue(item);
  }

  async older(): Promise<void> {
    if (this.cursor === null || this.loading) return;
    const life = this.#life;
    this.loading = true;
    this.#changed();
    try {
      const { messages, before } = await this.api.history(this.cursor, OLDER);
      if (life !== this.#life) return;
      this.#take(messages, true);
      this.cursor = before;
    } finally {
      this.loading = false;
      this.#changed("older");
    }
  }

  read(reading: boolean): void {
    this.reading = reading;
    if (reading && this.unread) {
      this.unread = 0;
      this.#tabs?.postMessage({ type: "read" });
    }
    this.#changed();
  }

  offerSettled(id: string, status: string, tell = true): void {
    this.offers.set(id, status);
    if (tell) {
      this.#tabs?.postMessage({ type: "offer", id, status });
      if (this.link !== "on") void this.catchUp();
    }
    this.#changed();
  }

  /** What the customer thinks of an answer; null takes it back. Rejects with the gateway's refusal. */
  async judge(seq: number, thumb: Thumb | null, reason?: string): Promise<void> {
    await this.api.judge(seq, thumb, reason);
    const item = this.items.find((each) => each.seq === seq);
    if (item) this.#put(item, { thumb });
  }

  /** The network came back: connect now, and send what could not be sent. */
  wake(): void {
    this.#stream?.hurry();
    this.items.filter((item) => item.state === "failed" && item.passing).forEach((item) => this.again(item));
  }

  /** Take in what the stream did not bring, also what was typed in other tabs. */
  async catchUp(): Promise<void> {
    const life = this.#life;
    const { messages } = await this.api.history(null, CATCH_UP).catch(() => ({ messages: [] as Message[] }));
    if (life !== this.#life) return;
    if (this.#take(messages)) this.#changed("new");
  }

  // ── outbox ──────────────────────────────────────────────────────────────────────────────────────────────

  /** One after the other: what was typed second must not overtake what was typed first. */
  #queue(item: Item): void {
    this.#inFlight = this.#inFlight.then(() => this.#deliver(item.key));
  }

  async #deliver(key: string): Promise<void> {
    const life = this.#life;
    for (let nth = 0; ; nth++) {
      const item = this.items.find((each) => each.key === key);
      if (!item || life !== this.#life) return;
      if (item.state === "waiting") this.#put(item, { state: "sending" });
      try {
        await this.api.send(item.id!, item.text);
        if (life === this.#life) this.#delivered(key);
        return;
      } catch (error) {
        if (life !== this.#life) return;
        const refusal = error instanceof ApiError ? error : new ApiError(0, "", words.offline);
        if (!refusal.passing || nth + 1 >= TRIES) {
          this.#put(this.#of(key)!, { state: "failed", problem: refusal.message, passing: refusal.passing || refusal.status === 401 });
          return;
        }
        this.#put(this.#of(key)!, { state: "waiting", problem: refusal.message });
        await new Promise((resolve) => setTimeout(resolve, refusal.retryAfter ? refusal.retryAfter * 1000 : pauseBefore(nth + 1)));
      }
    }
  }

  #of(key: string): Item | undefined {
    return this.items.find((each) => each.key === key);
  }

  #delivered(key: string): void {
    const item = this.#of(key);
    if (!item) return;
    this.#put(item, { state: "sent", problem: "" });
    this.#tabs?.postMessage({ type: "turn" });
    // The answer is on its way by the stream; if the stream is down or late, get it from the history.
    const answered = () => this.items.some((each) => each.from !== "customer" && each.place > item.place);
    const fetchLate = () => void (answered() || this.catchUp());
    if (this.link === "on") setTimeout(fetchLate, LATE);
    else fetchLate();
  }

  #put(item: Item, change: Partial<Item>): void {
    this.items = this.items.map((each) => (each.key === item.key ? { ...each, ...change } : each));
    this.#changed();
  }

  // ── what comes ──────────────────────────────────────────────────────────────────────────────────────────

  #listen(): void {
    this.#stream = new Stream(this.api, {
      seen: () => this.#seen,
      onMessage: (message) => {
        if (!this.#take([message])) return;
        if (message.from !== "customer" && !this.reading) this.unread++;
        this.#changed("new", message);
      },
      onOther: (name, data) => this.dispatchEvent(new CustomEvent("other", { detail: { name, data } })),
      onLink: (link) => {
        this.link = link;
        this.#changed();
      },
    });
    void this.#stream.run();
    if (typeof BroadcastChannel === "undefined") return;
    // Tabs tell each other only that something happened; the words come from the gateway, which asks for the token.
    this.#tabs = new BroadcastChannel(`credit-assistant:${this.api.server}`);
    this.#tabs.onmessage = ({ data }: MessageEvent<{ type?: unknown; id?: unknown; status?: unknown }>) => {
      if (data?.type === "turn") void this.catchUp();
      else if (data?.type === "read") {
        this.unread = 0;
        this.#changed();
      } else if (data?.type === "offer" && typeof data.id === "string" && typeof data.status === "string") {
        this.offerSettled(data.id, data.status, false);
      }
    };
  }

  /** Put messages in their places; tells whether one of them was new. */
  #take(messages: Message[], old = false): boolean {
    const items = new Map(this.items.map((item) => [item.key, item]));
    const fresh = messages.filter((message) => this.#add(items, message, old));
    if (fresh.length) this.items = [...items.values()].sort((one, other) => one.place - other.place);
    return fresh.length > 0;
  }

  /** Once each; stream, history and our own outbox may all bring it. */
  #add(items: Map<string, Item>, message: Message, old: boolean): boolean {
    if (typeof message?.seq !== "number" || this.#known.has(message.seq)) return false;
    this.#known.add(message.seq);
    this.#seen = Math.max(this.#seen, message.seq);
    if (message.card?.kind === "receipt") this.offers.set(message.card.offer_id, "executed");
    const waiting = message.id ? items.get(message.id) : undefined;
    const mine = waiting?.seq === null ? waiting : undefined;
    const item: Item = {
      key: mine?.key ?? `m${message.seq}`, place: message.seq, seq: message.seq, id: message.id ?? null, at: message.at,
      from: message.from, text: message.text ?? "", card: message.card ?? null, choices: old ? [] : (message.choices ?? []), thumb: message.thumb,
      state: mine ? (mine.state === "sending" ? "sending" : "sent") : null, problem: "", passing: true,
    };
    items.set(item.key, item);
    return true;
  }

  #changed(what = "", message?: Message): void {
    this.dispatchEvent(new CustomEvent("change", { detail: { what, message } }));
  }
}

export function newId(): string {
  if (crypto.randomUUID) return crypto.randomUUID(); // missing where the page comes over plain http
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

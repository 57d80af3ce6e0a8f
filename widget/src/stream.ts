import { ApiError, type Api, type Message } from "./api";
import { createParser } from "./sse";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** Three heartbeats missed: the line is dead even if nobody said so. */
const SILENCE = 50_000;
/** Streams in a row that brought nothing (a proxy holds them back) before messages are fetched by asking. */
const BARREN = 3;

export type Link = "on" | "connecting" | "signed-out";

export interface Listener {
  seen(): number;
  onMessage(message: Message): void;
  onOther(name: string, data: unknown): void;
  onLink(link: Link): void;
}

/** The pause before try number `nth`, half of it by chance, so that many pages do not come back at once. */
export function pauseBefore(nth: number, chance = Math.random()): number {
  const whole = Math.min(FIRST_WAIT * 2 ** nth, LONGEST_WAIT);
  return Math.round(whole * (0.5 + chance / 2));
}

/** Keeps one stream open, resumes after the last message seen, and asks instead where streams do not get through. */
export class Stream {
  #stopped = false;
  #abort: AbortController | null = null;
  #wake: (() => void) | null = null;
  #barren = 0;
  #told: Link | null = null;

  constructor(
    private readonly api: Api,
    private readonly listener: Listener,
  ) {}

  async run(): Promise<void> {
    for (let nth = 0; !this.#stopped; nth++) {
      if (this.#barren < BARREN) this.#tell("connecting");
      const began = Date.now();
      try {
        if (this.#barren < BARREN) await this.#read(() => (nth = 0));
        else if (await this.#ask()) nth = -1;
        if (this.#barren >= BARREN) continue;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
          this.#tell("signed-out");
          return; // a login is needed, not patience
        }
      }
      if (this.#stopped) return;
      this.#tell("connecting");
      // A stream that ended in good order is opened again at once, but never in a tight loop.
      await this.#pause(Date.now() - began > LONGEST_WAIT ? pauseBefore(0) : pauseBefore(nth));
    }
  }

  /** Try again now: the network came back. */
  hurry(): void {
    this.#wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  async #read(opened: () => void): Promise<void> {
    const abort = (this.#abort = new AbortController());
    const response = await this.api.stream(this.listener.seen(), abort.signal);
    const parser = createParser((event) => this.#take(event.event, event.data));
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let watchdog = setTimeout(() => abort.abort(), SILENCE);
    let pieces = 0;
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        if (!pieces++) {
          opened();
          this.#tell("on");
        }
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), SILENCE);
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(watchdog);
      this.#barren = pieces ? 0 : this.#barren + 1;
    }
  }

  /** One long question for what is new. */
  async #ask(): Promise<boolean> {
    const abort = (this.#abort = new AbortController());
    const watchdog = setTimeout(() => abort.abort(), SILENCE);
    const { messages } = await this.api.updates(this.listener.seen(), abort.signal).finally(() => clearTimeout(watchdog));
    this.#tell("on");
    messages.forEach((message) => this.listener.onMessage(message));
    return true;
  }

  #take(name: string, data: string): void {
    let content: unknown;
    try {
      content = JSON.parse(data);
    } catch {
      return; // not one of ours; what it should have been comes again with the history
    }
    if (name === "message") this.listener.onMessage(content as Message);
    else this.listener.onOther(name, content);
  }

  #tell(link: Link): void {
    if (this.#stopped || link === this.#told) return;
    this.#told = link;
    this.listener.onLink(link);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

import { createParser } from "./sse.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
/** Three heartbeats missed: the line is dead even if nobody said so. */
const SILENCE = 50000;

/** Keeps one stream open: reconnects with growing pauses and resumes after the last message that was seen. */
export class Stream {
  #stopped = false;
  #abort = null;
  #wake = null;

  /** `seen()` gives the last sequence number; `onEvent(name, data)` and `onState(connected)` are called back. */
  constructor(api, { seen, onEvent, onState }) {
    this.connected = false;
    this.api = api;
    this.seen = seen;
    this.onEvent = onEvent;
    this.onState = onState;
  }

  async run() {
    let wait = FIRST_WAIT;
    while (!this.#stopped) {
      try {
        await this.#read(() => (wait = FIRST_WAIT));
      } catch (error) {
        if (error.status === 401) break; // a login is needed, not patience
      }
      this.#state(false);
      if (this.#stopped) break;
      await this.#pause(wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }

  stop() {
    this.#stopped = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  async #read(opened) {
    this.#abort = new AbortController();
    const response = await this.api.stream(this.seen(), this.#abort.signal);
    opened();
    this.#state(true);
    const parser = createParser(({ event, data }) => this.onEvent(event, JSON.parse(data)));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let watchdog = setTimeout(() => this.#abort.abort(), SILENCE);
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => this.#abort.abort(), SILENCE);
        parser.feed(value);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  #state(connected) {
    this.connected = connected;
    this.onState(connected);
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}

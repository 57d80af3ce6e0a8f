// The gateway's calls. The token lives in this object only: nothing of it is stored, nothing stands in an address.
import type { Card, OfferCard, ReceiptCard } from "./generated/cards";
import { words } from "./text";

export type TokenSource = () => Promise<string>;

export interface Message {
  seq: number;
  id?: string | null;
  at: string;
  /** `person`: a member of the lender's staff who has taken over. */
  from: "customer" | "assistant" | "person";
  text: string;
  card: Card | null;
  choices: string[];
  /** Of answers only: what the customer thinks of it, null until told. */
  thumb?: Thumb | null;
}

export type Thumb = "up" | "down";

/** A refusal by the gateway, in the customer's words; `status` 0 means that it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** Whether the same call may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Seconds before its end at which a token is renewed. */
const EARLY = 30;
const PATIENCE = 30_000;

export class Api {
  #source: TokenSource | null = null;
  #token: Promise<string> | null = null;
  #endsAt = Infinity;

  constructor(readonly server: string) {}

  get signedIn(): boolean {
    return this.#source !== null;
  }

  setToken(source: TokenSource | null): void {
    this.#source = source;
    this.#token = null;
  }

  send = (id: string, text: string) => this.#json("POST", "/v1/messages", { id, text });
  history = (before?: number | null, limit = 30) =>
    this.#json<{ messages: Message[]; before: number | null }>("GET", `/v1/messages?limit=${limit}${before ? `&before=${before}` : ""}`);
  updates = (after: number, signal: AbortSignal) =>
    this.#json<{ messages: Message[] }>("GET", `/v1/updates?after=${after}`, undefined, signal);
  judge = (seq: number, thumb: Thumb | null, reason?: string) => this.#json("POST", `/v1/messages/${seq}/feedback`, { thumb, reason });
  offer = (id: string) => this.#json<OfferCard>("GET", `/v1/offers/${encodeURIComponent(id)}`);
  confirm = (id: string, pin: string) => this.#json<ReceiptCard>("POST", `/v1/offers/${encodeURIComponent(id)}/confirm`, { pin });
  decline = (id: string) => this.#json<OfferCard>("POST", `/v1/offers/${encodeURIComponent(id)}/decline`);
  proof = (journal: string) => this.#json<unknown>("GET", `/v1/receipts/${encodeURIComponent(journal)}/proof`);

  /** Open the stream after `seen`; the body is read by the caller. */
  stream(seen: number, signal: AbortSignal): Promise<Response> {
    return this.#call("GET", "/v1/stream", undefined, signal, { "Last-Event-ID": String(seen) });
  }

  async #json<T = unknown>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const response = await this.#call(method, path, body, signal ?? AbortSignal.timeout?.(PATIENCE));
    return response.json().catch(() => {
      throw new ApiError(0, "offline", words.offline);
    });
  }

  async #call(method: string, path: string, body?: unknown, signal?: AbortSignal, more = {}): Promise<Response> {
    const token = await this.#fresh();
    try {
      return await this.#fetch(token, method, path, body, signal, more);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      // It may have ended on the way, or its key was changed: one more, newly asked for.
      this.#token = null;
      return this.#fetch(await this.#fresh(), method, path, body, signal, more);
    }
  }

  /** A token with some life left; calls that come together share one question to the page. */
  #fresh(): Promise<string> {
    const source = this.#source;
    if (!source) return Promise.reject(new ApiError(401, "token_missing", words.chat.signIn));
    if (!this.#token || Date.now() / 1000 > this.#endsAt - EARLY) {
      this.#endsAt = Infinity;
      const asked = Promise.resolve()
        .then(source)
        .then((token) => {
          if (typeof token !== "string" || !token) throw new TypeError("no token");
          this.#endsAt = endOf(token);
          return token;
        })
        .catch((error) => {
          if (this.#token === asked) this.#token = null;
          throw error instanceof ApiError ? error : new ApiError(0, "no_token", words.chat.unavailable);
        });
      this.#token = asked;
    }
    return this.#token;
  }

  async #fetch(token: string, method: string, path: string, body: unknown, signal: AbortSignal | undefined, more: object): Promise<Response> {
    const headers: Record<string, string> = { ...more, Authorization: `Bearer ${token}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response: Response;
    try {
      response = await fetch(this.server + path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
    } catch {
      throw new ApiError(0, "offline", words.offline);
    }
    if (response.ok) return response;
    const refusal = (await response.json().catch(() => ({}))) as { code?: string; message?: string };
    const wait = Number(response.headers.get("Retry-After")) || 0;
    throw new ApiError(response.status, refusal.code ?? "", refusal.message ?? words.chat.unavailable, wait);
  }
}

/** When a token ends, in seconds; one that cannot be read is used until the gateway refuses it. */
export function endOf(token: string): number {
  try {
    const part = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    const { exp } = JSON.parse(atob(part)) as { exp?: unknown };
    return typeof exp === "number" ? exp : Infinity;
  } catch {
    return Infinity;
  }
}

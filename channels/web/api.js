import { STRINGS } from "./strings.zh.js";

/** A refusal by the gateway, in the customer's words; `status` 0 means that it could not be reached. */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** Whether the same call may succeed later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The gateway's calls. The token stays in this object: nothing is kept in the browser. */
export class Api {
  #token = "";
  #customer = "";

  customers() {
    return this.#json("GET", "/demo/customers");
  }

  async login(customer) {
    this.#customer = customer;
    this.#token = (await this.#json("POST", "/demo/login", { customer })).token;
  }

  clock() {
    return this.#json("GET", "/demo/clock");
  }

  moveClock(move) {
    return this.#json("POST", "/demo/clock", move);
  }

  send(id, text) {
    return this.#signed("POST", "/v1/messages", { id, text });
  }

  history(before) {
    return this.#signed("GET", before ? `/v1/messages?before=${before}` : "/v1/messages");
  }

  offer(id) {
    return this.#signed("GET", `/v1/offers/${encodeURIComponent(id)}`);
  }

  confirm(id, pin) {
    return this.#signed("POST", `/v1/offers/${encodeURIComponent(id)}/confirm`, { pin });
  }

  decline(id) {
    return this.#signed("POST", `/v1/offers/${encodeURIComponent(id)}/decline`);
  }

  /** Open the stream after `seen`; the body is read by the caller. */
  stream(seen, signal) {
    return this.#renewing(() => this.#fetch("GET", "/v1/stream", undefined, { "Last-Event-ID": String(seen) }, signal));
  }

  async #signed(method, path, body) {
    return this.#renewing(() => this.#json(method, path, body));
  }

  /** A token lives half an hour; the demo's login gives the next one without asking. */
  async #renewing(call) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "token_expired") throw error;
      await this.login(this.#customer);
      return call();
    }
  }

  async #json(method, path, body) {
    return (await this.#fetch(method, path, body)).json();
  }

  async #fetch(method, path, body, more = {}, signal = undefined) {
    const headers = { ...more };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal, cache: "no-store" });
    } catch {
      throw new ApiError(0, "offline", STRINGS.offline);
    }
    if (response.ok) return response;
    const refusal = await response.json().catch(() => ({}));
    throw new ApiError(response.status, refusal.code ?? "", refusal.message ?? STRINGS.offline);
  }
}

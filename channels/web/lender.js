import { STRINGS } from "./strings.zh.js";

/** A refusal, in the customer's words. */
export class RefusedError extends Error {}

/** What a lender's own page would ask of its own servers; here the demo's calls of the gateway play that part. */
export class Lender {
  #token = "";
  #customer = "";

  customers() {
    return this.#ask("GET", "/demo/customers");
  }

  /** Log in; the function handed on gives the assistant a fresh token whenever it wants one. */
  async login(customer) {
    this.#customer = customer;
    await this.#renew();
    return () => this.#renew();
  }

  account() {
    return this.#signed("GET", "/demo/account");
  }

  buy(goods) {
    const { merchant, category, minor } = goods;
    return this.#signed("POST", "/demo/purchases", { id: newId(), merchant, category, amount_minor: minor });
  }

  refund(purchase) {
    return this.#signed("POST", "/demo/refunds", { id: newId(), purchase });
  }

  clock() {
    return this.#ask("GET", "/demo/clock");
  }

  moveClock(move) {
    return this.#ask("POST", "/demo/clock", move);
  }

  async #renew() {
    this.#token = (await this.#ask("POST", "/demo/login", { customer: this.#customer })).token;
    return this.#token;
  }

  async #signed(method, path, body) {
    try {
      return await this.#ask(method, path, body, this.#token);
    } catch (error) {
      if (error.code !== "token_expired") throw error;
      return this.#ask(method, path, body, await this.#renew());
    }
  }

  async #ask(method, path, body, token) {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    if (body) headers["Content-Type"] = "application/json";
    const response = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store" }).catch(() => {
      throw new RefusedError(STRINGS.offline);
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    throw Object.assign(new RefusedError(answer.message ?? STRINGS.offline), { code: answer.code });
  }
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

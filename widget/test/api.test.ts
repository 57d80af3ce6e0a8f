import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Api, ApiError, endOf } from "../src/api";
import { gateway, json, tokenUntil } from "./gateway";

const NOW = 1_800_000_000;
beforeEach(() => void vi.useFakeTimers({ now: NOW * 1000 }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("one token serves many calls, and is renewed before it ends", async () => {
  const used: string[] = [];
  gateway({ "GET /v1/messages": ({ token }) => (used.push(token), json({ messages: [], before: null })) });
  const api = new Api("https://gateway.test");
  const ask = vi.fn(async () => tokenUntil(NOW + 60 * (ask.mock.calls.length)));
  api.setToken(ask);
  await Promise.all([api.history(), api.history()]);
  expect(ask).toHaveBeenCalledTimes(1);
  vi.setSystemTime((NOW + 31) * 1000);
  await api.history();
  expect(ask).toHaveBeenCalledTimes(2);
  expect(new Set(used).size).toBe(2);
});

test("a refused token is asked for once more, then the refusal is told", async () => {
  const { asked } = gateway({ "GET /v1/messages": () => json({ code: "token_expired", message: "登录已过期" }, 401) });
  const api = new Api("https://gateway.test");
  const ask = vi.fn(async () => "t");
  api.setToken(ask);
  await expect(api.history()).rejects.toMatchObject({ code: "token_expired", message: "登录已过期", passing: false });
  expect([ask.mock.calls.length, asked.length]).toEqual([2, 2]);
});

test("a page that cannot bring a token now is asked again the next time", async () => {
  gateway({ "GET /v1/messages": () => json({ messages: [], before: null }) });
  const api = new Api("https://gateway.test");
  let works = false;
  api.setToken(async () => {
    if (!works) throw new Error("down");
    return "t";
  });
  await expect(api.history()).rejects.toBeInstanceOf(ApiError);
  works = true;
  await expect(api.history()).resolves.toEqual({ messages: [], before: null });
});

test("the token stands in the header alone", async () => {
  const { fake } = gateway({ "POST /v1/messages": () => json({ replies: [] }) });
  const api = new Api("https://gateway.test");
  api.setToken(async () => "secret-token");
  await api.send("m-1", "你好");
  const [address, options] = fake.mock.calls[0]!;
  expect(options.headers.Authorization).toBe("Bearer secret-token");
  expect(address + options.body).not.toContain("secret-token");
  expect(options.credentials).toBe("omit");
});

test("a busy or dying gateway is passing, with its own hint when to come again", async () => {
  const api = new Api("https://gateway.test");
  api.setToken(async () => "t");
  gateway({ "POST /v1/messages": () => json({ code: "rate_limited", message: "慢一点" }, 429, { "Retry-After": "7" }) });
  await expect(api.send("m", "x")).rejects.toMatchObject({ passing: true, retryAfter: 7, message: "慢一点" });
  gateway({ "POST /v1/messages": () => new Response("<html>", { status: 502 }) });
  await expect(api.send("m", "x")).rejects.toMatchObject({ passing: true, status: 502 });
  gateway({});
  await expect(api.send("m", "x")).rejects.toMatchObject({ passing: true, status: 0 });
});

test("a token that cannot be read is used until it is refused", () => {
  expect([endOf("x"), endOf("a.b.c"), endOf(tokenUntil(5))]).toEqual([Infinity, Infinity, 5]);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Api } from "../src/api";
import { Conversation } from "../src/conversation";
import { pauseBefore } from "../src/stream";
import { type Answer, event, gateway, json, message, settled, stream } from "./gateway";

let conversation: Conversation;
let wire: ReturnType<typeof stream>;
let resumed: string[];
const page = (...messages: unknown[]) => json({ messages, before: null });

async function started(answers: Record<string, Answer> = {}) {
  resumed = [];
  const listen: Answer = ({ headers }) => {
    resumed.push(headers["Last-Event-ID"]!);
    wire = stream();
    wire.write("retry: 2000\n\n");
    return wire.response;
  };
  const all = { "GET /v1/messages": () => page(), "GET /v1/stream": listen, "POST /v1/messages": () => json({ replies: [] }), ...answers };
  const fake = gateway(all);
  const api = new Api("https://gateway.test");
  api.setToken(async () => "t");
  conversation = new Conversation(api);
  await conversation.start();
  await vi.advanceTimersByTimeAsync(0);
  return { ...fake, all };
}

const texts = () => conversation.items.map((item) => item.text);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  conversation.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("messages stand in the order of their numbers, doubled ones once", async () => {
  await started({ "GET /v1/messages": () => page(message(3, "三")) });
  wire.write(event(5, "五") + event(4, "四") + event(5, "五"));
  await vi.advanceTimersByTimeAsync(0);
  expect(texts()).toEqual(["三", "四", "五"]);
});

test("a stream that is cut in the middle of a reply resumes after the last whole one", async () => {
  await started();
  wire.write(event(7, "完整") + event(8, "被剪断").slice(0, 30));
  await vi.advanceTimersByTimeAsync(0);
  wire.cut();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(resumed).toEqual(["0", "7"]);
  wire.write(event(8, "被剪断"));
  await vi.advanceTimersByTimeAsync(0);
  expect(texts()).toEqual(["完整", "被剪断"]);
});

test("what is sent becomes the history's message, not a second one", async () => {
  let id = "";
  await started({
    "POST /v1/messages": ({ body }) => ((id = body.id), json({ replies: [] })),
    "GET /v1/messages": () => (id ? page(message(1, "你好", "customer", { id }), message(2, "您好")) : page()),
  });
  conversation.send("你好");
  expect(conversation.items[0]).toMatchObject({ text: "你好", state: "sending" });
  await vi.advanceTimersByTimeAsync(2000);
  expect(texts()).toEqual(["你好", "您好"]);
  expect(conversation.items[0]).toMatchObject({ seq: 1, state: "sent" });
});

test("a failing gateway is tried again with the same id, then the bubble can be sent again by hand", async () => {
  const ids: string[] = [];
  let well = false;
  await started({ "POST /v1/messages": ({ body }) => (ids.push(body.id), well ? json({ replies: [] }) : json({ code: "assistant_unreachable", message: "没有回应" }, 503)) });
  conversation.send("查额度");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(conversation.items[0]).toMatchObject({ state: "failed", problem: "没有回应", passing: true });
  expect(ids.length).toBe(4);
  well = true;
  conversation.again(conversation.items[0]!);
  await vi.advanceTimersByTimeAsync(0);
  expect(conversation.items[0]).toMatchObject({ state: "sent", text: "查额度" });
  expect(new Set(ids).size).toBe(1);
});

test("a 429 is waited out as long as the gateway says", async () => {
  let calls = 0;
  await started({ "POST /v1/messages": () => (calls++ ? json({ replies: [] }) : json({ code: "rate_limited", message: "慢一点" }, 429, { "Retry-After": "9" })) });
  conversation.send("一");
  await vi.advanceTimersByTimeAsync(8_900);
  expect([calls, conversation.items[0]!.state]).toEqual([1, "waiting"]);
  await vi.advanceTimersByTimeAsync(200);
  expect([calls, conversation.items[0]!.state]).toEqual([2, "sent"]);
});

test("a refusal of the text itself is told and not repeated", async () => {
  const { asked } = await started({ "POST /v1/messages": () => json({ code: "message_too_long", message: "太长" }, 413) });
  conversation.send("长");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(conversation.items[0]).toMatchObject({ state: "failed", problem: "太长", passing: false });
  expect(asked.filter((name) => name.startsWith("POST")).length).toBe(1);
});

test("the second message does not overtake the first", async () => {
  const order: string[] = [];
  let release: (response: Response) => void = () => undefined;
  await started({
    "POST /v1/messages": ({ body }) => {
      order.push(body.text);
      return order.length > 1 ? json({ replies: [] }) : new Promise((resolve) => void (release = resolve));
    },
  });
  conversation.send("一");
  conversation.send("二");
  await settled();
  expect(order).toEqual(["一"]);
  release(json({ replies: [] }));
  await vi.advanceTimersByTimeAsync(0);
  expect(order).toEqual(["一", "二"]);
});

test("where no stream gets through, news are asked for", async () => {
  let asked = 0;
  await started({
    "GET /v1/stream": () => new Response(new ReadableStream({ start: (body) => body.close() })),
    "GET /v1/updates": () => (++asked === 1 ? page(message(1, "绕道")) : new Promise<Response>(() => undefined)),
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(texts()).toEqual(["绕道"]);
  expect(conversation.link).toBe("on");
});

test("a login that has ended is told instead of knocking on", async () => {
  const { asked } = await started({ "GET /v1/stream": () => json({ code: "token_invalid", message: "请重新登录" }, 401) });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(conversation.link).toBe("signed-out");
  expect(asked.filter((name) => name === "GET /v1/stream").length).toBe(2);
});

test("unread ones are counted while nobody reads", async () => {
  await started();
  wire.write(event(1, "一") + event(2, "二"));
  await vi.advanceTimersByTimeAsync(0);
  expect(conversation.unread).toBe(2);
  conversation.read(true);
  expect(conversation.unread).toBe(0);
});

test("another customer's token forgets all that was shown", async () => {
  await started({ "GET /v1/messages": () => page(message(3, "甲的")) });
  conversation.offers.set("o", "executed");
  conversation.stop();
  expect([conversation.items, conversation.offers.size, conversation.cursor]).toEqual([[], 0, null]);
});

test("pauses grow to a bound, and half of each is chance", () => {
  expect([0, 1, 2, 9].map((nth) => pauseBefore(nth, 1))).toEqual([500, 1000, 2000, 15_000]);
  expect(pauseBefore(9, 0)).toBe(7500);
});

test("a thumb is kept with its line once the gateway has it, and not before", async () => {
  const bodies: unknown[] = [];
  let refuse = true;
  await started({
    "GET /v1/messages": () => page(message(3, "答", "assistant", { thumb: null }), message(4, "提醒")),
    "POST /v1/messages/3/feedback": ({ body }) => (bodies.push(body), refuse ? json({ code: "not_found", message: "找不到" }, 404) : json(body)),
  });
  const thumbs = () => conversation.items.map((item) => item.thumb);
  expect(thumbs()).toEqual([null, undefined]);
  await expect(conversation.judge(3, "down", "看不懂")).rejects.toMatchObject({ message: "找不到" });
  expect(thumbs()).toEqual([null, undefined]);
  refuse = false;
  await conversation.judge(3, "down", "看不懂");
  await conversation.judge(3, null);
  await conversation.judge(3, "up");
  expect(thumbs()).toEqual(["up", undefined]);
  expect(bodies.slice(1)).toEqual([{ thumb: "down", reason: "看不懂" }, { thumb: null }, { thumb: "up" }]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { createParser } from "../../channels/web/sse.js";

const WIRE = 'retry: 2000\n\n: still here\n\nid: 7\nevent: message\ndata: {"text":"你好"}\n\nevent: clock\ndata: {}\n\n';

function parsed(pieces) {
  const events = [];
  const parser = createParser((event) => events.push(event));
  pieces.forEach((piece) => parser.feed(piece));
  return events;
}

const EXPECTED = [
  { event: "message", data: '{"text":"你好"}', id: "7" },
  { event: "clock", data: "{}", id: "7" },
];

test("events come out of the wire, comments and retry times do not", () => {
  assert.deepEqual(parsed([WIRE]), EXPECTED);
});

test("it does not matter where the wire is cut", () => {
  assert.deepEqual(parsed([...WIRE]), EXPECTED);
  for (let cut = 1; cut < WIRE.length; cut++) assert.deepEqual(parsed([WIRE.slice(0, cut), WIRE.slice(cut)]), EXPECTED);
});

test("all three line ends are understood, also when a pair is cut in two", () => {
  assert.deepEqual(parsed([...WIRE.replaceAll("\n", "\r\n")]), EXPECTED);
  assert.deepEqual(parsed([WIRE.replaceAll("\n", "\r"), ":"]), EXPECTED);
});

test("several data lines are one text, and an event without data is none", () => {
  assert.deepEqual(parsed(["data: one\ndata:two\ndata\n\nevent: empty\n\n"]), [{ event: "message", data: "one\ntwo\n", id: "" }]);
});

test("an event that has not ended is not told", () => {
  assert.deepEqual(parsed(["data: half\n"]), []);
});

test("unknown fields and an id with a zero byte are ignored", () => {
  assert.deepEqual(parsed(["id: 1\n\nid: a\0b\nfoo: bar\ndata: x\n\n"]), [{ event: "message", data: "x", id: "1" }]);
});

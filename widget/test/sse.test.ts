import { expect, test } from "vitest";
import { createParser, type ServerEvent } from "../src/sse";

const WIRE = 'retry: 2000\n\n: still here\n\nid: 7\nevent: message\ndata: {"text":"你好"}\n\nevent: clock\ndata: {}\n\n';
const EXPECTED = [
  { event: "message", data: '{"text":"你好"}', id: "7" },
  { event: "clock", data: "{}", id: "7" },
];

function parsed(...fed: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const parser = createParser((event) => events.push(event));
  fed.forEach((piece) => parser.feed(piece));
  return events;
}

test("events come out of the wire, comments and retry times do not", () => expect(parsed(WIRE)).toEqual(EXPECTED));

test("it does not matter where the wire is cut", () => {
  for (const wire of [WIRE, WIRE.replaceAll("\n", "\r\n"), WIRE.replaceAll("\n", "\r")]) {
    for (let at = 1; at < wire.length; at++) {
      // A lone return at the very end waits for what may follow it.
      expect(parsed(wire.slice(0, at), wire.slice(at), ":\n")).toEqual(EXPECTED);
    }
  }
});

test("an event cut off in the middle is not told", () => expect(parsed(WIRE.slice(0, -2)).length).toBe(1));

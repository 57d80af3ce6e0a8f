// A stand-in for the gateway behind `fetch`: answers are functions by method and path.
import { vi } from "vitest";

export type Answer = (request: { path: string; body: any; token: string; headers: Record<string, string> }) => Response | Promise<Response>;

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });

export function gateway(answers: Record<string, Answer>) {
  const asked: string[] = [];
  const fake = vi.fn(async (address: string, options: any = {}) => {
    const { pathname, search } = new URL(address);
    const name = `${options.method ?? "GET"} ${pathname}`;
    asked.push(name);
    const answer = answers[name];
    if (!answer) throw new TypeError(`nobody answers ${name}`);
    const headers = options.headers ?? {};
    return answer({ path: pathname + search, body: options.body && JSON.parse(options.body), token: headers.Authorization?.slice(7), headers });
  });
  vi.stubGlobal("fetch", fake);
  return { asked, fake };
}

/** A stream that a test writes to and cuts. */
export function stream() {
  const encoder = new TextEncoder();
  let writer: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (writer = controller) });
  return {
    response: new Response(body, { headers: { "Content-Type": "text/event-stream" } }),
    write: (text: string) => writer.enqueue(encoder.encode(text)),
    cut: () => writer.error(new TypeError("cut")),
  };
}

export const event = (seq: number, text: string, from = "assistant"): string =>
  `id: ${seq}\nevent: message\ndata: ${JSON.stringify(message(seq, text, from))}\n\n`;

export const message = (seq: number, text: string, from = "assistant", more = {}) => ({ seq, at: "2026-11-08T04:00:00+00:00", from, text, card: null, choices: [], ...more });

export const tokenUntil = (exp: number): string => `x.${btoa(JSON.stringify({ exp }))}.x`;

export const settled = async (): Promise<void> => {
  for (let nth = 0; nth < 60; nth++) await Promise.resolve();
};

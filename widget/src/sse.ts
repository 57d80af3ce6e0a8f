// Server-sent events as the standard describes them, for a fetch body: EventSource cannot send a token.
export interface ServerEvent {
  event: string;
  data: string;
  id: string;
}

/** A parser to be fed with pieces of text; calls `onEvent` for each whole event. */
export function createParser(onEvent: (event: ServerEvent) => void): { feed(text: string): void } {
  let rest = "";
  let event = "";
  let data: string[] = [];
  let id = "";

  function line(text: string): void {
    if (text === "") {
      if (data.length) onEvent({ event: event || "message", data: data.join("\n"), id });
      event = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return; // a comment: the heartbeat
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
    else if (name === "id" && !value.includes("\0")) id = value;
  }

  return {
    feed(text) {
      rest += text;
      for (;;) {
        const end = rest.search(/[\r\n]/);
        if (end < 0) return;
        // A return at the very end may be the first half of a pair: wait for the next piece.
        if (rest[end] === "\r" && end === rest.length - 1) return;
        const width = rest[end] === "\r" && rest[end + 1] === "\n" ? 2 : 1;
        line(rest.slice(0, end));
        rest = rest.slice(end + width);
      }
    },
  };
}

"""An action server that does nothing, for the bench: what a turn costs when only Rasa works.

    python -m bench.empty_actions PORT

Answers every action with one short text and no events; ends with its parent (see tools.services)."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = json.dumps({"events": [], "responses": [{"text": "ok"}]}).encode()


class EmptyActions(BaseHTTPRequestHandler):
    """GET says that it is there; POST runs nothing."""

    protocol_version = "HTTP/1.1"  # Rasa keeps its connection, as with a real action server

    def do_GET(self) -> None:
        self._send(b"{}")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self._send(ANSWER)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
        """Quiet."""

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), EmptyActions).serve_forever()

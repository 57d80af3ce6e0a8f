"""Counts and durations for Prometheus. Labels are routes, codes and methods: never a customer, an address, a text."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, start_http_server

LOOPBACK = "127.0.0.1"
SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset({"GET", "POST", "OPTIONS", "HEAD"})


class Metrics:
    """One gateway's; a registry of its own, so that two in a process do not meet."""

    def __init__(self, open_streams: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "gateway_requests", "Requests by route and status", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "gateway_request_seconds",
            "Time to answer, streams left out",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        streams = Gauge("gateway_open_streams", "Streams that are open now", registry=self.registry)
        streams.set_function(open_streams)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is a pattern. A method that a stranger made up is told as "other"."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()
        if not route.endswith("/stream"):
            self._seconds.labels(route).observe(max(0.0, seconds))

    def text(self) -> str:
        return generate_latest(self.registry).decode()

    def serve(self, port: int) -> None:
        """Listen on loopback, apart from the public port: no proxy in front of that one can open these by mistake."""
        start_http_server(port, addr=LOOPBACK, registry=self.registry)

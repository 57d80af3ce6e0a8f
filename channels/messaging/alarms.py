"""What operators see: counts for Prometheus and log lines. Labels are channels and codes, never a person or a text."""

from __future__ import annotations

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

log = structlog.get_logger()

CODE_CHARACTERS = 40


class Alarms:
    """One gateway's counts of its channels, in the registry that it serves."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._in = Counter("messaging_in", "Messages taken in", ["channel", "kind"], registry=registry)
        self._repeats = Counter("messaging_repeats", "Messages that were there already", ["channel"], registry=registry)
        self._refused = Counter("messaging_refused", "Webhooks refused", ["channel", "code"], registry=registry)
        self._sent = Counter("messaging_sent", "Messages that the platform took", ["channel", "how"], registry=registry)
        self._problems = Counter("messaging_problems", "Sends that failed", ["channel", "code"], registry=registry)
        self._alarms = Counter(
            "messaging_alarms", "What a person should look at", ["channel", "code"], registry=registry
        )
        self._open = Gauge("messaging_open", "Messages not done, by queue", ["queue"], registry=registry)
        self._turn = Histogram(
            "messaging_turn_seconds",
            "From the webhook to the answer in the outbox",
            ["channel"],
            buckets=(0.1, 0.5, 1, 2, 4, 8, 15, 60, 300),
            registry=registry,
        )

    def taken(self, channel: str, kind: str, *, is_new: bool) -> None:
        if is_new:
            self._in.labels(channel, kind).inc()
        else:
            self._repeats.labels(channel).inc()

    def refused(self, channel: str, code: str) -> None:
        self._refused.labels(channel, code[:CODE_CHARACTERS]).inc()
        log.info("webhook_refused", channel=channel, code=code[:CODE_CHARACTERS])

    def answered(self, channel: str, seconds: float) -> None:
        self._turn.labels(channel).observe(max(0.0, seconds))

    def sent(self, channel: str, how: str) -> None:
        self._sent.labels(channel, how).inc()

    def problem(self, channel: str, code: str, **facts: object) -> None:
        """A send that did not work and is taken care of."""
        self._problems.labels(channel, code[:CODE_CHARACTERS]).inc()
        log.warning("send_problem", channel=channel, code=code[:CODE_CHARACTERS], **facts)

    def alarm(self, channel: str, code: str, **facts: object) -> None:
        self._alarms.labels(channel, code[:CODE_CHARACTERS]).inc()
        log.error("channel_alarm", channel=channel, code=code[:CODE_CHARACTERS], **facts)

    def queues(self, **counts: int) -> None:
        for queue, count in counts.items():
            self._open.labels(queue).set(count)

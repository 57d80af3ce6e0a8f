"""One trace a request, through every process: W3C trace context, spans sent only where the environment says.

The variables are OpenTelemetry's own: with OTEL_EXPORTER_OTLP_ENDPOINT set, spans go there; without it nothing leaves
the process, but ids are still made and handed on, so that the logs of all processes can be joined."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
HEADER = "traceparent"
PROPAGATOR = TraceContextTextMapPropagator()


@cache
def provider(service: str) -> TracerProvider:
    """This process's own, not the library's global one: what libraries trace by themselves may hold texts."""
    made = TracerProvider(resource=Resource({"service.name": service}), shutdown_on_exit=bool(os.environ.get(ENDPOINT)))
    if os.environ.get(ENDPOINT):
        made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made


@cache
def _tracer(service: str) -> Tracer:
    """Kept: to be given one, the provider compares scopes for longer than a span takes."""
    return provider(service).get_tracer("xinzhang")


@contextmanager
def traced(service: str, name: str, parent: str | None = None, *, kind: SpanKind = SpanKind.SERVER) -> Iterator[Span]:
    """A span below `parent` (a traceparent header) or else below the one around it.

    Meanwhile its trace id is in every log line. Attributes are names, codes and numbers, never a customer's text."""
    context = PROPAGATOR.extract({HEADER: parent}) if parent else None
    span = _tracer(service).start_span(name, context=context, kind=kind)
    try:
        # An exception's own text may quote a customer, so the library must not record it.
        current = use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False)
        trace_id = f"{span.get_span_context().trace_id:032x}"
        with current, structlog.contextvars.bound_contextvars(trace_id=trace_id):
            yield span
    except Exception as error:
        span.set_status(StatusCode.ERROR, type(error).__name__)
        raise
    finally:
        span.end()


def header_of(span: Span) -> Mapping[str, str]:
    """What hands this span on as a parent: `{"traceparent": …}`."""
    carrier: dict[str, str] = {}
    PROPAGATOR.inject(carrier, context=set_span_in_context(span))
    return carrier

"""Where messaging platforms post to. Answers are the platform's own; a refusal says nothing."""

from __future__ import annotations

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.logs import report
from channels.messaging.port import Answer, Webhook
from channels.routes.parts import gateway_of
from credit.kernel.errors import CreditError, ErrorCode

log = structlog.get_logger()


async def take_webhook(request: Request) -> Response:
    """What the platform expects once the message is stored; 503 when it could not be, so that it comes again."""
    messaging, channel = gateway_of(request).messaging, request.path_params["channel"]
    if channel not in messaging.adapters:
        raise CreditError(ErrorCode.NOT_FOUND)
    query = request.query_params.multi_items()
    if len({name for name, _ in query}) != len(query):  # two readers might believe different ones
        messaging.alarms.refused(channel, "query")
        return Response(status_code=400)
    try:
        messaging.rate.take(request.client.host if request.client else "")
    except CreditError as limited:
        messaging.alarms.refused(channel, "rate")
        return Response(status_code=429, headers={"Retry-After": str(limited.facts["seconds"])})
    webhook = Webhook(
        method=request.method,
        query=dict(query),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
        received_at=messaging.now(),
    )
    try:
        answer = await messaging.receive(channel, webhook)
    except CreditError as refusal:
        report("webhook_not_stored", refusal, channel=channel)
        answer = Answer(503)
    return Response(answer.body, answer.status, media_type=answer.content_type)


def route() -> Route:
    """A bare route: hundreds a second come here, and nothing of them is what a framework would parse."""
    made = Route("/hooks/{channel}", take_webhook, methods=["GET", "POST"])
    (made.methods or set()).discard("HEAD")  # no platform asks so
    return made

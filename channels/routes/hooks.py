"""Where messaging platforms post to. Answers are the platform's own; a refusal says nothing."""

from __future__ import annotations

import structlog
from fastapi import APIRouter
from fastapi.responses import Response
from starlette.requests import Request

from channels.logs import report
from channels.messaging.port import Answer, Webhook
from channels.routes.parts import TheGateway
from credit.kernel.errors import CreditError, ErrorCode

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()


@router.api_route("/hooks/{channel}", methods=["GET", "POST"], response_model=None)
async def take_webhook(gateway: TheGateway, request: Request, channel: str) -> Response:
    """What the platform expects once the message is stored; 503 when it could not be, so that it comes again."""
    messaging = gateway.messaging
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

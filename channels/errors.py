"""Refusals and defects on their way out: always `{code, message}` in the customer's language, never a traceback."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from channels.logs import report
from channels.wording import Wording
from credit.kernel.errors import CreditError, ErrorCode


class Problem(BaseModel):
    """The body of every refusal, in the customer's language."""

    code: str
    message: str


REFUSED_BY_STATE = 409
"""Status of a refusal that has no own: the request was understood, the account's state forbids it."""
STATUS: Mapping[ErrorCode, int] = {
    ErrorCode.TOKEN_MISSING: 401,
    ErrorCode.TOKEN_INVALID: 401,
    ErrorCode.TOKEN_EXPIRED: 401,
    ErrorCode.CUSTOMER_UNKNOWN: 401,
    ErrorCode.PIN_WRONG: 403,
    ErrorCode.ORIGIN_NOT_ALLOWED: 403,
    ErrorCode.JOURNAL_NOT_FOUND: 404,
    ErrorCode.LINK_INVALID: 404,
    ErrorCode.OFFER_NOT_FOUND: 404,
    ErrorCode.BIND_LINK_INVALID: 404,
    ErrorCode.BINDING_NOT_FOUND: 404,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.TICKET_NOT_FOUND: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.OFFER_EXPIRED: 410,
    ErrorCode.LINK_EXPIRED: 410,
    ErrorCode.LINK_USED: 410,
    ErrorCode.BIND_LINK_EXPIRED: 410,
    ErrorCode.BIND_LINK_USED: 410,
    ErrorCode.MESSAGE_TOO_LONG: 413,
    ErrorCode.BODY_INVALID: 422,
    ErrorCode.MESSAGE_EMPTY: 422,
    ErrorCode.CLOSING_WRONG_DAY: 422,
    ErrorCode.PIN_LOCKED: 423,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.ASSISTANT_UNREACHABLE: 503,
    ErrorCode.ACCOUNT_SERVICE_UNREACHABLE: 503,
}
CODE_OF_STATUS: Mapping[int, ErrorCode] = {
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.METHOD_NOT_ALLOWED,
    413: ErrorCode.MESSAGE_TOO_LONG,
}

log = structlog.get_logger()


def refusal_response(wording: Wording, error: CreditError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer to a refused request."""
    status = STATUS.get(error.code, REFUSED_BY_STATE)
    extra = dict(headers or {})
    if status == 401:
        extra["WWW-Authenticate"] = "Bearer"
    if error.code is ErrorCode.RATE_LIMITED:
        extra["Retry-After"] = str(error.facts["seconds"])
    level = log.error if status == 503 else log.info
    level("refused", code=str(error.code), status=status, detail=str(error))
    return JSONResponse(wording.refusal(error), status, extra)


def defect_response(wording: Wording, error: Exception) -> JSONResponse:
    """The answer when we failed; the log has the rest under the same correlation id."""
    report("defect", error)
    return JSONResponse(wording.internal_error(), 500)


def install(app: FastAPI, wording: Wording, *, most_characters: int) -> None:
    """Make every way of failing answer in one shape."""

    @app.exception_handler(CreditError)
    async def refused(_request: Request, error: CreditError) -> JSONResponse:
        return refusal_response(wording, error)

    @app.exception_handler(RequestValidationError)
    async def misshapen(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Only places and kinds: an error's text would quote the input.
        places = [f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors()]
        return refusal_response(wording, CreditError(ErrorCode.BODY_INVALID, "; ".join(places[:5])))

    @app.exception_handler(HTTPException)
    async def http_refused(_request: Request, error: HTTPException) -> JSONResponse:
        code = CODE_OF_STATUS.get(error.status_code, ErrorCode.BODY_INVALID)
        return refusal_response(wording, CreditError(code, limit=most_characters), error.headers)

    @app.exception_handler(SQLAlchemyError)
    async def database_failed(_request: Request, error: SQLAlchemyError) -> JSONResponse:
        report("database_failed", error)
        return refusal_response(wording, CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE, type(error).__name__))

"""One form for every refusal and error: {"code", "params", "text"}, the sentence in the caller's language."""

from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.exceptions.http_exceptions import MethodNotAllowedException
from litestar.types import ExceptionHandlersMap

from beffroi.server.committer import NotPossible
from beffroi.server.texts import Catalogue, language_of
from beffroi.trade.rejected import Rejected

REFUSED = 409
STATUS = {
    "forbidden": 403,
    "not_found": 404,
    "core.busy": 503,
    "core.unavailable": 503,
    "core.disk_full": 507,
    "core.starting": 503,
    "core.foreign_page": 403,
    "core.nul": 422,
    "core.out_of_range": 422,
}
RETRY_AFTER_S = 2

AnyRequest = Request[Any, Any, Any]

log = structlog.get_logger("http")


class Refusal(msgspec.Struct):
    """Why something was refused or failed: `text` is the sentence of `code` with `params`."""

    code: str
    params: dict[str, Any]
    text: str


def status_of(refusal: Rejected) -> int:
    """Return the HTTP status of a refusal: its own when it names one, else by its code."""
    own = getattr(refusal, "status", None)
    if own is not None:
        return int(own)
    if refusal.code.endswith(".not_found"):
        return 404
    return STATUS.get(refusal.code, REFUSED)


def error_handlers(catalogue: Catalogue) -> ExceptionHandlersMap:
    """Return the handlers that give every error its one form."""
    return {
        Rejected: _refused(catalogue),
        NotPossible: _failed(catalogue, "core.not_kept"),
        ValidationException: _invalid(catalogue),
        HTTPException: _http(catalogue),
        Exception: _failed(catalogue, "core.fault"),
    }


def answer(
    catalogue: Catalogue, request: AnyRequest, status: int, code: str, params: dict[str, Any]
) -> Response[Refusal]:
    """Return a refusal in the caller's language."""
    caller = request.scope["state"].get("caller")
    lang = caller.lang if caller is not None else language_of(request.headers.get("accept-language"))
    body = Refusal(code, params, catalogue.render(code, params, lang))
    headers = {"Retry-After": str(params.get("wait_s", RETRY_AFTER_S))} if status in {429, 503} else {}
    return Response(body, status_code=status, headers=headers, media_type="application/json")


Handler = Callable[[AnyRequest, Any], Response[Refusal]]


def _refused(catalogue: Catalogue) -> Handler:
    def handle(request: AnyRequest, refusal: Rejected) -> Response[Refusal]:
        return answer(catalogue, request, status_of(refusal), refusal.code, dict(refusal.params))

    return handle


def _invalid(catalogue: Catalogue) -> Handler:
    def handle(request: AnyRequest, error: ValidationException) -> Response[Refusal]:
        fields = [item for item in error.extra or [] if isinstance(item, dict)]
        detail = "; ".join(f"{item.get('key', '')}: {item.get('message', '')}" for item in fields) or error.detail
        return answer(catalogue, request, 422, "core.invalid", {"detail": detail, "fields": fields})

    return handle


def _http(catalogue: Catalogue) -> Handler:
    def handle(request: AnyRequest, error: HTTPException) -> Response[Refusal]:
        if isinstance(error, NotFoundException):
            return answer(catalogue, request, 404, "core.no_route", {})
        if isinstance(error, MethodNotAllowedException):
            return answer(catalogue, request, 405, "core.method", {})
        if error.status_code == 413:
            return answer(catalogue, request, 413, "core.too_large", {"most": _limit(request)})
        if error.status_code >= 500:
            return _failed(catalogue, "core.fault")(request, error)
        status = 422 if error.status_code == 400 else error.status_code
        return answer(catalogue, request, status, "core.invalid", {"detail": error.detail})

    return handle


def _limit(request: AnyRequest) -> int:
    limit = getattr(request.scope.get("route_handler"), "resolve_request_max_body_size", lambda: 0)()
    return limit if isinstance(limit, int) else 0


def _failed(catalogue: Catalogue, code: str) -> Handler:
    def handle(request: AnyRequest, error: Exception) -> Response[Refusal]:
        log.error("request failed", path=request.scope["path"], exc_info=error)
        return answer(catalogue, request, 500, code, {})

    return handle

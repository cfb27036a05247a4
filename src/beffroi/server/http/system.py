"""Routes of the core itself: health, metrics, the catalogue, the equipment descriptions."""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request, Response, get

from beffroi.access import Gate
from beffroi.model.kinds import EquipmentKind
from beffroi.model.scope import CITY
from beffroi.server.http.door import caller_of
from beffroi.server.metrics import exposition
from beffroi.server.settings import is_loopback
from beffroi.server.texts import Catalogue
from beffroi.trade.doors import PUBLIC
from beffroi.trade.rejected import Rejected

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

AnyRequest = Request[Any, Any, Any]


class Readiness(msgspec.Struct):
    """Whether the city can be served, and what the core is doing until then.

    `loaded` stays true while the database is away: what is in memory is still shown, actions are refused.
    """

    ready: bool
    step: str
    loaded: bool = True


class Kind(msgspec.Struct):
    """One kind of equipment; its place in the list is the `kind` of `/api/map/positions`."""

    index: int
    kind: EquipmentKind


def health_routes(readiness: Callable[[], Readiness], gate: Gate) -> list[Any]:
    """Return what machines ask: alive, ready, metrics (from this machine, or with the right `settings`)."""

    @get("/healthz", opt=PUBLIC, summary="Whether the process answers", sync_to_thread=False)
    def get_health() -> dict[str, str]:
        return {"status": "ok"}

    @get("/readyz", opt=PUBLIC, summary="Whether the city can be served: 200 or 503", sync_to_thread=False)
    def get_readiness() -> Response[Readiness]:
        state = readiness()
        return Response(state, status_code=200 if state.ready else 503)

    @get("/metrics", opt=PUBLIC, summary="Prometheus metrics", media_type=PROMETHEUS, sync_to_thread=False)
    def get_metrics(request: AnyRequest) -> Response[bytes]:
        client = request.client
        if client is None or not is_loopback(client.host) or "x-forwarded-for" in request.headers:
            caller = caller_of(gate, request)
            if not caller.may("settings", CITY):
                raise Rejected("forbidden", right="settings")
        return Response(exposition(), media_type=PROMETHEUS)

    return [get_health, get_readiness, get_metrics]


def catalogue_routes(catalogue: Catalogue, kinds: dict[str, EquipmentKind]) -> list[Any]:
    """Return what the desk reads once: sentences and equipment descriptions."""

    @get("/texts/{lang:str}", opt=PUBLIC, summary="Every sentence by code", sync_to_thread=False)
    def get_texts(lang: str) -> dict[str, str]:
        return catalogue.sentences(lang)

    @get("/kinds", summary="The equipment descriptions, in their order", sync_to_thread=False)
    def list_kinds() -> list[Kind]:
        return [Kind(index, kind) for index, kind in enumerate(kinds.values())]

    return [get_texts, list_kinds]

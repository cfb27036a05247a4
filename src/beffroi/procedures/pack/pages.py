"""Routes of the pack; reading people's names and phones is told to the journal, once an hour for one reader."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from litestar import Response, get

from beffroi.access.actions import NoteReading
from beffroi.procedures.pack.making import make_pack
from beffroi.procedures.pack.page import POLICY, render
from beffroi.procedures.pack.types import Pack
from beffroi.trade.doors import Caller, acting_for
from beffroi.trade.service import CoreDoor

READING_S = 3_600.0
WHAT = "standby pack"


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handlers of the pack."""
    told: dict[UUID | None, float] = {}

    async def make(caller: Caller, lang: str | None) -> Pack:
        account = core.state("access").accounts.get(caller.actor.id)
        reader = (account.name or account.login) if account else caller.actor.kind
        pack = await make_pack(core, caller, lang or caller.lang, core.clock.now(), reader)
        people = sum(len(section.rows) for section in pack.sections if section.personal)
        now = core.clock.monotonic()
        if people and now - told.get(caller.actor.id, -READING_S) >= READING_S:
            told[caller.actor.id] = now
            await core.executor.execute(NoteReading(what=WHAT, count=people), acting_for(caller))
        return pack

    @get("/", summary="The standby pack of what the caller sees: kept by each seat on its disk, made again each hour")
    async def read_pack(caller: Caller, lang: Literal["fr", "en"] | None = None) -> Pack:
        return await make(caller, lang)

    @get("/print", summary="The same pack as one page to be printed or kept as a file")
    async def print_pack(caller: Caller, lang: Literal["fr", "en"] | None = None) -> Response[str]:
        page = render(await make(caller, lang))
        return Response(page, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})

    return [read_pack, print_pack]

"""Makes a pack: its tables one after another, giving way to the core between two, and its blank forms."""

import asyncio

from beffroi.model.time import Micros
from beffroi.procedures.pack.sections import SECTIONS
from beffroi.procedures.pack.texts import say
from beffroi.procedures.pack.types import KEPT_FOR, Form, Pack, Reader, Rooms
from beffroi.procedures.paper import local_time
from beffroi.trade.doors import Caller

EVENT_FIELDS = "number facts_at source what where painted danger told crew on_site safe end writer"
CALL_FIELDS = "facts_at caller what where painted danger outcome writer"
LOG_LINES = 26


async def make_pack(rooms: Rooms, caller: Caller, lang: str, now: Micros, reader: str) -> Pack:
    """Return the pack of what a caller sees now (µs UTC), for a reader named so."""
    page = Reader(rooms, caller, lang, now)
    sections = []
    for make in SECTIONS:
        sections.append(make(page))
        # a slice of the core's loop holds one table
        await asyncio.sleep(0)
    until = now + KEPT_FOR
    ends = local_time(until, rooms.zone, day=True)
    return Pack(
        made_at=now,
        until=until,
        made=local_time(now, rooms.zone, day=True),
        ends=ends,
        reader=reader,
        title=say("title", lang),
        warning=say("warning", lang, ends=ends),
        lang=lang,
        zone=rooms.zone,
        simulated=rooms.demo,
        sections=sections,
        forms=blank_forms(lang),
    )


def blank_forms(lang: str) -> list[Form]:
    """Return the forms to be filled by hand and entered once the post is back."""

    def fields(codes: str) -> list[str]:
        return [say(f"f.{code}", lang) for code in codes.split()]

    columns = [say(f"c.{column}", lang) for column in ("facts_at", "text", "written_by")]
    return [
        Form(name="event_sheet", title=say("event_sheet", lang), fields=fields(EVENT_FIELDS)),
        Form(name="log_sheet", title=say("log_sheet", lang), fields=[], columns=columns, lines=LOG_LINES),
        Form(name="call_sheet", title=say("call_sheet", lang), fields=fields(CALL_FIELDS)),
    ]

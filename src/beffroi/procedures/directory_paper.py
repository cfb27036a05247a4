"""The directory on paper, A5, for the drawer of each seat: who is on duty, then every contact by kind."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from litestar import Response, get

from beffroi.access.actions import NoteReading
from beffroi.directory import TRADE as DIRECTORY
from beffroi.directory.api import Pack, name_of, pack_of
from beffroi.directory.texts import CATEGORIES, PAPER
from beffroi.directory.types import Contact
from beffroi.dispatch.api import OnCallNow, on_call_now
from beffroi.dispatch.texts import RANKS, word
from beffroi.procedures.paper import MEDIA, answer, local_time
from beffroi.trade.doors import AT_ROOT, Caller, acting_for
from beffroi.trade.service import CoreDoor

TEMPLATE = """
#document-title(data.title, data.sub)
#section(data.duty)
#if data.duties.len() == 0 { none-said(data.nobody) } else {
  rows((1.2fr, 1.3fr, 1.1fr, auto), data.dutyhead, data.duties)
}
#section(data.oncall)
#if data.oncalls.len() == 0 { none-said(data.nobody) } else {
  rows((1.2fr, 1fr, 1.2fr, 1.1fr, auto), data.oncallhead, data.oncalls)
}
#if data.missing.len() > 0 [#text(weight: "bold")[#data.gap] #data.missing.join(", ")]
#for part in data.parts [
  #section(part.label)
  #rows((1.5fr, 1.1fr, 1.2fr), data.head, part.rows)
]
"""


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handler of the printed directory."""

    @get("/directory/print.pdf", opt=AT_ROOT, summary="The directory as an A5 PDF", media_type=MEDIA)
    async def print_pdf(caller: Caller) -> Response[bytes]:
        pack = pack_of(core.state("directory"), core.clock.now(), caller)
        people = sum(contact.person is not None for contact in pack.contacts)
        if people:
            reading = NoteReading(what="directory on paper", count=people)
            await core.executor.execute(reading, acting_for(caller))
        lines = on_call_now(core.state("dispatch"), core.clock.now(), caller)
        return await answer("annuaire.pdf", TEMPLATE, data_of(pack, lines, caller.lang))

    return [print_pdf]


def data_of(pack: Pack, lines: Sequence[OnCallNow], lang: str) -> dict[str, Any]:
    """Return what the template prints."""
    zone = DIRECTORY.zone

    def said(key: str) -> str:
        return PAPER[key].get(lang) or PAPER[key]["fr"]

    duties = [
        [one.roster, name_of(one.contact), _phones(one.contact), local_time(one.end, zone, day=True)]
        for one in pack.duties
    ]
    ordered = sorted(pack.contacts, key=lambda one: (list(CATEGORIES).index(one.category), one.place, one.label))
    parts = [
        {"label": CATEGORIES[category].get(lang) or category, "rows": [_row(one) for one in found]}
        for category, found in groupby(ordered, key=lambda one: one.category)
    ]
    return {
        "title": said("title"),
        "sub": f"{said('made')} {local_time(pack.at, zone, day=True)}",
        "footer": said("footer"),
        "lang": lang,
        "paper": "a5",
        "duty": said("duty"),
        "nobody": said("nobody"),
        "gap": said("gap"),
        "dutyhead": [said("roster"), said("who"), said("phone"), said("until")],
        "head": [said("function"), said("who"), said("phone")],
        "duties": duties,
        "oncall": said("oncall"),
        "oncallhead": [said("trade"), said("rank"), said("who"), said("phone"), said("until")],
        "oncalls": [_on_call(line, lang) for line in lines],
        "missing": pack.missing,
        "parts": parts,
    }


def _on_call(line: OnCallNow, lang: str) -> list[str]:
    rank = RANKS.get(line.rank, {}).get(lang, str(line.rank))
    trade = word(f"trade.{line.trade}", lang) if line.trade else "–"
    return [trade, rank, line.name or "–", line.phone or "–", local_time(line.until, DIRECTORY.zone)]


def _row(contact: Contact) -> list[str]:
    notes = " · ".join(part for part in (contact.label, contact.hours) if part)
    return [notes, contact.person.name if contact.person else contact.note, _phones(contact)]


def _phones(contact: Contact) -> str:
    own = contact.person.phones if contact.person else ()
    return ", ".join(f"{one.number} {one.label}".strip() for one in (*own, *contact.phones))


PAGES = pages

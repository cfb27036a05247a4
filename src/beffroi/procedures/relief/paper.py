"""The relève on paper: two pages that look as careful as the screen."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from beffroi.model.time import Micros
from beffroi.procedures.paper import local_time
from beffroi.procedures.relief.page import Item, Page, Section

WORDS: dict[str, dict[str, str]] = {
    "title": {"fr": "Relève", "en": "Shift handover"},
    "events": {"fr": "Événements ouverts", "en": "Open events"},
    "overrides": {"fr": "Forçages", "en": "Overrides"},
    "locks": {"fr": "Consignations", "en": "Lock-outs"},
    "withheld": {"fr": "Inhibitions, mises en attente, hors service", "en": "Suppressed, shelved, out of service"},
    "on_call": {"fr": "Astreintes", "en": "On call"},
    "links": {"fr": "Sans nouvelles", "en": "Links down"},
    "instructions": {"fr": "Consignes", "en": "Instructions"},
    "reminders": {"fr": "Rappels", "en": "Reminders"},
    "changes": {"fr": "Depuis la relève précédente", "en": "Since the previous handover"},
    "at": {"fr": "Heure", "en": "Time"},
    "what": {"fr": "Fait, lieu, dernière écriture", "en": "What, where, last line"},
    "end": {"fr": "Échéance, par qui", "en": "End, by whom"},
    "none": {"fr": "Aucun.", "en": "None."},
    "since": {"fr": "depuis", "en": "since"},
    "until": {"fr": "jusqu'à", "en": "until"},
    "read": {"fr": "lue", "en": "read"},
    "take": {"fr": "prendre avant", "en": "take before"},
    "engage": {"fr": "engager avant", "en": "engage before"},
    "on_site": {"fr": "sur place avant", "en": "on site before"},
    "made_safe": {"fr": "mise en sécurité avant", "en": "made safe before"},
    "outgoing": {"fr": "Quitte le poste", "en": "Leaves"},
    "incoming": {"fr": "Prend le poste", "en": "Takes over"},
    "signed": {"fr": "Signée", "en": "Signed"},
    "unsigned": {"fr": "Non signée : état au {at}", "en": "Not signed: as of {at}"},
    "digest": {"fr": "Empreinte", "en": "Digest"},
}

TEMPLATE = """
#document-title(data.heading, data.sub)
#facts(data.facts)
#for part in data.parts {
  section(part.title)
  if part.rows.len() == 0 { none-said(data.none) } else { rows((auto, 1fr, auto), data.head, part.rows) }
}
"""


class Printed:
    """A page as words: in one language, with the city's hours and the names that accounts bear."""

    def __init__(self, lang: str, zone: str, names: Mapping[UUID, str]) -> None:
        self._lang = lang
        self._zone = zone
        self._names = names

    def data(self, page: Page, signed_at: Micros | None, digest: str) -> dict[str, Any]:
        """Return what the template prints."""
        desks = ", ".join(desk.get(self._lang, "") for desk in page.desks)
        when = self._at(signed_at or page.made_at, day=True)
        state = f"{self._word('signed')} {when}" if signed_at else self._word("unsigned").format(at=when)
        facts = [
            [self._word("outgoing"), self._name(page.outgoing)],
            [self._word("incoming"), self._name(page.incoming) if signed_at else "–"],
        ]
        if digest:
            facts.append([self._word("digest"), digest])
        heading = f"{self._word('title')} · {desks}"
        return {
            "title": heading,
            "heading": heading,
            "sub": f"{page.seat_name} · {state}",
            "footer": f"Beffroi · {heading} · {when}",
            "lang": self._lang,
            "none": self._word("none"),
            "head": [self._word(name) for name in ("at", "what", "end")],
            "facts": facts,
            "parts": [self._part(section, page) for section in page.sections],
        }

    def _part(self, section: Section, page: Page) -> dict[str, Any]:
        title = self._word(section.name)
        if section.name == "changes":
            title = f"{title} ({self._at(page.since, day=True)})"
        return {"title": title, "rows": [self._row(item, page) for item in section.items]}

    def _row(self, item: Item, page: Page) -> list[str]:
        main = " · ".join(
            part for part in (item.what.get(self._lang, ""), item.place, item.detail.get(self._lang, "")) if part
        )
        return [self._at(item.at), main, self._end(item, page)]

    def _end(self, item: Item, page: Page) -> str:
        said = [item.phone]
        if item.until is not None:
            word = self._word(item.due or "until")
            said.append(f"{word} {self._at(item.until, day=item.until - page.made_at > 20 * 3_600_000_000)}")
        if item.kind == "instruction" and f"instruction:{item.ref}" in page.ticks:
            said.append(self._word("read"))
        if item.account is not None:
            said.append(self._name(item.account))
        return " · ".join(part for part in said if part)

    def _at(self, at: Micros | None, *, day: bool = False) -> str:
        return local_time(at, self._zone, day=day)

    def _name(self, account: UUID | None) -> str:
        return self._names.get(account, account.hex[-6:]) if account else "–"

    def _word(self, name: str) -> str:
        return WORDS[name][self._lang if self._lang in ("fr", "en") else "fr"]

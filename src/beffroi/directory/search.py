"""Reading a question about whom to call: words, and whether it asks who is on duty now."""

from collections.abc import Iterable
from heapq import nsmallest
from uuid import UUID

import msgspec

from beffroi.directory.index import SILENT, initials_of, words_of
from beffroi.directory.types import Contact, DirectoryState, Roster, Slot, scope_of
from beffroi.model.time import Micros
from beffroi.trade.doors import Caller

DUTY = frozenset({"astreinte", "permanence", "garde", "soir", "nuit", "maintenant", "duty", "tonight", "now"})
"""Words that ask who is on duty, in every way the room says it."""

SYNONYMS: dict[str, str] = {
    "on_call": "astreinte cadre",
    "elected": "elu elue maire adjoint adjointe permanence mairie",
    "rescue": "pompiers secours samu codis sdis urgence medecin incendie",
    "police": "police gendarmerie commissariat patrouille",
    "authority": "prefecture prefet sidpc etat",
    "network": "reseau gaz electricite eau coupure fuite",
    "transport": "bus tram transport regulateur divia",
    "city": "metropole ville service",
    "contractor": "entreprise prestataire depannage",
    "other": "",
}


class OnDuty(msgspec.Struct, frozen=True):
    """For what a contact is on duty, and until when."""

    roster: str
    label: str
    until: Micros


class Hit(msgspec.Struct):
    """A contact found; `duty` where it is on duty at the time asked."""

    contact: Contact
    duty: list[OnDuty]


class Gap(msgspec.Struct, frozen=True):
    """A roster that names nobody at the time asked, and when it next does."""

    roster: str
    label: str
    next: Micros | None


class Found(msgspec.Struct):
    """Contacts, the likeliest first; `gaps` are the rosters asked about that name nobody now."""

    at: Micros
    items: list[Hit]
    gaps: list[Gap]
    total: int


def weights_of(contact: Contact) -> dict[str, float]:
    """Return the words a contact is found by, with their weight."""
    person = contact.person
    sources: list[tuple[str, float]] = [
        (SYNONYMS[contact.category], 1.2),
        (contact.note, 0.5),
        (" ".join(contact.languages), 1.0),
        (contact.place, 2.0),
        (initials_of(contact.organisation), 2.5),
        (initials_of(contact.function), 2.0),
        (contact.function, 2.5),
        (contact.organisation, 2.6),
    ]
    if person is not None:
        sources += [(person.note, 0.5), (initials_of(person.name), 2.0), (person.name, 3.0)]
    weights: dict[str, float] = {}
    for text, weight in sources:
        for word in words_of(text):
            weights[word] = max(weights.get(word, 0.0), weight)
    for phone in (*contact.phones, *(person.phones if person else ())):
        weights["".join(one for one in phone.number if one.isdigit())] = 1.5
    weights.pop("", None)
    return weights


def on_duty(state: DirectoryState, at: Micros) -> dict[str, list[Slot]]:
    """Return who is on duty at a time, by roster; rosters without anybody have an empty list."""
    return {
        key: [
            slot for slot in state.slots.get(key, ()) if slot.begin <= at < slot.end and slot.contact in state.contacts
        ]
        for key in state.rosters
    }


def search(state: DirectoryState, question: str, at: Micros, caller: Caller, limit: int) -> Found:
    """Return the contacts that answer a question among those the caller sees; no question: who is on duty now."""
    asked = [word for word in words_of(question) if word not in SILENT]
    about_duty = not asked or any(word in DUTY for word in asked)
    wanted = [word for word in asked if word not in DUTY] if about_duty else asked
    duties = _duties(state, at, caller)
    ranked = _answering(state, wanted, caller)
    if not wanted:
        ranked = dict.fromkeys(duties, 0.0)
    elif about_duty and not ranked:
        ranked = _answering(state, asked, caller)
    first = duties if about_duty else {}
    shown = nsmallest(
        limit, ranked, key=lambda one: (one not in first, -ranked[one], state.contacts[one].organisation, one.int)
    )
    hits = [Hit(state.contacts[one], duties.get(one, [])) for one in shown]
    gaps = _gaps(state, wanted, at, caller) if about_duty else []
    return Found(at, hits, gaps, len(ranked))


def _answering(state: DirectoryState, words: list[str], caller: Caller) -> dict[UUID, float]:
    """Return the score of the contacts seen that answer the most words."""
    found = state.index.find(words)
    groups: dict[int, list[UUID]] = {}
    for one, (matched, _) in found.items():
        groups.setdefault(matched, []).append(one)
    visible: dict[str, bool] = {}
    # a word nobody answers must not hide those who answer all the others
    for matched in sorted(groups, reverse=True):
        seen = [one for one in groups[matched] if _sees(state, one, caller, visible)]
        if seen:
            return {one: found[one][1] for one in seen}
    return {}


def _sees(state: DirectoryState, contact: UUID, caller: Caller, known: dict[str, bool]) -> bool:
    """Tell whether a caller sees a contact; asked once a commune, since a common word answers thousands."""
    commune = state.contacts[contact].commune
    seen = known.get(commune)
    if seen is None:
        seen = known[commune] = caller.sees(scope_of(commune))
    return seen


def _duties(state: DirectoryState, at: Micros, caller: Caller) -> dict[UUID, list[OnDuty]]:
    found: dict[UUID, list[OnDuty]] = {}
    for key, slots in on_duty(state, at).items():
        for slot in slots:
            if caller.sees(state.contacts[slot.contact].scope):
                found.setdefault(slot.contact, []).append(OnDuty(key, state.rosters[key].label, slot.end))
    return found


def _gaps(state: DirectoryState, words: list[str], at: Micros, caller: Caller) -> list[Gap]:
    empty = [state.rosters[key] for key, slots in on_duty(state, at).items() if not somebody(state, slots)]
    asked = [roster for roster in empty if caller.sees(roster.scope) and _is_asked(state, roster, words)]
    return [Gap(roster.key, roster.label, _next(state.slots.get(roster.key, ()), at)) for roster in asked]


def somebody(state: DirectoryState, slots: Iterable[Slot]) -> bool:
    """Tell whether one of those on duty can still be called."""
    return any(state.contacts[slot.contact].answers for slot in slots)


def _is_asked(state: DirectoryState, roster: Roster, words: list[str]) -> bool:
    named = set(words_of(f"{roster.label} {roster.place}"))
    return not words or any(alike in named for word in words for alike in (word, *state.index.alike(word)))


def _next(slots: Iterable[Slot], at: Micros) -> Micros | None:
    return min((slot.begin for slot in slots if slot.begin > at), default=None)

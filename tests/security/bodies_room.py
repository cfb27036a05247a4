"""Bodies of the actions of the room: events, crews, seats, duties, calls, directory."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.security.town import ELSEWHERE, LAT, LON, SECRET, Town

Body = dict[str, Any]
Bodies = Callable[[Town], list[Body]]
UNTIL = time.time_ns() // 1000 + 3 * 3_600_000_000
"""Long after the last of these tests, wherever in the run they come."""
AGENT = {"name": "Intrus", "phone": "06 39 98 00 00", "ends_at": UNTIL}


def _on(field: str, *roles: str, **more: Any) -> Bodies:
    return lambda town: [{field: town.ids[role], **more} for role in roles]


def _on_incident(**more: Any) -> Bodies:
    return _on("incident", "incident", "masked_incident", **more)


def _always(**body: Any) -> Bodies:
    return lambda town: [body]


def _opened(town: Town) -> list[Body]:
    own = {"asset": town.ids["open_light"]}
    return [
        {"what": "panne", "asset": town.ids["light"]},
        {"what": "panne", "lon": LON, "lat": LAT, "commune": ELSEWHERE},
        {"what": "panne", **own, "alarm": town.ids["alarm"]},
        {"what": "panne", **own, "request": town.ids["request"]},
    ]


def _recorded(town: Town) -> list[Body]:
    own = {"asset": town.ids["open_light"]}
    return [
        {"text": "panne", "asset": town.ids["light"]},
        {"text": "panne", "lon": LON, "lat": LAT, "commune": ELSEWHERE},
        {"text": "panne", **own, "incident": town.ids["incident"]},
        {"text": "panne", **own, "follows": town.ids["request"]},
    ]


ROOM_BODIES: dict[str, Bodies] = {
    "access.drop_code": lambda town: [{"account": str(uuid4())}],
    "logbook.sign": _always(),
    "logbook.amend_report": _always(night="2026-01-01", version=1, body="autre"),
    "incidents.open": _opened,
    "incidents.take": _on_incident(),
    "incidents.release": _on_incident(),
    "incidents.correct": lambda town: [
        *_on_incident(what="autre")(town),
        {"incident": town.ids["open_incident"], "asset": town.ids["light"]},
        {"incident": town.ids["open_incident"], "commune": ELSEWHERE},
    ],
    "incidents.join": lambda town: [
        {"incident": town.ids["incident"], "into": town.ids["open_incident"], "why": "même panne"},
        {"incident": town.ids["open_incident"], "into": town.ids["incident"], "why": "même panne"},
        {"incident": town.ids["open_incident"], "into": town.ids["masked_incident"], "why": "même panne"},
    ],
    "incidents.undo_join": _on_incident(reason="mistake"),
    "incidents.link": lambda town: [
        *_on_incident(kind="alarm", id=town.ids["open_alarm"], why="voisine")(town),
        {"incident": town.ids["open_incident"], "kind": "alarm", "id": town.ids["alarm"], "why": "voisine"},
    ],
    "incidents.unlink": lambda town: _on_incident(id=town.ids["alarm"], reason="mistake")(town),
    "incidents.step": _on_incident(step="told", told="18"),
    "incidents.undo_step": _on_incident(step="told"),
    "incidents.resolve": _on_incident(),
    "incidents.close": _on_incident(cause="equipment", result="repaired"),
    "incidents.reopen": _on_incident(reason="came_back"),
    "incidents.mask": _on_incident(trade="police"),
    "dispatch.engage": lambda town: [
        {"incident": town.ids["incident"], "crew": town.ids["open_crew"]},
        {"incident": town.ids["open_incident"], "crew": town.ids["crew"]},
    ],
    "dispatch.crew_state": lambda town: [
        {"state": "on_site", "engagement": town.ids["engagement"]},
        {"state": "on_site", "incident": town.ids["incident"]},
        {"state": "on_site", "crew": town.ids["crew"]},
    ],
    "dispatch.undo_state": lambda town: [{"engagement": town.ids["engagement"], "move": str(uuid4())}],
    "dispatch.accept": _on("engagement", "engagement"),
    "dispatch.refuse": _on("engagement", "engagement", reason="danger"),
    "dispatch.disengage": _on("engagement", "engagement"),
    "dispatch.call_attempt": _on("incident", "incident", trade="lighting"),
    "dispatch.call_outcome": _on("call_out", "call_out", outcome="no_answer"),
    "dispatch.do_not_wake": _on("incident", "incident", until=UNTIL, criteria=["no_danger"]),
    "dispatch.set_agent": lambda town: [AGENT, {**AGENT, "agent": town.ids["agent"]}],
    "dispatch.forget_agent": _on("agent", "agent"),
    "dispatch.set_crew": lambda town: [
        {"name": "nous", "trade": "roads"},
        {"name": "nous", "trade": "lighting", "crew": town.ids["crew"]},
        {"name": "nous", "trade": "lighting", "members": [town.ids["agent"]]},
        {"name": "nous", "trade": "lighting", "vehicle": town.ids["vehicle"]},
    ],
    "dispatch.set_roster": _always(trade="roads", start=UNTIL, end=UNTIL + 3_600_000_000, turns=[]),
    "dispatch.set_need": _always(category="lamp", trade="roads"),
    "seats.set_desks": _always(desks=[{"name": "lighting", "label": {"fr": "a", "en": "a"}}]),
    "seats.rename": _on("seat", "seat", name="autre"),
    "seats.retire": _on("seat", "seat"),
    "seats.sign_out": _on("seat", "seat"),
    "seats.hold": _on("seat", "seat", desks=["lighting"]),
    "seats.hand_over": lambda town: [{"desks": ["lighting"], "to": town.ids["seat"]}],
    "seats.disarm": _always(desk="lighting"),
    "seats.begin_relief": _on("seat", "seat"),
    "seats.tick": _always(relief=str(uuid4()), item="sound"),
    "seats.cancel_relief": _always(relief=str(uuid4())),
    "duties.instruct": lambda town: [
        {"text": "pour tous", "end": UNTIL},
        {"text": "ailleurs", "end": UNTIL, "commune": ELSEWHERE},
    ],
    "duties.read": lambda town: [{"instructions": [town.ids["instruction"]]}],
    "duties.end_instruction": _on("instruction", "instruction", reason="mistake"),
    "duties.remind": lambda town: [
        {"text": "voir", "due_at": UNTIL, "target_kind": "asset", "target": town.ids["light"]},
        {"text": "voir", "due_at": UNTIL, "target_kind": "incident", "target": town.ids["incident"]},
    ],
    "duties.postpone": _on("reminder", "reminder"),
    "duties.done": _on("reminder", "reminder"),
    "duties.record": _always(routine="radio_test", result="done"),
    "duties.set_routines": _always(routines=[]),
    "duties.observe": lambda town: [{"round": str(uuid4()), "asset": town.ids["light"], "fault": "off"}],
    "duties.end_round": _always(round=str(uuid4()), label="ailleurs", began_at=1, seen=1, commune=ELSEWHERE),
    "requests.record": _recorded,
    "requests.attach": lambda town: [
        {"request": town.ids["request"], "incident": town.ids["open_incident"]},
        {"request": town.ids["open_request"], "incident": town.ids["incident"]},
        {"request": town.ids["open_request"], "incident": town.ids["masked_incident"]},
    ],
    "requests.detach": _on("request", "request"),
    "requests.follow": lambda town: [
        {"request": town.ids["open_request"], "follows": town.ids["request"]},
        {"request": town.ids["request"], "follows": town.ids["open_request"]},
    ],
    "requests.outcome": _on("request", "request", outcome="informed"),
    "requests.call_back": _on("request", "request", reached=True),
    "requests.close": _on("request", "request", reason="fini"),
    "requests.correct": lambda town: [
        {"request": town.ids["request"], "text": "autre"},
        {"request": town.ids["open_request"], "asset": town.ids["light"]},
    ],
    "requests.set_contact": _on("request", "request", contact={"name": "Intrus"}),
    "requests.forget": _on("request", "request"),
    "requests.tell": _always(message=str(uuid4()), result="by_phone"),
    "requests.pick_up": _always(call=f"{SECRET}-1"),
    "requests.recalled": _always(call=f"{SECRET}-1"),
    "directory.set_contact": lambda town: [
        {"entry": {"organisation": "ailleurs", "commune": ELSEWHERE}},
        {"entry": {"organisation": "ailleurs"}, "contact": town.ids["contact"]},
    ],
    "directory.remove_contact": _on("contact", "contact"),
    "directory.forget_person": _on("contact", "contact"),
    "directory.set_roster": _always(roster={"key": "ailleurs", "label": "Ailleurs", "commune": ELSEWHERE}),
    "directory.remove_roster": _always(roster="ailleurs"),
    "directory.set_duty": _always(roster="ailleurs", begin=UNTIL, end=UNTIL + 3_600_000_000, turns=[]),
    "directory.import": _always(contacts=[]),
    "directory.call": _on("contact", "contact", outcome="reached"),
}

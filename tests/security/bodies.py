"""For each action, bodies by which somebody would reach what is elsewhere."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.security.bodies_room import ROOM_BODIES
from tests.security.town import ELSEWHERE, LAT, LON, SECRET, Town

Body = dict[str, Any]
Bodies = Callable[[Town], list[Body]]
UNTIL = time.time_ns() // 1000 + 3 * 3_600_000_000
"""Long after the last of these tests, wherever in the run they come."""
SOURCE = {"name": "intrus", "secret": "cd" * 32}


def _on_alarm(**more: Any) -> Bodies:
    return lambda town: [{"alarm": town.ids["alarm"], **more}]


def _always(**body: Any) -> Bodies:
    return lambda town: [body]


def _requests(town: Town) -> list[Body]:
    selections: list[Body] = [
        {"assets": [town.ids["light"]]},
        {"assets": [town.ids["camera"]]},
        {"assets": [town.ids["open_light"], town.ids["light"]]},
        {"parents": [town.ids["circuit"]]},
        {"parents": [town.ids["cabinet"]]},
        {"commune": ELSEWHERE},
        {"everything": True},
    ]
    return [{"selection": one, "command": "level_pct", "value": 100, "until": UNTIL} for one in selections]


def _request_for_an_event(town: Town) -> Body:
    own = {"assets": [town.ids["open_light"]]}
    return {"selection": own, "command": "level_pct", "value": 100, "until": UNTIL, "incident": town.ids["incident"]}


def _on_order(**more: Any) -> Bodies:
    return lambda town: [{"order": town.ids[name], **more} for name in ("order", "wide_order")]


def _corrections(town: Town) -> list[Body]:
    own = town.ids["open_light"]
    return [
        {"asset": town.ids["light"], "edits": {"name": "prise"}},
        {"asset": town.ids["camera"], "edits": {"name": "prise"}},
        {"asset": own, "edits": {"commune": ELSEWHERE}},
    ]


def _bulk(town: Town) -> list[Body]:
    edits = {"owner": "pris"}
    return [
        {"where": {"commune": ELSEWHERE}, "edits": edits},
        {"where": {"kind": "street_light"}, "edits": edits},
        {"where": {"parent": town.ids["circuit"]}, "edits": edits},
        {"where": {"kind": "camera"}, "edits": edits},
    ]


def _on_account(town: Town) -> list[Body]:
    return [{"account": str(uuid4())}]


def _on_source(**more: Any) -> Bodies:
    return lambda town: [{"name": f"{SECRET}-gw", **more}]


BODIES: dict[str, Bodies] = {
    "assets.create": _always(kind="street_light", code="intrus", lon=LON, lat=LAT, commune=ELSEWHERE),
    "assets.correct": _corrections,
    "assets.bulk_edit": _bulk,
    "assets.retire": lambda town: [{"asset": town.ids["light"]}],
    "assets.merge": lambda town: [
        {"kept": town.ids["open_light"], "duplicate": town.ids["light"]},
        {"kept": town.ids["light"], "duplicate": town.ids["open_light"]},
    ],
    "assets.import": _always(import_id=str(uuid4())),
    "assets.undo_import": _always(import_id=str(uuid4())),
    "telemetry.create_source": _always(source=SOURCE),
    "telemetry.create_sources": _always(sources=[SOURCE]),
    "telemetry.adopt_source": _always(client="inconnu", source=SOURCE),
    "telemetry.set_assets": _on_source(assets=["*"]),
    "telemetry.set_quota": _on_source(rate=1, burst=1),
    "telemetry.renew_secret": _on_source(secret="cd" * 32),
    "telemetry.disable_source": _on_source(),
    "telemetry.enable_source": _on_source(),
    "lighting.set_programme": lambda town: [
        {"programme": {"commune": commune, "lon": LON, "lat": LAT}} for commune in (ELSEWHERE, "")
    ],
    "lighting.drop_programme": _always(commune=ELSEWHERE),
    "alarms.acknowledge": _on_alarm(),
    "alarms.unacknowledge": _on_alarm(),
    "alarms.take": _on_alarm(),
    "alarms.ask_event": _on_alarm(),
    "alarms.release": _on_alarm(),
    "alarms.shelve": _on_alarm(until=UNTIL),
    "alarms.unshelve": _on_alarm(),
    "alarms.suppress": _on_alarm(reason="test"),
    "alarms.unsuppress": _on_alarm(),
    "alarms.out_of_service": _on_alarm(reason="test"),
    "alarms.in_service": _on_alarm(),
    "alarms.reset": _on_alarm(),
    "alarms.unfold": _on_alarm(),
    "orders.request": lambda town: [*_requests(town), _request_for_an_event(town)],
    "orders.approve": _on_order(digest="0" * 64),
    "orders.refuse": _on_order(reason="parce que"),
    "orders.cancel": _on_order(),
    "orders.break_glass": _on_order(reason="parce que"),
    "orders.countersign": _on_order(),
    "orders.consign": lambda town: [
        {"asset": town.ids[name], "holder": "moi", "certificate": "1", "code": "1234"}
        for name in ("cabinet", "circuit")
    ],
    "orders.lift": lambda town: [{"asset": town.ids["circuit"], "certificate": SECRET, "code": "123456"}],
    "work.assign": lambda town: [{"item": town.ids["item"], "crew": "nous"}],
    "work.close": lambda town: [{"item": town.ids["item"], "result": "repaired"}],
    "logbook.write": lambda town: [{"text": "ici", "asset": town.ids["light"]}, {"text": "partout"}],
    "logbook.correct": lambda town: [{"entry": town.ids["entry"], "text": "autre"}],
    "house.set_setting": _always(name="test.note", value=1, seen_version=1),
    "journal.erase_line": _always(position=1, reason="pour voir"),
    "access.correct_account": lambda town: [{**body, "name": "autre"} for body in _on_account(town)],
    "access.set_grants": lambda town: [{**body, "grants": []} for body in _on_account(town)],
    "access.disable_account": _on_account,
    "access.enable_account": _on_account,
    "access.drop_totp": _on_account,
    "access.revoke_session": _always(session=str(uuid4())),
    "access.revoke_key": _always(key=str(uuid4())),
    "access.define_role": _always(name="roi", rights=["view"]),
    "access.forget_account": _on_account,
    "access.remove_role": _always(name="all"),
    "access.set_purpose": _always(purpose="logbook", keep_days=1),
    **ROOM_BODIES,
}


def READING_POSTS(town: Town) -> list[tuple[str, Body]]:  # noqa: N802 - read as the table beside it
    """List the posts that are no actions, on what is elsewhere."""
    level = {"command": "level_pct", "value": 100, "until": UNTIL}
    selections = [one["selection"] for one in _requests(town) if "everything" not in one["selection"]]
    return [
        *[("/api/orders/preview", {"selection": one, **level}) for one in selections if len(one.get("assets", ())) < 2],
        ("/api/assets/bulk-preview", {"where": {}, "edits": {"owner": "pris"}}),
        (f"/api/assets/imports/{uuid4()}/undo", {}),
        ("/api/directory/import/preview", {}),
        (f"/api/directory/import/{uuid4()}/undo", {}),
        ("/api/journal/verification", {}),
        ("/api/access/accounts", {"login": "intrus", "name": "Intrus"}),
        ("/api/access/keys", {"name": "intrus", "grants": [{"role": "viewer"}]}),
        (f"/api/access/accounts/{uuid4()}/password", {}),
    ]

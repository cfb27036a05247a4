"""The life of an event: by example, what is refused and why."""

from uuid import UUID

import pytest

from beffroi.incidents import TRADE
from beffroi.incidents import actions as ac
from beffroi.incidents import events as ev
from beffroi.incidents.categories import ALL, guess
from beffroi.incidents.checklists import all_checklists, checklist_of
from beffroi.incidents.deadlines import list_deadlines
from beffroi.incidents.rows import facts_of, masked_row
from beffroi.incidents.types import Incident
from beffroi.model.scope import ANY, Grant, Scope
from beffroi.model.time import DAY, HOUR, MINUTE, SECOND, from_iso
from beffroi.procedures.lines import incidents as incident_lines
from beffroi.server.absent import NoStreets
from beffroi.trade.action import Action
from beffroi.trade.rejected import Rejected
from tests.incidents.room import CAMILLE, D1, DOMINIQUE, Room, light


def refused(room: Room, action: Action, who: UUID = CAMILLE) -> Rejected:
    with pytest.raises(Rejected) as caught:
        room.do(action, who)
    return caught.value


def test_an_event_is_opened_with_both_times_and_the_next_number() -> None:
    room = Room()
    first = room.open("mât couché avenue du Drapeau, câbles à nu", asset=light(3), source="radio")
    made = room.do(ac.Open(what="nid de poule", place="rue Monge", commune="21231"), at=room.now - HOUR)
    second = room.state.incidents[made[0].incident]  # type: ignore[attr-defined]
    assert (first.number, second.number) == ("2025-0001", "2025-0002")
    assert (first.category, first.priority, first.checklist) == ("mast_down", 1, "mast_down")
    assert first.scope == Scope("21231", "lighting", "street_light")
    assert (second.category, second.scope) == ("roadway", Scope("21231", "roads", ANY))
    assert second.first_at == second.opened_at - HOUR


def test_the_year_of_a_number_is_the_citys_own(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(TRADE, "zone", "Europe/Paris")
    room = Room(from_iso("2026-12-31T22:59:00+00:00"))
    assert room.open().number == "2026-0001"
    room.now += 2 * MINUTE
    assert room.open().number == "2027-0001"


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("lampadaire éteint devant 12 berbisey", "lamp_out"),
        ("mât couché avenue du Drapeau, câbles à nu, radio PM", "mast_down"),
        ("fils à nu au pied du mât", "bare_wires"),
        ("gazon à tondre", "other"),
        ("odeur de gaz rue Monge", "gas"),
        ("toute la rue est éteinte", "circuit_tripped"),
        ("carrefour à feux au jaune", "signals"),
        ("LAMPADAIRES ETEINTS", "lamp_out"),
        ("premier étage", "other"),
        ("véhicule arrêté sur la départementale 905", "other"),
        ("départ 3 sans lumière", "circuit_tripped"),
        ("lampes qui clignotent", "lamp_out"),
    ],
)
def test_the_words_tell_the_category(said: str, category: str) -> None:
    assert guess(said).name == category


def test_the_second_to_take_is_told_who_has_it() -> None:
    room = Room()
    one = room.open()
    room.do(ac.Take(incident=one.id), CAMILLE)
    refusal = refused(room, ac.Take(incident=one.id), DOMINIQUE)
    assert (refusal.code, refusal.params["by"]) == ("incidents.already_taken", str(CAMILLE))
    assert refused(room, ac.Release(incident=one.id), DOMINIQUE).code == "incidents.not_yours"
    room.do(ac.Release(incident=one.id), CAMILLE)
    assert (one.state, one.taken_by) == ("new", None)


def test_what_somebody_who_left_had_is_taken_over_at_once() -> None:
    room = Room()
    one = room.open()
    room.do(ac.Take(incident=one.id), CAMILLE)
    room.there = {CAMILLE}
    over = ac.Take(incident=one.id, over=CAMILLE)
    refusal = refused(room, over, DOMINIQUE)
    assert (refusal.code, refusal.params["by"]) == ("incidents.still_there", str(CAMILLE))
    room.there = set()
    (made,) = room.do(over, DOMINIQUE)
    assert isinstance(made, ev.Taken)
    assert (one.taken_by, made.before, one.state) == (DOMINIQUE, CAMILLE, "taken")
    # who confirmed a moment later is told who has it now
    assert refused(room, over, UUID(int=903)).params["by"] == str(DOMINIQUE)


def test_a_chef_de_salle_takes_over_from_somebody_who_is_there() -> None:
    room = Room()
    one = room.open()
    room.do(ac.Take(incident=one.id), CAMILLE)
    room.there = {CAMILLE}
    room.do(ac.Take(incident=one.id, over=CAMILLE), DOMINIQUE, chief=True)
    assert one.taken_by == DOMINIQUE


def three_nested(room: Room) -> tuple[Incident, Incident, Incident]:
    """Return the innermost of three nested joins, the middle, the one that holds them."""
    inner, middle, outer = (room.open("lampadaire éteint", asset=light(n)) for n in (3, 4, 5))
    room.do(ac.Join(incident=inner.id, into=middle.id, why="même départ"))
    room.do(ac.Join(incident=middle.id, into=outer.id, why="même départ"))
    return inner, middle, outer


def test_parting_the_innermost_of_three_refreshes_every_event_that_held_it() -> None:
    room = Room()
    inner, middle, outer = three_nested(room)
    room.do(ac.UndoJoin(incident=inner.id, reason="mistake"))
    names = {name for topic, name in TRADE.touched(room.lines[-1]) if topic == "incidents"}
    assert names == {inner.id, middle.id, outer.id}


def test_an_undone_join_does_not_come_back_through_another_event() -> None:
    room = Room()
    inner, middle, outer = (room.open("lampadaire éteint", asset=light(n)) for n in (3, 4, 5))
    room.do(ac.Join(incident=inner.id, into=middle.id, why="même départ"))
    room.do(ac.UndoJoin(incident=inner.id, reason="mistake"))
    room.do(ac.Join(incident=middle.id, into=outer.id, why="même départ"))
    assert refused(room, ac.Join(incident=inner.id, into=outer.id, why="encore")).code == "incidents.was_parted"
    assert refused(room, ac.Join(incident=outer.id, into=inner.id, why="encore")).code == "incidents.was_parted"


def test_what_was_joined_leaves_memory_with_the_event_that_held_it() -> None:
    room = Room()
    *_, outer = three_nested(room)
    kept = room.open("nid de poule", local=UUID(int=77))
    room.do(ac.Take(incident=outer.id, local=UUID(int=78)))
    room.do(ac.Close(incident=outer.id, cause="unknown", result="no_action", reason="other"))
    room.now += 61 * DAY
    last = room.open("tag")
    room.do(ac.Close(incident=last.id, cause="unknown", result="no_action", reason="other"))
    assert set(room.state.incidents) == {kept.id, last.id}
    assert (room.state.joined, set(room.state.locals)) == ({}, {UUID(int=77)})


def test_an_event_corrected_to_the_police_is_masked_for_the_others() -> None:
    room = Room()
    one = room.open("lampadaire éteint", asset=light(3))
    room.do(ac.Correct(incident=one.id, category="police"))
    assert (one.masked, one.scope.trade) == (True, "police")
    row = TRADE.row(room.state, "masked_incidents", one.id, room.city)
    assert row is not None and row.data is not None
    (said,) = incident_lines.note(room.lines[-1], room.city)
    assert said.code == "incidents.note.masked"  # type: ignore[attr-defined]


def test_a_wrong_asset_is_taken_off_and_the_place_given() -> None:
    room = Room()
    one = room.open("lampadaire éteint", asset=light(3))
    room.do(ac.Correct(incident=one.id, no_asset=True, lon=5.04, lat=47.32, place="12 rue Monge", source="radio"))
    assert (one.asset, one.lon, one.place, one.source) == (None, 5.04, "12 rue Monge", "radio")
    assert one.scope == Scope("21231", "lighting", ANY)
    assert room.city.incidents.find_open_of(light(3)) is None
    assert refused(room, ac.Correct(incident=one.id, no_asset=True)).code == "incidents.nothing_changes"


def test_nobody_hides_an_event_from_himself_by_a_correction() -> None:
    room = Room()
    one = room.open("lampadaire éteint", asset=light(3))
    room.grants = (Grant(trades=frozenset({"lighting"})),)
    assert refused(room, ac.Correct(incident=one.id, category="police")).code == "incidents.cannot_mask"


def test_the_stub_of_a_masked_event_never_says_the_place_as_typed() -> None:
    room = Room()
    one = room.open("rixe", place="chez Mme Untel, 3e étage")
    assert masked_row(one, room.city).place == ""
    assert facts_of(one, room.city).place == ""


def test_a_reopened_event_owes_its_crews_again() -> None:
    room = Room()
    one = room.open("mât couché", asset=light(3))
    room.do(ac.SetClock(incident=one.id, clock="on_site", move=UUID(int=7)), None)
    room.now += HOUR
    room.do(ac.Close(incident=one.id, cause="crash", result="made_safe", skipped="other"))
    room.now += HOUR
    room.do(ac.Reopen(incident=one.id, reason="came_back"))
    assert [deadline.kind for deadline in list_deadlines(one)] == ["take", "engage", "on_site", "made_safe"]


def test_a_key_on_a_line_that_has_just_changed_does_nothing() -> None:
    room = Room()
    one = room.open()
    room.now += SECOND
    room.do(ac.Take(incident=one.id), CAMILLE)
    assert refused(room, ac.Resolve(incident=one.id, seen_at=room.now + 600_000)).code == "incidents.just_changed"
    room.do(ac.Resolve(incident=one.id, seen_at=room.now + 700_000))


def test_no_closure_without_cause_nor_result_and_a_reason_only_without_result() -> None:
    room = Room()
    one = room.open()
    assert refused(room, ac.Close(incident=one.id)).code == "incidents.needs_cause"
    assert refused(room, ac.Close(incident=one.id, cause="mains")).code == "incidents.needs_result"
    assert refused(room, ac.Close(incident=one.id, cause="magic", result="repaired")).code == "incidents.unknown_cause"
    bare = ac.Close(incident=one.id, cause="unknown", result="nothing_found")
    assert refused(room, bare).code == "incidents.needs_reason"
    room.do(ac.Close(incident=one.id, cause="unknown", result="nothing_found", reason="false_report"))
    assert (one.state, one.no_result, one.clock("repaired")) == ("closed", "false_report", None)


def test_reopening_keeps_the_number_and_forgets_the_closure() -> None:
    room = Room()
    one = room.open()
    assert refused(room, ac.Reopen(incident=one.id, reason="came_back")).code == "incidents.cannot_reopen"
    room.do(ac.Close(incident=one.id, cause="mains", result="repaired"))
    room.now += DAY
    room.do(ac.Reopen(incident=one.id, reason="came_back"))
    assert (one.number, one.state, one.cause, one.result, one.reopened) == ("2025-0001", "new", "", "", 1)
    assert one.clock("repaired") is None
    assert room.open().number == "2025-0002"


def test_steps_in_any_order_and_those_left_out_asked_once() -> None:
    room = Room()
    one = room.open("mât couché")
    assert refused(room, ac.AnswerStep(incident=one.id, step="told")).code == "incidents.needs_told"
    room.do(ac.AnswerStep(incident=one.id, step="on_call"))
    room.do(ac.AnswerStep(incident=one.id, step="told", told="17"), at=room.now - 5 * MINUTE)
    assert (one.steps["told"].told, one.steps["told"].at) == ("17", room.now - 5 * MINUTE)
    close = ac.Close(incident=one.id, cause="crash", result="repaired")
    refusal = refused(room, close)
    assert (refusal.code, refusal.params["steps"]) == ("incidents.steps_left", ["cut"])
    room.do(ac.Close(incident=one.id, cause="crash", result="repaired", skipped="another_did"))
    assert (one.skipped, one.skip_reason) == (("cut",), "another_did")


def test_a_running_event_keeps_the_version_of_its_checklist() -> None:
    room = Room()
    one = room.open("mât couché")
    assert (one.checklist, one.version) == ("mast_down", max(v for n, v in all_checklists() if n == "mast_down"))
    categories = {name for checklist in all_checklists().values() for name in checklist.categories}
    assert categories <= {category.name for category in ALL}
    for checklist in all_checklists().values():
        assert all(step.text.keys() == {"fr", "en"} for step in checklist.steps)
        assert len({step.key for step in checklist.steps}) == len(checklist.steps)
    assert checklist_of("other") is None


def test_a_join_has_its_reason_and_once_undone_never_comes_back() -> None:
    room = Room()
    one, other = room.open("rue éteinte"), room.open("lampadaire éteint")
    room.do(ac.Take(incident=other.id))
    assert refused(room, ac.Join(incident=other.id, into=one.id, why=" ")).code == "incidents.needs_why"
    room.do(ac.Join(incident=other.id, into=one.id, why="même rue, même heure"))
    assert (other.state, other.into, other.id in room.state.open) == ("joined", one.id, False)
    room.do(ac.UndoJoin(incident=other.id, reason="not_same_cause"))
    assert (other.state, other.into) == ("taken", None)
    for pair in ((other.id, one.id), (one.id, other.id)):
        refusal = refused(room, ac.Join(incident=pair[0], into=pair[1], why="encore"))
        assert refusal.code == "incidents.was_parted"


def test_nothing_joins_itself_nor_an_event_that_is_over_or_joined() -> None:
    room = Room()
    one, other, third = room.open(), room.open(), room.open()
    assert refused(room, ac.Join(incident=one.id, into=one.id, why="x")).code == "incidents.cannot_hold"
    room.do(ac.Join(incident=other.id, into=one.id, why="x"))
    assert refused(room, ac.Join(incident=third.id, into=other.id, why="x")).code == "incidents.cannot_hold"
    room.do(ac.Close(incident=one.id, cause="mains", result="repaired"))
    assert refused(room, ac.Join(incident=third.id, into=one.id, why="x")).code == "incidents.cannot_hold"


def test_what_is_attached_and_parted_stays_parted() -> None:
    room = Room()
    one = room.open()
    request = UUID(int=77)
    room.do(ac.LinkTo(incident=one.id, kind="request", id=request, why="même lampadaire"))
    assert refused(room, ac.LinkTo(incident=room.open().id, kind="request", id=request, why="x")).code == (
        "incidents.already_linked"
    )
    room.do(ac.Unlink(incident=one.id, id=request, reason="mistake"))
    assert refused(room, ac.LinkTo(incident=one.id, kind="request", id=request, why="x")).code == "incidents.was_parted"


def test_the_same_local_identity_writes_once() -> None:
    room = Room()
    local = UUID(int=5)
    one = room.open(local=local)
    assert room.do(ac.Open(what="lampadaire éteint", local=local)) == []
    step = ac.Close(incident=one.id, cause="mains", result="repaired", local=UUID(int=6))
    assert len(room.do(step)) == 1
    assert room.do(step) == []


def test_facts_are_neither_of_the_future_nor_of_last_season() -> None:
    room = Room()
    with pytest.raises(Rejected) as caught:
        room.do(ac.Open(what="x"), at=room.now + 2 * MINUTE)
    assert caught.value.code == "incidents.future"
    with pytest.raises(Rejected) as caught:
        room.do(ac.Open(what="x"), at=room.now - 90 * DAY)
    assert caught.value.code == "incidents.too_old"


def test_a_masked_event_changes_compartment_and_is_joined_to_no_other_trade() -> None:
    room = Room()
    one, police = room.open(), room.open("rixe place Wilson")
    assert (police.masked, police.scope.trade) == (True, "police")
    assert refused(room, ac.Join(incident=one.id, into=police.id, why="x")).code == "incidents.other_compartment"
    made = room.do(ac.Mask(incident=one.id, trade="video"))
    assert isinstance(made[0], ev.Masked)
    assert (one.masked, one.scope.trade) == (True, "video")
    assert refused(room, ac.Mask(incident=one.id, trade="lighting")).code == "incidents.cannot_mask"


def test_correcting_changes_what_is_given_and_the_checklist_with_the_category() -> None:
    room = Room()
    one = room.open("lampadaire éteint", asset=light(3))
    made = room.do(ac.Correct(incident=one.id, category="mast_down", priority=1, first_at=room.now - HOUR))
    assert made[0].changed == ("category", "priority", "first_at")  # type: ignore[attr-defined]
    assert (one.checklist, one.priority, one.what) == ("mast_down", 1, "lampadaire éteint")
    assert refused(room, ac.Correct(incident=one.id, priority=1)).code == "incidents.nothing_changes"


class Communes(NoStreets):
    """Two communes side by side; « rue Monge » is in the first one alone."""

    def commune_at(self, lon: float, lat: float) -> str:
        return "" if lon > 6 else "21231" if lon < 5.05 else "21166"

    def commune_of(self, place: str) -> str:
        return "21231" if place == "rue Monge" else ""


def test_the_commune_is_that_of_the_place() -> None:
    room = Room()
    room.city.streets = Communes()
    assert room.open(lon=5.1, lat=47.3).scope.commune == "21166"
    assert room.open(place="rue Monge").scope.commune == "21231"
    assert room.open(place="rue Monge", commune="21355").scope.commune == "21355"
    assert room.open(asset=D1, lon=5.1, lat=47.3).scope.commune == room.city.topology.find(D1).commune  # type: ignore[union-attr]
    lost = room.open(lon=7.0, lat=47.3, place="quelque part")
    assert lost.scope.commune == ""
    (told,) = room.do(ac.Correct(incident=lost.id, commune="21166"))
    assert isinstance(told, ev.Corrected)
    assert (lost.scope.commune, told.changed) == ("21166", ("commune",))
    with pytest.raises(Rejected, match="nothing_changes"):
        room.do(ac.Correct(incident=lost.id, commune="21166"))
    room.do(ac.Correct(incident=lost.id, lon=5.0, lat=47.3))
    assert lost.scope.commune == "21231"
    # a place far away takes nothing from what was set
    room.do(ac.Correct(incident=lost.id, lon=7.0, lat=47.3))
    assert lost.scope.commune == "21231"

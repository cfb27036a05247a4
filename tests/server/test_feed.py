"""The feed: an old snapshot and the frames after it show what a fresh snapshot shows, to each what it may see."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.server.feed_town import ALL, COMMUNES, ONE, Dropped, Put, Streets, Town, Viewer, run

from beffroi.model.actor import SYSTEM
from beffroi.model.scope import EVERYTHING, Rights
from beffroi.server.feed import Screen
from beffroi.server.feed import hub as hub_module
from beffroi.server.feed.audience import Audience, audience_key
from beffroi.trade.doors import Caller

STEPS = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 7), st.text(max_size=3), st.sampled_from(COMMUNES)),
    st.tuples(st.just("drop"), st.integers(0, 7)),
    st.tuples(st.just("lamp"), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("tick")),
    st.tuples(st.just("look"), st.integers(0, 2)),
    st.tuples(st.just("epoch")),
)


async def play(town: Town, step: Sequence[Any], viewers: Sequence[Viewer]) -> None:
    match step:
        case ("put", key, text, commune):
            await town.commit(Put(key=key, text=text, commune=commune))
        case ("drop", key):
            await town.commit(Dropped(key=key))
        case ("lamp", index, state):
            town.lamps.light(index, state)
        case ("tick",):
            town.hub.tick()
        case ("look", which):
            await viewers[which].catch_up(town.hub)
        case ("epoch",):
            await town.hub.reset(town.position)


@settings(max_examples=120, deadline=None)
@given(steps=st.lists(STEPS, max_size=40), window=st.sampled_from([None, 3]))
def test_an_old_snapshot_and_its_frames_equal_a_fresh_snapshot(steps, window):
    async def main() -> None:
        town = Town(window)
        await town.hub.reset(0)
        viewers = [Viewer(town.hub), Viewer(town.hub, ONE), Viewer(town.hub)]
        for step in steps:
            await play(town, step, viewers)
        town.hub.tick()
        for viewer, caller in zip(viewers, (ALL, ONE, ALL), strict=True):
            await viewer.catch_up(town.hub)
            fresh = Viewer(town.hub, caller)
            await fresh.catch_up(town.hub)
            assert fresh.snapshots == 1
            assert viewer.rows == fresh.rows
            assert viewer.lamps == fresh.lamps
        shown = {row["commune"] for row in viewers[1].rows.values()}
        assert shown <= {COMMUNES[0]}
        assert all(index % 2 == 0 for index in viewers[1].lamps)
        if window is None:
            cards = town.wiring.states["board"]
            assert {key for _, key in viewers[0].rows} == set(cards)

    asyncio.run(main())


def test_a_screen_that_comes_back_in_time_gets_what_it_missed_and_no_snapshot():
    async def main() -> None:
        town = Town()
        await town.hub.reset(0)
        viewer = Viewer(town.hub)
        await viewer.catch_up(town.hub)
        for n in range(30):
            await town.commit(Put(key=n % 5, text=str(n), commune=COMMUNES[0]))
            town.hub.tick()
        back = Screen(town.hub, lambda: ALL, town.hub.epoch, viewer.upto)
        viewer.screen, viewer.frames = back, 0
        await viewer.catch_up(town.hub)
        assert (viewer.snapshots, viewer.frames) == (1, 1)
        assert len(viewer.rows) == 5

    run(main())


def test_a_position_older_than_the_ring_or_of_another_epoch_gets_a_snapshot(monkeypatch):
    monkeypatch.setattr(hub_module, "RING_CHANGES", 10)

    async def main() -> None:
        town = Town()
        await town.hub.reset(0)
        for n in range(50):
            await town.commit(Put(key=n, text="", commune=COMMUNES[0]))
            town.hub.tick()
        assert not town.hub.holds(town.hub.epoch, 1)
        assert town.hub.holds(town.hub.epoch, town.hub.seq)
        assert not town.hub.holds("other", town.hub.seq)
        assert not town.hub.holds(town.hub.epoch, town.hub.seq + 1)

    run(main())


def test_a_slow_screen_slows_nobody_and_gets_fewer_frames():
    async def main() -> None:
        town = Town()
        await town.hub.reset(0)
        quick, slow = Viewer(town.hub), Viewer(town.hub)
        free = asyncio.Event()

        async def crawl(content: bytes) -> None:
            if slow.frames:
                await free.wait()
            await slow.take(content)

        running = [asyncio.create_task(quick.screen.run(quick.take)), asyncio.create_task(slow.screen.run(crawl))]
        for n in range(200):
            await town.commit(Put(key=n, text="x" * 100, commune=COMMUNES[0]))
            town.hub.tick()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        while quick.upto != town.hub.seq:
            await asyncio.sleep(0)
        assert slow.frames == 1
        free.set()
        while slow.upto != town.hub.seq:
            await asyncio.sleep(0)
        assert slow.rows == quick.rows
        assert slow.frames < 5
        for task in running:
            task.cancel()

    run(main())


def test_a_screen_far_behind_is_sent_a_snapshot(monkeypatch):
    monkeypatch.setattr(hub_module, "BEHIND_BYTES", 5_000)

    async def main() -> None:
        town = Town()
        await town.hub.reset(0)
        viewer = Viewer(town.hub)
        await viewer.catch_up(town.hub)
        for n in range(100):
            await town.commit(Put(key=n, text="x" * 100, commune=COMMUNES[0]))
            town.hub.tick()
        await viewer.catch_up(town.hub)
        assert viewer.snapshots == 2
        assert len(viewer.rows) == 100

    run(main())


def test_a_revoked_session_ends_and_other_rights_bring_a_snapshot():
    async def main() -> None:
        town = Town()
        await town.hub.reset(0)
        await town.commit(Put(key=1, text="", commune=COMMUNES[0]), Put(key=2, text="", commune=COMMUNES[1]))
        town.hub.tick()
        viewer = Viewer(town.hub)
        running = asyncio.create_task(viewer.screen.run(viewer.take))
        while viewer.upto != town.hub.seq:
            await asyncio.sleep(0)
        assert len(viewer.rows) == 2
        viewer.caller = ONE
        town.hub.tick()
        while viewer.upto != town.hub.seq:
            await asyncio.sleep(0)
        assert viewer.snapshots == 2
        assert set(viewer.rows) == {("cards", 1)}
        viewer.caller = None
        town.hub.tick()
        await asyncio.wait_for(running, 5)

    run(main())


def test_a_frame_is_encoded_once_for_all_who_share_their_rights():
    async def main() -> None:
        town = Town()
        await town.hub.reset(0)
        after = town.hub.seq
        await town.commit(Put(key=1, text="", commune=COMMUNES[0]))
        town.hub.tick()
        same = Caller(SYSTEM, Rights({"view": (EVERYTHING,), "sources": (EVERYTHING,)}))
        first = town.hub.delta(town.hub.audience(audience_key(ALL)), after)
        second = town.hub.delta(town.hub.audience(audience_key(same)), after)
        assert first is second

    run(main())


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"ack": "x"}', b'{"view": [1]}', b"\xff", b'{"ack": 1' + b" " * 9000]
)
def test_nonsense_from_a_screen_is_ignored(text):
    async def main() -> None:
        town = Town()
        screen = Screen(town.hub, lambda: ALL, "", 0)
        screen.hear(text)
        assert screen.acked == 0
        screen.hear(b'{"ack": 12, "view": [1.0, 2, 3, 4]}')
        assert screen.acked == 12

    run(main())


def test_a_correction_that_moves_nothing_costs_a_restricted_screen_no_snapshot():
    async def main() -> None:
        town = Town()
        await town.hub.reset(0)
        viewers = [Viewer(town.hub, ONE), Viewer(town.hub, ONE)]
        for viewer in viewers:
            await viewer.catch_up(town.hub)
        town.wiring.city.topology.version = 2
        town.hub.tick()
        for viewer in viewers:
            await viewer.catch_up(town.hub)
        assert [viewer.snapshots for viewer in viewers] == [1, 1]
        town.wiring.city.topology.version = 3
        town.wiring.city.topology.find_index = lambda index: msgspec.structs.replace(
            Streets().find_index(index), commune=COMMUNES[(index + 1) % 2]
        )
        town.hub.tick()
        for viewer in viewers:
            await viewer.catch_up(town.hub)
        assert [viewer.snapshots for viewer in viewers] == [2, 2]
        assert all(set(viewer.lamps) == {1, 3, 5} for viewer in viewers)

    run(main())


def test_screens_that_come_back_together_share_one_snapshot():
    async def main() -> None:
        town = Town()
        await town.hub.reset(0)
        audience = town.hub.audience(audience_key(ALL))
        (seq, one), (_, other) = await asyncio.gather(town.hub.snapshot(audience), town.hub.snapshot(audience))
        assert one is other
        assert seq == town.hub.seq
        assert not audience.making
        _, later = await town.hub.snapshot(audience)
        assert later is not one

    run(main())


def test_too_many_changes_to_merge_at_once_bring_a_snapshot(monkeypatch):
    monkeypatch.setattr(hub_module, "MERGED_AT_ONCE", 20)

    async def main() -> None:
        town = Town()
        await town.hub.reset(0)
        viewer = Viewer(town.hub)
        await viewer.catch_up(town.hub)
        for n in range(30):
            await town.commit(Put(key=n, text="", commune=COMMUNES[0]))
            town.hub.tick()
        await viewer.catch_up(town.hub)
        assert viewer.snapshots == 2
        assert len(viewer.rows) == 30

    run(main())


def test_an_audience_that_nobody_asks_for_is_forgotten():
    async def main() -> None:
        town = Town()
        held = town.hub.audience(audience_key(ONE))
        town.hub.forget(held.asked_at)
        assert town.hub.audience(audience_key(ONE)) is held
        town.hub.forget(held.asked_at + 1)
        assert town.hub.audience(audience_key(ONE)) is not held

    run(main())


def test_an_asset_that_enters_the_picture_after_the_mask_is_shown_to_who_may_see_it():
    async def main() -> None:
        audience, streets = Audience(audience_key(ONE)), Streets()
        await audience.fit(streets, 2)
        index = np.array([4], np.uint32)
        lamps = (index, np.ones(1, np.uint8), np.ones(1, np.uint8), np.zeros(1, np.uint16))
        assert not len(audience.filter_lamps(lamps)[0])
        assert not audience.fits(streets), "what it does not know makes it look again"
        shown = audience.shown
        await audience.fit(streets, 5)
        assert audience.filter_lamps(lamps)[0].tolist() == [4]
        assert audience.shown == shown + 1, "its screens are given a snapshot, which has it"
        assert audience.fits(streets)

    asyncio.run(main())

"""The page of the relève speaks the room's language: no code of the house is read by people."""

from types import SimpleNamespace
from uuid import UUID

import pytest

from beffroi.dispatch.types import Agent, DispatchState, Turn
from beffroi.model.actor import SYSTEM
from beffroi.procedures.relief.page import Reader, _on_call
from beffroi.trade.doors import trusted

NOW = 1_800_000_000_000_000
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("trade", "french", "english"),
    [
        ("green_spaces", "espaces verts · appel 2, 120 min", "green spaces · call 2, 120 min"),
        ("", "ville · appel 2, 120 min", "city · call 2, 120 min"),
    ],
)
def test_an_on_call_line_names_its_trade_in_words(trade: str, french: str, english: str) -> None:
    state, agent = DispatchState(), UUID(int=7)
    state.agents[agent] = Agent(id=agent, name="Chloé", phone="06 39 98 03 02", ends_at=NOW + HOUR)
    state.turns[trade] = (Turn(kind="on_call", subject=agent, start=NOW - HOUR, end=NOW + HOUR, rank=2, delay_min=120),)
    reader = Reader(trusted(SYSTEM), NOW, NOW - HOUR, (), {}, SimpleNamespace())  # type: ignore[arg-type]
    (item,) = _on_call(SimpleNamespace(dispatch=state), reader)  # type: ignore[arg-type]
    assert (item.detail, item.place) == ({"fr": french, "en": english}, "")

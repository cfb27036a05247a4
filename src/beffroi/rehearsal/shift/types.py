"""Words of the simulated voice: who speaks, what was said, what a person does."""

from typing import Literal

import msgspec

from beffroi.model.time import Micros

Channel = Literal["radio", "phone"]
Direction = Literal["heard", "spoken", "line"]
"""Heard by the post, spoken by the post, or a fact of the line itself (it rings, nobody answers, hung up)."""

PersonKind = Literal["on_call", "crew", "patrol", "authority", "manager"]
CallState = Literal["ringing", "answered", "ended"]


class Said(msgspec.Struct, frozen=True):
    """One line of the radio and telephone console, in the order of `n`."""

    n: int
    at: Micros
    channel: Channel
    direction: Direction
    who: str
    text: str
    call: int = 0


class Call(msgspec.Struct):
    """One telephone call made by the post."""

    id: int
    number: str
    who: str
    state: CallState
    since: Micros
    asked: str = ""
    puzzled: bool = False
    """Already asked which painted number it is about."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be reached, and how that person usually is. Times are seconds of the city."""

    key: str
    sign: str
    kind: PersonKind
    answers_after_s: float
    leaves_after_s: float
    travels_s: float
    late_s: float
    works_s: float
    refuses: str = ""
    """Code of the reason for which that person refuses, empty for one who accepts."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a scene fixes about the job at a code; times are µs UTC, 0 leaves them to the people."""

    en_route: Micros = 0
    on_site: Micros = 0
    made_safe: Micros = 0
    available: Micros = 0
    lost: int = 0
    consign: str = ""
    """Number of the certificate when the electrician locks the circuit out."""

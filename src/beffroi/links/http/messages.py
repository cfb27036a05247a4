"""Answers of the HTTP door."""

import msgspec


class RefusedLine(msgspec.Struct, frozen=True):
    """One item or line left out: its number (from 1) and why, as a code."""

    line: int
    reason: str


class Accepted(msgspec.Struct, frozen=True):
    """What became of a post; sent after the commit."""

    accepted: int
    refused: list[RefusedLine] = []

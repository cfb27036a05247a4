"""Who answers a number or a call sign, and how: drawn from the seed, the same at every asking."""

import re
from zlib import crc32

import numpy as np

from beffroi.rehearsal.shift.types import Person, PersonKind
from beffroi.rehearsal.world.noise import share

AUTHORITIES = {
    "15": "SAMU 21",
    "17": "Police secours",
    "18": "CODIS 21",
    "112": "CODIS 21",
}
REASONS = ("other_job", "vehicle", "not_qualified", "end_of_shift")
_REFUSES = 0.12
_LATE = 0.25
_MOBILE = re.compile(r"0[67]\d{8}")
_PATROL = re.compile(r"^(pm|police|patrouille|gendarmerie)\b", re.IGNORECASE)
_MANAGER = re.compile(r"^(cadre|chef)\b", re.IGNORECASE)


def bare(number: str) -> str:
    """Return the digits of a telephone number, written as in France."""
    digits = re.sub(r"\D", "", number.replace("+33", "0").replace("(0)", ""))
    return digits


def draw(seed: int, key: str, salt: int) -> float:
    """Return a number in [0, 1) that belongs to a person or a job."""
    return float(share(seed, np.array([crc32(key.encode())]), salt)[0])


def at_number(seed: int, number: str) -> Person:
    """Return who answers a telephone number: an authority, or a person at home for a mobile."""
    digits = bare(number)
    if digits in AUTHORITIES:
        return _person(seed, digits, AUTHORITIES[digits], "authority")
    if _MOBILE.fullmatch(digits):
        return _person(seed, digits, f"Astreinte {digits[-2:]}", "on_call")
    return _person(seed, digits, number.strip(), "authority")


def at_sign(seed: int, sign: str) -> Person:
    """Return who answers a call sign on the radio."""
    sign = " ".join(sign.split())
    kind: PersonKind = "patrol" if _PATROL.match(sign) else "manager" if _MANAGER.match(sign) else "crew"
    return _person(seed, sign.lower(), sign, kind)


def _person(seed: int, key: str, sign: str, kind: PersonKind) -> Person:
    def between(low: float, high: float, salt: int) -> float:
        return low + draw(seed, key, salt) * (high - low)

    at_home = kind == "on_call"
    refuses = kind == "crew" and draw(seed, key, 201) < _REFUSES
    return Person(
        key=key,
        sign=sign,
        kind=kind,
        answers_after_s=between(8, 25, 202) if at_home else between(3, 10, 202),
        leaves_after_s=between(600, 1080, 203) if at_home else between(60, 240, 203),
        travels_s=between(900, 1800, 204) if at_home else between(420, 1200, 204),
        late_s=between(360, 900, 205) if draw(seed, key, 206) < _LATE else 0.0,
        works_s=between(720, 1500, 207),
        refuses=REASONS[int(draw(seed, key, 208) * len(REASONS))] if refuses else "",
    )

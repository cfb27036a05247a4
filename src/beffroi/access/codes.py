"""The *code de prise de poste*: digits typed in two seconds, useful at an enrolled seat only, where failures slow."""

from beffroi.trade.rejected import Rejected

SHORTEST = 6
LONGEST = 12
_DIGITS = "01234567890"
_YEARS = ("19", "20")


def check_code(code: str) -> None:
    """Raise Rejected when a code has not the right shape or is among the first that anybody would try."""
    if not (code.isascii() and code.isdigit() and SHORTEST <= len(code) <= LONGEST):
        raise Rejected("access.code_shape", shortest=SHORTEST, longest=LONGEST)
    if len(set(code)) < 3 or code in _DIGITS * 2 or code[::-1] in _DIGITS * 2 or _is_date(code):
        raise Rejected("access.code_plain")


def _is_date(code: str) -> bool:
    """Tell whether the digits read as a day, a month and a year."""
    if len(code) == 8 and code[4:6] in _YEARS:
        return _is_day(code[:2], code[2:4])
    if len(code) == 8 and code[:2] in _YEARS:
        return _is_day(code[6:], code[4:6])
    return False


def _is_day(day: str, month: str) -> bool:
    return 1 <= int(day) <= 31 and 1 <= int(month) <= 12

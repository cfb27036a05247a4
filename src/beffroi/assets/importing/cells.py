"""Cells as clerks write them: numbers with a comma, dates the French way."""

import re
from collections.abc import Iterable
from typing import Any

_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009'")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_YEAR = re.compile(r"(\d{4})(?:\.0)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ].*)?")
_FRENCH = re.compile(r"(?:(\d{1,2})[/.\-])?(\d{1,2})[/.\-](\d{4})(?: .*)?")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def number_of(cell: Any) -> float | None:
    """Return the number of a cell: `3,88`, `1 234,5`, `1.234,5`, `1,234.5`; nothing when it is none or not finite."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell) if abs(cell) < 1e300 else None
    if not isinstance(cell, str):
        return None
    text = cell.strip().translate(_SPACES)
    if "," in text:
        if "." in text and text.rfind(".") > text.rfind(","):
            text = text.replace(",", "")
        else:
            text = text.replace(".", "").replace(",", ".") if text.count(",") == 1 else text.replace(",", "")
    return float(text) if _NUMBER.fullmatch(text) and len(text) < 40 else None


def comma_numbers(cells: Iterable[Any]) -> bool:
    """Tell whether a column holds nothing but numbers, one at least written with a decimal comma."""
    texts = [text for cell in cells if (text := "" if cell is None else str(cell).strip())]
    return any("," in text for text in texts) and all(number_of(text) is not None for text in texts)


def date_of(cell: Any) -> str | None:
    """Return a date as precise as it was written (`2004`, `2004-05`, `2004-05-17`), empty, or nothing."""
    if cell is None:
        return ""
    text = str(cell).strip()
    if text in ("", "0"):
        return ""
    if match := _YEAR.fullmatch(text):
        return match[1] if 1800 <= int(match[1]) <= 2100 else None
    if match := _ISO.fullmatch(text):
        return _date(match[1], match[2], match[3])
    if match := _FRENCH.fullmatch(text):
        return _date(match[3], match[2], match[1])
    return None


def _date(year: str, month: str, day: str | None) -> str | None:
    if not (1800 <= int(year) <= 2100 and 1 <= int(month) <= 12):
        return None
    if day is None:
        return f"{year}-{int(month):02}"
    if not 1 <= int(day) <= _MONTH_DAYS[int(month) - 1]:
        return None
    return f"{year}-{int(month):02}-{int(day):02}"


def measure_of(cell: Any) -> int | float | None:
    """Return a cell declared a number, whole where it is whole; nothing when empty, ValueError when it is none."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    number = number_of(cell)
    if number is None:
        raise ValueError(cell)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def characteristic_of(cell: Any) -> Any:
    """Return a characteristic as a number or a truth when it plainly is one, else as text; nothing when empty."""
    if cell is None or isinstance(cell, bool | int | float):
        return cell
    if isinstance(cell, list | dict):
        return cell
    text = str(cell).strip()
    if not text:
        return None
    if len(text) < 16 and _NUMBER.fullmatch(text) and not re.match(r"[-+]?0\d", text):
        return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
    return {"true": True, "false": False}.get(text, text)

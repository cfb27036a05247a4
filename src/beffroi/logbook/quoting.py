"""The reports quote lines of the journal, each by its position: a line that is erased leaves them too."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec


def quoted(body: str, position: int) -> set[str]:
    """Return the words, in every language, under which a report quotes a line; nothing when it does not."""
    return {text for line in _lines(_read(body)) if line.get("position") == position for text in line["text"].values()}


def without(body: str, position: int, words: Iterable[str]) -> str:
    """Return a report, or one corrected by hand, without a line and the words under which it was quoted."""
    found = _read(body)
    if found is None:
        return _unsaid(body, words)
    return msgspec.json.encode(_cut(found, position, tuple(words))).decode()


def _read(body: str) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        # corrected as one text
        return None


def _lines(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and isinstance(value.get("text"), dict):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _lines(one)


def _cut(value: Any, position: int, words: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {name: _cut(one, position, words) for name, one in value.items()}
    if isinstance(value, list):
        kept = [one for one in value if not (isinstance(one, dict) and one.get("position") == position)]
        return [_cut(one, position, words) for one in kept]
    return _unsaid(value, words) if isinstance(value, str) else value


def _unsaid(text: str, words: Iterable[str]) -> str:
    """Return a typed text without the lines that still say these words as the machine wrote them: « 02:30 · words »."""
    for said in filter(None, words):
        text = f"{text}\n".replace(f" · {said}\n", " · …\n").removesuffix("\n")
    return text

"""Every line ever written stays readable: one golden line per version of each event, kept for ever."""

import msgspec
import pytest
from tests.journal.make_golden import FOLDER, Golden, every_event, path_of

from beffroi.journal import Decoder
from beffroi.trade.event import Event

FILES = sorted(FOLDER.glob("*.json"))


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return Decoder.of(every_event())


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_a_line_of_that_day_is_still_read(name: str, decoder: Decoder) -> None:
    kept = msgspec.json.decode((FOLDER / f"{name}.json").read_bytes(), type=Golden)
    line = decoder.line(kept.line.encode(), dict(kept.bodies))
    assert line.position == 4
    assert name == f"{line.event.event_type()}.{msgspec.json.decode(kept.line)['version']}"
    again = msgspec.json.decode(msgspec.json.encode(line.event))
    written = msgspec.json.decode(kept.line)
    if written["version"] == line.event.version:
        plain = written["data"].keys() - kept.bodies.keys() - line.event.erasable.keys()
        # nothing that was written is left unread: a field renamed would be ignored in silence
        assert {name: again.get(name) for name in plain} == {name: written["data"][name] for name in plain}
    for field, text in kept.bodies.items():
        assert again[field] == msgspec.json.decode(text)
    erased = decoder.line(kept.line.encode())
    assert all(getattr(erased.event, field) == "" for field in kept.bodies)


@pytest.mark.parametrize("cls", every_event(), ids=lambda cls: cls.event_type())
def test_every_event_has_its_golden_line(cls: type[Event]) -> None:
    assert path_of(cls).exists(), "run `python -m tests.journal.make_golden` and commit what it adds"


@pytest.mark.parametrize("cls", every_event(), ids=lambda cls: cls.event_type())
def test_an_erasable_field_is_a_text_of_the_event(cls: type[Event]) -> None:
    fields = {field.encode_name: field.type for field in msgspec.inspect.type_info(cls).fields}  # type: ignore[attr-defined]
    for name in cls.erasable:
        kinds = getattr(fields[name], "types", (fields[name],))
        assert any(isinstance(kind, msgspec.inspect.StrType) for kind in kinds), name

"""One contract for every folder of equipment: what it must declare, and that its captures raise what they say."""

import json
import string
from importlib import import_module
from pathlib import Path

import pytest

from beffroi.equipment import registry
from beffroi.model.kinds import AlarmClass, EquipmentKind, Text
from beffroi.model.time import SECOND

KINDS = registry()
ROOT = Path(import_module("beffroi.equipment").__path__[0])
EXPECTED = {
    "street_light", "circuit", "cabinet", "cabinet_group", "gateway", "junction", "camera", "building", "bollard",
    "vehicle", "bus", "car_park", "parking_meter", "establishment",
}  # fmt: skip
CAPTURES = sorted(ROOT.glob("*/captures/*.json"))
NOON = 1_750_500_000 * SECOND


def texts(kind: EquipmentKind) -> list[Text]:
    found = [kind.label, kind.label_plural]
    for point in kind.points:
        found += [point.label, *point.labels.values()]
    for alarm_class in kind.alarm_classes:
        found.append(alarm_class.label)
        if alarm_class.outcome == "alarm":
            found.append(alarm_class.action)
    found += [order.label for order in kind.orders]
    return found + [section.title for section in kind.panel]


def test_the_city_is_complete() -> None:
    assert set(KINDS) >= EXPECTED


@pytest.mark.parametrize("name", KINDS)
def test_declaration(name: str) -> None:
    kind = KINDS[name]
    assert kind.name == name
    points = {point.name: point for point in kind.points}
    classes = {alarm_class.name for alarm_class in kind.alarm_classes}
    assert len(classes) == len(kind.alarm_classes)
    for point in kind.points:
        assert point.low < point.high
        assert point.kind != "state" or point.labels or point.name in {"plan", "line"}
        assert all(point.low <= value <= point.high for value in point.labels)
    for text in texts(kind):
        assert set(text) == {"fr", "en"} and all(text.values())
        fields = [{field for _, field, _, _ in string.Formatter().parse(text[lang]) if field} for lang in ("fr", "en")]
        assert fields[0] == fields[1] <= {"name"}
    for section in kind.panel:
        assert set(section.points) <= set(points)
        assert set(section.orders) <= {order.name for order in kind.orders}
    for order in kind.orders:
        assert not order.verify_point or order.verify_point in points
    assert set(kind.parents) <= set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_alarm_classes(name: str) -> None:
    kind = KINDS[name]
    everywhere = {alarm_class.name for other in KINDS.values() for alarm_class in other.alarm_classes}
    for alarm_class in kind.alarm_classes:
        point = kind.point(alarm_class.point)
        if alarm_class.outcome == "alarm":
            assert alarm_class.action, "a class without operator action cannot annunciate"
        if alarm_class.test == "silent":
            assert point.heartbeat_s > 0 or alarm_class.explains, "silence needs a rhythm, unless it is only supposed"
        if alarm_class.test in ("above", "below", "equals", "differs"):
            assert point.low <= alarm_class.limit <= point.high
        assert set(alarm_class.explains) <= everywhere
        assert not alarm_class.explains or alarm_class.outcome == "alarm", "a cause is for an operator"


@pytest.mark.parametrize("name", KINDS)
def test_folder_is_whole(name: str) -> None:
    folder = ROOT / name
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for point in KINDS[name].points:
        assert f"`{point.name}`" in readme, "an undocumented point"
    for alarm_class in KINDS[name].alarm_classes:
        assert f"`{alarm_class.name}`" in readme, "an undocumented class"
    if KINDS[name].points:
        assert (folder / "captures" / "nominal.json").is_file()


@pytest.mark.parametrize("name", KINDS)
def test_simulator_speaks_within_ranges_and_repeats_itself(name: str) -> None:
    readings = import_module(f"beffroi.equipment.{name}.simulator").readings
    kind = KINDS[name]
    for hour in range(0, 48, 5):
        at = NOON + hour * 3600 * SECOND
        first = readings(at, 42)
        assert first == readings(at, 42)
        for point, value in first.items():
            declared = kind.point(point)
            assert declared.low <= value <= declared.high
        assert not [item.name for item in kind.alarm_classes if raises(item, first)]
    assert bool(readings(NOON, 42)) == bool(kind.points)


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_capture(path: Path) -> None:
    kind = KINDS[path.parts[-3]]
    capture = json.loads(path.read_text(encoding="utf-8"))
    values = capture["message"]["p"]
    for point, value in values.items():
        declared = kind.point(point)
        assert declared.low <= value <= declared.high
    assert sorted(item.name for item in kind.alarm_classes if raises(item, values)) == sorted(capture["raises"])


def raises(alarm_class: AlarmClass, values: dict[str, float]) -> bool:
    """Tell whether one message, held for as long as it takes, raises a class."""
    value = values.get(alarm_class.point)
    if value is None:
        return False
    match alarm_class.test:
        case "above":
            return value > alarm_class.limit
        case "below":
            return value < alarm_class.limit
        case "equals":
            return value == alarm_class.limit
        case "differs":
            return value != alarm_class.limit
    return False

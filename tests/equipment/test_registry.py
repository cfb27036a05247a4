"""A folder dropped in `plugins/` is found with no other file touched; a bad one says what is wrong."""

from pathlib import Path

import pytest

from beffroi.equipment import EquipmentError, registry

GOOD = """
from beffroi.equipment.words import both, flag
from beffroi.model.kinds import AlarmClass, EquipmentKind

KIND = EquipmentKind(
    name="{name}",
    trade="water",
    label=both("Fontaine", "Fountain"),
    label_plural=both("Fontaines", "Fountains"),
    points=(flag("dry", both("À sec", "Dry")),),
    alarm_classes=(
        AlarmClass(name="dry", point="{point}", test="equals", limit=1, outcome="alarm",
                   label=both("Fontaine à sec", "Fountain dry"), action={action}),
    ),
)
"""
ACTION = 'both("Couper la pompe", "Stop the pump")'


def plugin(folder: Path, directory: str, name: str = "fountain", point: str = "dry", action: str = ACTION) -> None:
    made = folder / directory
    made.mkdir(parents=True)
    (made / "__init__.py").write_text(GOOD.format(name=name, point=point, action=action), encoding="utf-8")


def test_a_plugin_is_found(tmp_path: Path) -> None:
    plugin(tmp_path, "fountain_found")
    (tmp_path / "a_protocol").mkdir()
    (tmp_path / "a_protocol" / "__init__.py").write_text("LINK = 1\n", encoding="utf-8")
    found = registry(tmp_path)
    assert found["fountain"].point("dry").labels[1]["fr"] == "oui"
    assert set(found) == {*registry(), "fountain"}
    assert list(found) == sorted(found)


def test_no_plugins_folder_is_no_trouble(tmp_path: Path) -> None:
    assert registry(tmp_path / "absent") == registry()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "street_light"}, "equipment.same_name_twice"),
        ({"point": "wet"}, "equipment.unknown_point"),
        ({"action": "{}"}, "equipment.alarm_without_action"),
        ({"action": "oops"}, "equipment.unreadable"),
    ],
)
def test_a_bad_plugin_says_what_is_wrong(tmp_path: Path, fields: dict[str, str], code: str) -> None:
    plugin(tmp_path, f"bad_{code.rpartition('.')[2]}", **fields)
    with pytest.raises(EquipmentError) as caught:
        registry(tmp_path)
    assert caught.value.code == code
    assert "bad_" in caught.value.params["where"] or fields.get("name")

"""One folder per kind of equipment: found in this package, among installed entry points, and in the plugins folder."""

import sys
from collections.abc import Collection
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from beffroi.model.kinds import EquipmentKind

ENTRY_POINTS = "beffroi.equipment"


class EquipmentError(Exception):
    """A folder of equipment that cannot be used: where it lies and what is wrong with it."""

    def __init__(self, code: str, where: str, detail: str) -> None:
        super().__init__(f"{code}: {where}: {detail}")
        self.code = code
        self.params = {"where": where, "detail": detail}


def registry(plugins: Path | None = None, off: Collection[str] = ()) -> dict[str, EquipmentKind]:
    """Return every kind by name, in name order: ours, installed ones, then those of the plugins folder.

    `off` names folders of `plugins` that are left out.
    Raises EquipmentError when a folder cannot be read or when two bear the same name.
    """
    found: dict[str, EquipmentKind] = {}
    for where, kind in [*_ours(), *_installed(), *_plugged(plugins, off)]:
        if kind.name in found:
            raise EquipmentError("equipment.same_name_twice", where, kind.name)
        found[kind.name] = kind
    return dict(sorted(found.items()))


@cache
def _ours() -> tuple[tuple[str, EquipmentKind], ...]:
    names = [module.name for module in iter_modules(__path__) if module.ispkg]
    return tuple((name, _kind_of(import_module(f"{__name__}.{name}"), name)) for name in names)


@cache
def _installed() -> tuple[tuple[str, EquipmentKind], ...]:
    return tuple((point.name, _kind_of(point.load(), point.name)) for point in entry_points(group=ENTRY_POINTS))


def plugin_folders(plugins: Path | None, off: Collection[str] = ()) -> list[Path]:
    """List the folders of `plugins` that are read, in name order."""
    if plugins is None or not plugins.is_dir():
        return []
    return sorted(path.parent for path in plugins.glob("*/__init__.py") if path.parent.name not in off)


def _plugged(plugins: Path | None, off: Collection[str]) -> list[tuple[str, EquipmentKind]]:
    modules = [(folder, load_folder(folder)) for folder in plugin_folders(plugins, off)]
    return [(str(folder), _kind_of(module, str(folder))) for folder, module in modules if hasattr(module, "KIND")]


def load_folder(folder: Path) -> ModuleType:
    """Return the module of a plugins folder, loaded once for all that it declares; raises EquipmentError."""
    name = f"beffroi_plugins_{folder.name}"
    if name in sys.modules and sys.modules[name].__file__ == str(folder / "__init__.py"):
        return sys.modules[name]
    spec = spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise EquipmentError("equipment.unreadable", str(folder), "no module")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise EquipmentError("equipment.unreadable", str(folder), repr(error)) from error
    return module


def _kind_of(module: object, where: str) -> EquipmentKind:
    kind = module if isinstance(module, EquipmentKind) else getattr(module, "KIND", None)
    if not isinstance(kind, EquipmentKind):
        raise EquipmentError("equipment.no_kind", where, "KIND is missing or is not an EquipmentKind")
    _check(kind, where)
    return kind


def _check(kind: EquipmentKind, where: str) -> None:
    points = {point.name for point in kind.points}
    if len(points) != len(kind.points):
        raise EquipmentError("equipment.point_twice", where, kind.name)
    for alarm_class in kind.alarm_classes:
        if alarm_class.point not in points:
            raise EquipmentError("equipment.unknown_point", where, f"{alarm_class.name}: {alarm_class.point}")
        if alarm_class.outcome == "alarm" and not all(alarm_class.action.get(lang) for lang in ("fr", "en")):
            raise EquipmentError("equipment.alarm_without_action", where, alarm_class.name)

"""What a protocol folder declares (`LINK`), and where folders are found: no list to edit.

MQTT, HTTP and OsmAnd are no such links: they are the intake's own doors, to which a device comes. A `LINK` goes to the
device instead, or listens in a language of its own, and delivers what it decoded.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Protocol

import msgspec

import beffroi.links
from beffroi.equipment import load_folder, plugin_folders
from beffroi.links.http.messages import Accepted
from beffroi.links.readings import Item
from beffroi.model.time import Micros

ENTRY_POINTS = "beffroi.links"
Handler = Callable[[str, bytes], Awaitable[None]]


class LinkError(Exception):
    """A protocol folder that cannot be used: a code, where it lies and what is wrong with it."""

    def __init__(self, code: str, where: str, detail: str) -> None:
        super().__init__(f"{code}: {where}: {detail}")
        self.code = code
        self.params = {"where": where, "detail": detail}


class Door(Protocol):
    """What a running link is given: its settings, the time, the way in for readings, and the bus for the rest."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return its table in `links.toml` of the data folder as it is now; empty when there is none."""

    def now(self) -> Micros:
        """Return the city's time, µs UTC."""

    async def deliver(self, source: str, items: Sequence[Item]) -> Accepted:
        """Return once the items are committed; waits while the source is over its quota, which is the back-pressure.

        What the register refuses (unknown asset, unknown point, not its asset) comes back by its place, from 1.
        """

    async def tell(self, subject: str, payload: bytes) -> None:
        """Tell the core on the bus what is no reading (calls); dropped while the bus is away: tell everything again."""

    async def listen(self, subject: str, handler: Handler) -> None:
        """Call `handler(subject, payload)` for what the core asks on a subject; one handler for a link and subject."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One protocol, whole: what the `LINK` object of its folder says. `run` lives until cancelled.

    When `run` raises or returns, the intake says so and runs it again after a pause; no other link notices.
    """

    name: str
    run: Callable[[Door], Awaitable[None]]


def registry(plugins: Path | None = None, off: Collection[str] = ()) -> dict[str, Link]:
    """Return every link by name, in name order: ours, installed ones, then those of the plugins folder.

    `off` names folders of `plugins` that are left out. Raises LinkError when two bear the same name or when `LINK` is
    none, EquipmentError when a folder cannot be read.
    """
    found: dict[str, Link] = {}
    for where, link in [*_ours(), *_installed(), *_plugged(plugins, off)]:
        if not isinstance(link, Link):
            raise LinkError("links.no_link", where, "LINK is not a beffroi.links.registry.Link")
        if link.name in found:
            raise LinkError("links.same_name_twice", where, link.name)
        found[link.name] = link
    return dict(sorted(found.items()))


def _ours() -> list[tuple[str, Any]]:
    names = [module.name for module in iter_modules(beffroi.links.__path__) if module.ispkg]
    modules = [(name, import_module(f"beffroi.links.{name}")) for name in names]
    return [(name, module.LINK) for name, module in modules if hasattr(module, "LINK")]


def _installed() -> list[tuple[str, Any]]:
    return [(point.name, getattr(point.load(), "LINK", None)) for point in entry_points(group=ENTRY_POINTS)]


def _plugged(plugins: Path | None, off: Collection[str]) -> list[tuple[str, Any]]:
    modules = [(folder, load_folder(folder)) for folder in plugin_folders(plugins, off)]
    return [(str(folder), module.LINK) for folder, module in modules if hasattr(module, "LINK")]

"""The search index in force: rebuilt in a thread when the register changes, never waited for long."""

from __future__ import annotations

import asyncio

from beffroi.assets.search.finder import Finder
from beffroi.assets.state import AssetsState

PATIENCE_S = 0.1
"""How long a search waits for a newer index before it answers from the one before; the next key has the new one."""


MOST = 0.95


class FinderShelf:
    """Keeps one index; the first of a core is built while the register loads."""

    def __init__(self) -> None:
        self._finder: Finder | None = None
        self._loaded: tuple[AssetsState, Finder] | None = None
        self._state: AssetsState | None = None
        self._building: asyncio.Task[Finder] | None = None

    def put(self, state: AssetsState, finder: Finder) -> None:
        """Hand in the index of a state just loaded, from any thread: it serves once that state is searched."""
        self._loaded = state, finder

    async def current(self, state: AssetsState, *, wait: bool = False) -> Finder:
        """Return an index of the state, at worst the one before its last change unless one will `wait` for it."""
        if self._state is not state:
            loaded = self._loaded
            first = loaded[1] if loaded is not None and loaded[0] is state else None
            self._state, self._finder, self._building = state, first, None
        if self._finder is not None and self._finder.version == state.version:
            return self._finder
        if self._building is None:
            self._building = asyncio.create_task(asyncio.to_thread(Finder, state))
            self._building.add_done_callback(self._built)
        patience = PATIENCE_S if self._serves(state) and not wait else None
        building = self._building
        await asyncio.wait({building}, timeout=patience)
        if building.done() or self._finder is None:
            return building.result()
        return self._finder

    def _serves(self, state: AssetsState) -> bool:
        """Tell whether the index before still answers for most of the register: after an import it says « rien »."""
        return self._finder is not None and self._finder.size >= MOST * len(state.assets)

    def _built(self, task: asyncio.Task[Finder]) -> None:
        if self._building is task:
            self._building = None
            if not task.cancelled() and task.exception() is None:
                self._finder = task.result()

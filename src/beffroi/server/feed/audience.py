"""An audience: all screens whose rights show the same things; what they get is filtered and encoded once."""

import asyncio
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beffroi.model.ports import Topology
from beffroi.model.scope import ANY, CITY, Grant, Scope
from beffroi.trade.doors import Caller
from beffroi.trade.service import LampChanges, Moves

SLICE_S = 0.005

AudienceKey = tuple[frozenset[Grant], bool]


def audience_key(caller: Caller) -> AudienceKey:
    """Return what two callers must share to see the same frames: their views, and the right to see the sources."""
    if caller.trusted:
        return frozenset({Grant()}), True
    return frozenset(caller.rights.grants.get("view", ())), caller.may("sources", CITY)


class Audience:
    """The filter of one set of rights, remembered per scope and per asset index."""

    def __init__(self, key: AudienceKey) -> None:
        self._grants, self.sees_sources = key
        self._everything = any(_is_everything(grant) for grant in self._grants)
        self._by_scope: dict[Scope, bool] = {}
        self._mask: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._mask_version: int | None = None
        self.frames: dict[int, bytes] = {}
        """Frames up to the present tick by the tick they follow."""
        self.making: dict[str, asyncio.Task[tuple[int, bytes]]] = {}
        """The snapshot being made, by epoch."""
        self.shown = 0
        """How many times the assets that it shows became others: a name corrected in the register changes nothing."""
        self.asked_at = 0.0
        self._fitting = asyncio.Lock()

    def sees(self, scope: Scope) -> bool:
        """Tell whether a row of that scope exists for this audience."""
        known = self._by_scope.get(scope)
        if known is None:
            known = self._by_scope[scope] = any(grant.covers(scope) for grant in self._grants)
        return known

    def fits(self, topology: Topology) -> bool:
        """Tell whether the mask of visible assets follows the register as it stands."""
        return self._everything or self._mask_version == topology.version

    async def fit(self, topology: Topology, size: int) -> None:
        """Make the mask of visible assets again for indexes under `size`, giving way to others between slices."""
        async with self._fitting:
            if not self.fits(topology):
                await self._fit(topology, size)

    async def _fit(self, topology: Topology, size: int) -> None:
        version = topology.version
        mask = np.zeros(size, np.bool_)
        slice_ends = time.perf_counter() + SLICE_S
        for index in range(size):
            facts = topology.find_index(index)
            mask[index] = facts is not None and self.sees(facts.scope)
            if index % 256 == 0 and time.perf_counter() > slice_ends:
                await asyncio.sleep(0)
                slice_ends = time.perf_counter() + SLICE_S
        if not np.array_equal(np.flatnonzero(mask), np.flatnonzero(self._mask)):
            self.shown += 1
        self._mask, self._mask_version = mask, version

    def filter_lamps(self, lamps: LampChanges) -> LampChanges:
        """Return the lamps of these that the audience sees."""
        if self._everything or not len(lamps[0]):
            return lamps
        seen = self._seen(lamps[0])
        return lamps[0][seen], lamps[1][seen], lamps[2][seen], lamps[3][seen]

    def filter_moves(self, moves: Moves) -> Moves:
        """Return the vehicles of these that the audience sees."""
        if self._everything or not len(moves[0]):
            return moves
        seen = self._seen(moves[0])
        return moves[0][seen], moves[1][seen], moves[2][seen], moves[3][seen], moves[4][seen]

    def _seen(self, index: NDArray[np.uint32]) -> NDArray[Any]:
        known = index < len(self._mask)
        if not known.all():
            # assets that entered the picture after the mask was made: it is made again before the next frame
            self._mask_version = None
        seen = np.zeros(len(index), np.bool_)
        seen[known] = self._mask[index[known]]
        return seen


def _is_everything(grant: Grant) -> bool:
    return ANY in grant.communes and ANY in grant.trades and ANY in grant.kinds

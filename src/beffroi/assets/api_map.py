"""What the map and the search field read: positions, tiles, clusters, style facts, search, routes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec
import numpy as np
from litestar import Request, Response, get
from litestar.params import Parameter
from numpy.typing import NDArray

from beffroi.assets.logic import visible
from beffroi.assets.search.finder import SearchHit, search
from beffroi.assets.search.shelf import FinderShelf
from beffroi.assets.state import AssetsState
from beffroi.assets.streets.graph import Route
from beffroi.assets.tiles.base_map import MAX_ZOOM, TileShelf
from beffroi.assets.tiles.clusters import Cluster, Grid
from beffroi.assets.tiles.positions import encode_positions
from beffroi.trade.doors import AT_ROOT, Caller, View
from beffroi.trade.rejected import Rejected

LampStates = Callable[[], NDArray[np.uint8]]
AnyRequest = Request[Any, Any, Any]
Longitude = Annotated[float, Parameter(ge=-180, le=180)]
Latitude = Annotated[float, Parameter(ge=-90, le=90)]


class CommuneEntry(msgspec.Struct, frozen=True):
    """A commune as the map's arrays number it."""

    number: int
    code: str
    name: str


class MapStyle(msgspec.Struct, frozen=True):
    """What a screen needs to start its map: where the city is, what it is made of, whose data it is."""

    version: int
    bounds: tuple[float, float, float, float]
    center: tuple[float, float]
    attribution: str
    communes: list[CommuneEntry]
    layers: dict[str, int]
    max_zoom: int


def map_routes(view: View[AssetsState], lamp_states: LampStates, shelf: FinderShelf) -> Sequence[Any]:
    """Return the handlers that stand at the root of /api: search and map."""
    return [*_search_routes(view, shelf), *_picture_routes(view, lamp_states), *_tile_routes(view)]


def _search_routes(view: View[AssetsState], shelf: FinderShelf) -> list[Any]:
    @get("/search", opt=AT_ROOT, summary="Find assets, addresses, crossings and streets")
    async def search_all(
        caller: Caller,
        q: Annotated[str, Parameter(max_length=200)],
        limit: Annotated[int, Parameter(ge=1, le=50)] = 12,
    ) -> list[SearchHit]:
        state = view.state
        mask = visible(state, caller.sees)
        finder = await shelf.current(state)
        return await asyncio.to_thread(search, state, finder, q, mask, limit)

    @get("/map/route", opt=AT_ROOT, summary="Quickest way by road between two points")
    async def find_route(caller: Caller, lon: Longitude, lat: Latitude, to_lon: Longitude, to_lat: Latitude) -> Route:
        route = await asyncio.to_thread(view.state.places.streets.route, (lon, lat), (to_lon, to_lat))
        if route is None:
            raise Rejected("assets.no_route")
        return route

    return [search_all, find_route]


def _picture_routes(view: View[AssetsState], lamp_states: LampStates) -> list[Any]:
    grids: dict[int, Grid] = {}

    def grid(state: AssetsState) -> Grid:
        if state.version not in grids or len(grids[state.version].x) != state.columns.size:
            grids.clear()
            grids[state.version] = Grid(state.columns.lon.copy(), state.columns.lat.copy())
        return grids[state.version]

    @get("/map/positions", opt=AT_ROOT, media_type="application/octet-stream", summary="Places of all visible assets")
    async def get_positions(caller: Caller, request: AnyRequest) -> Response[bytes]:
        state = view.state
        mask = visible(state, caller.sees)
        tag = f'"{state.version}-{int(mask.sum())}-{hash(mask.tobytes()) & 0xFFFFFFFF:x}"'
        headers = {"etag": tag, "cache-control": "private, no-cache", "x-register-version": str(state.version)}
        if request.headers.get("if-none-match") == tag:
            return Response(b"", status_code=304, headers=headers)
        return Response(encode_positions(state.columns, mask), media_type="application/octet-stream", headers=headers)

    @get("/map/clusters", opt=AT_ROOT, summary="Assets gathered in cells, with counts and the worst state of each")
    async def list_clusters(
        caller: Caller,
        z: Annotated[float, Parameter(ge=0, le=22)],
        bbox: Annotated[str, Parameter(max_length=120)],
    ) -> list[Cluster]:
        state = view.state
        box = parse_bbox(bbox)
        mask = visible(state, caller.sees)
        states = padded(lamp_states(), len(mask))
        return grid(state).clusters(z, box, mask, states)

    @get("/map/style", opt=AT_ROOT, summary="Bounds, centre, communes and attribution of the map")
    async def get_style(caller: Caller) -> MapStyle:
        state = view.state
        places = state.places
        communes = [CommuneEntry(number, code, places.commune_name(code)) for number, code in enumerate(state.communes)]
        bounds = places.bounds if any(places.bounds) else _bounds_of(state)
        center = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
        return MapStyle(state.version, bounds, center, attribution_of(state), communes, places.counts, MAX_ZOOM)

    return [get_positions, list_clusters, get_style]


def _tile_routes(view: View[AssetsState]) -> list[Any]:
    shelf = TileShelf(lambda: view.state.places)

    @get(
        "/map/tiles/{z:int}/{x:int}/{name:str}",
        opt=AT_ROOT | {"no_compress": True},
        media_type="application/vnd.mapbox-vector-tile",
        summary="One vector tile of the base map",
    )
    async def get_tile(caller: Caller, z: int, x: int, name: str) -> Response[bytes]:
        row = name.removesuffix(".mvt")
        if not (0 <= z <= MAX_ZOOM and row.isdecimal() and 0 <= x < 1 << z and int(row) < 1 << z):
            raise Rejected("assets.tile.not_found", z=z, x=x, y=row)
        content = await asyncio.to_thread(lambda: shelf.current().tile(z, x, int(row)))
        headers = {"cache-control": "private, max-age=300"}
        if content:
            headers["content-encoding"] = "gzip"
        return Response(
            content,
            status_code=200 if content else 204,
            media_type="application/vnd.mapbox-vector-tile",
            headers=headers,
        )

    return [get_tile]


def parse_bbox(text: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north of `w,s,e,n`; refused when it is not four numbers in that order."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Rejected("assets.bad_bbox", value=text) from None
    if not (west <= east and south <= north):
        raise Rejected("assets.bad_bbox", value=text)
    return west, south, east, north


def padded(states: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return states for exactly `size` assets; those not pictured yet are unknown."""
    if len(states) >= size:
        return states[:size]
    return np.concatenate([states, np.zeros(size - len(states), np.uint8)])


def attribution_of(state: AssetsState) -> str:
    """Return the words due to the sources of the imports in force, each once."""
    records = sorted(state.imports.values(), key=lambda record: record.position)
    words = [record.attribution for record in records if record.state == "committed" and record.attribution]
    return " · ".join(dict.fromkeys(words))


def _bounds_of(state: AssetsState) -> tuple[float, float, float, float]:
    columns = state.columns
    if not columns.size:
        return (0.0, 0.0, 0.0, 0.0)
    lon, lat = columns.lon, columns.lat
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

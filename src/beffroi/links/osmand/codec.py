"""Requests of the OsmAnd protocol ↔ fixes; no socket, no clock.

Two forms exist: fields in the query (or in a form body), speed in knots, and since 2024 a JSON body with `location`,
speed in metres a second. Both are read.
"""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from beffroi.links.forgiving import SECONDS_BELOW
from beffroi.links.osmand.messages import Fix
from beffroi.model.time import MILLISECOND, from_iso

KMH_PER_KNOT = 1.852
KMH_PER_MS = 3.6
ID_NAMES = ("id", "deviceid", "device_id")
KEY_MARK = "~"
"""A tracker that can only be given an identifier carries its key there: `<code>~<key>`."""


class FixError(ValueError):
    """A request that is not a position: a code and its params."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class _Coords(msgspec.Struct):
    latitude: float
    longitude: float
    speed: float | None = None
    heading: float | None = None
    accuracy: float | None = None


class _Location(msgspec.Struct):
    coords: _Coords
    timestamp: str | float | None = None


class _Report(msgspec.Struct):
    location: _Location
    device_id: str = ""
    id: str = ""


def decode_request(query: str, body: bytes) -> Fix:
    """Return the fix of a request: its query, and its body when it has one; raises FixError."""
    if body.lstrip()[:1] == b"{":
        return _from_json(body, dict(parse_qsl(query)))
    try:
        fields = dict(parse_qsl(query, keep_blank_values=False)) | dict(parse_qsl(body.decode()))
    except (UnicodeDecodeError, ValueError) as error:
        raise FixError("osmand.malformed", detail=str(error)) from error
    device, key = _identity(fields)
    knots = _find(fields, "speed")
    heading = _find(fields, "bearing")
    return _checked(
        Fix(
            device=device,
            key=key,
            lon_deg=_get(fields, "lon"),
            lat_deg=_get(fields, "lat"),
            t_ms=_time(fields.get("timestamp")),
            speed_kmh=None if knots is None else knots * KMH_PER_KNOT,
            heading_deg=_find(fields, "heading") if heading is None else heading,
            accuracy_m=_find(fields, "accuracy"),
        )
    )


def encode_query(fix: Fix) -> str:
    """Return the query of a fix: what a tracker sends."""
    fields: dict[str, str] = {"id": fix.device, "lat": f"{fix.lat_deg:.6f}", "lon": f"{fix.lon_deg:.6f}"}
    if fix.t_ms is not None:
        fields["timestamp"] = str(round(fix.t_ms))
    if fix.speed_kmh is not None:
        fields["speed"] = f"{fix.speed_kmh / KMH_PER_KNOT:.3f}"
    if fix.heading_deg is not None:
        fields["bearing"] = f"{fix.heading_deg:.1f}"
    if fix.accuracy_m is not None:
        fields["accuracy"] = f"{fix.accuracy_m:.1f}"
    if fix.key:
        fields["key"] = fix.key
    return urlencode(fields)


def _from_json(body: bytes, query: dict[str, str]) -> Fix:
    try:
        report = msgspec.json.decode(body, type=_Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FixError("osmand.malformed", detail=str(error)) from error
    device, key = _identity({"id": report.device_id or report.id, **query})
    coords = report.location.coords
    return _checked(
        Fix(
            device=device,
            key=key,
            lon_deg=coords.longitude,
            lat_deg=coords.latitude,
            t_ms=_time(report.location.timestamp),
            # -1 is how telephones say that they do not know
            speed_kmh=coords.speed * KMH_PER_MS if coords.speed is not None and coords.speed >= 0 else None,
            heading_deg=coords.heading if coords.heading is not None and coords.heading >= 0 else None,
            accuracy_m=coords.accuracy,
        )
    )


def without_key(query: str) -> str:
    """Return a query without its secrets, to be shown: the key, wherever a tracker carries it."""
    shown = []
    for name, value in parse_qsl(query, keep_blank_values=True):
        code, mark, _ = value.partition(KEY_MARK)
        shown.append(f"{name}=…" if name.lower() == "key" else f"{name}={code}{mark and '~…'}")
    return "&".join(shown)


def _identity(fields: dict[str, str]) -> tuple[str, str]:
    device = next((fields[name] for name in ID_NAMES if fields.get(name)), "")
    if not device:
        raise FixError("osmand.no_device")
    code, _, key = device.partition(KEY_MARK)
    return code, fields.get("key") or key


def _checked(fix: Fix) -> Fix:
    if not (-180 <= fix.lon_deg <= 180 and -90 <= fix.lat_deg <= 90) or (fix.lon_deg, fix.lat_deg) == (0.0, 0.0):
        # 0° 0° is what a receiver without a fix sends
        raise FixError("osmand.no_fix", lon=fix.lon_deg, lat=fix.lat_deg)
    return fix


def _get(fields: dict[str, str], name: str) -> float:
    value = _find(fields, name)
    if value is None:
        raise FixError("osmand.missing", field=name)
    return value


def _find(fields: dict[str, str], name: str) -> float | None:
    text = fields.get(name)
    if text is None:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise FixError("osmand.not_a_number", field=name) from None
    if value - value != 0:
        raise FixError("osmand.not_a_number", field=name)
    return value


def _time(value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except ValueError:
        return _iso(str(value))
    if number - number != 0 or number < 0:
        raise FixError("osmand.bad_time", value=str(value))
    return number * 1000 if number < SECONDS_BELOW else number


def _iso(text: str) -> float:
    text = text.strip().replace(" ", "T", 1)
    for candidate in (text, text + "+00:00"):
        try:
            return from_iso(candidate) / MILLISECOND
        except ValueError:
            continue
    raise FixError("osmand.bad_time", value=text)

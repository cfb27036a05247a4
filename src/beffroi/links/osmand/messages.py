"""A position as the OsmAnd protocol carries it."""

import msgspec


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """One position: `device` is the vehicle's code, `key` its source's secret, `t_ms` its time (None: at arrival).

    Degrees (WGS 84), km/h, degrees clockwise from north, metres; None where the device does not know.
    """

    device: str
    lon_deg: float
    lat_deg: float
    t_ms: float | None = None
    speed_kmh: float | None = None
    heading_deg: float | None = None
    accuracy_m: float | None = None
    key: str = ""

    def points(self) -> dict[str, float]:
        """Return the values by point name, unknown ones left out."""
        known = {
            "lon_deg": self.lon_deg,
            "lat_deg": self.lat_deg,
            "speed_kmh": self.speed_kmh,
            "heading_deg": self.heading_deg,
        }
        return {name: value for name, value in known.items() if value is not None}

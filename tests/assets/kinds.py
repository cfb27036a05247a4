"""Small kinds of equipment for the register's tests: what matters here is their points and what feeds them."""

from beffroi.model.kinds import EquipmentKind, Point


def _point(name: str) -> Point:
    return Point(name=name, kind="measure", unit="", low=0, high=1, label={"fr": name, "en": name})


def _kind(name: str, trade: str, points: int, parents: tuple[str, ...] = ()) -> EquipmentKind:
    label = {"fr": name, "en": name}
    made = tuple(_point(f"p{number}") for number in range(points))
    return EquipmentKind(name=name, trade=trade, label=label, label_plural=label, points=made, parents=parents)


KINDS = {
    kind.name: kind
    for kind in (
        _kind("cabinet_group", "lighting", 0),
        _kind("cabinet", "lighting", 2, ("cabinet_group",)),
        _kind("circuit", "lighting", 2, ("cabinet",)),
        _kind("street_light", "lighting", 3, ("circuit", "cabinet")),
        _kind("camera", "video", 1),
        _kind("building", "buildings", 1),
        _kind("junction", "traffic", 1),
        _kind("establishment", "buildings", 0),
        _kind("car_park", "mobility", 1),
        _kind("parking_meter", "mobility", 1),
    )
}

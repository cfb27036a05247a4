"""An establishment of the city (school, hall, sports ground): a place to find, with nothing connected."""

from beffroi.equipment.words import both
from beffroi.model.kinds import EquipmentKind

KIND = EquipmentKind(
    name="establishment",
    trade="register",
    label=both("Établissement", "Establishment"),
    label_plural=both("Établissements", "Establishments"),
    icon="place",
)

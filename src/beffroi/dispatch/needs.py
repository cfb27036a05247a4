"""What each category of event asks of whoever is sent: data, that the city may change by `dispatch.set_need`."""

from beffroi.dispatch.types import DispatchState, Need
from beffroi.model.ports import IncidentFacts

_ELECTRICIAN = Need(trade="lighting", skills=("lighting",), authorisations=("electrical",))
_AT_HEIGHT = Need(
    trade="lighting", skills=("lighting",), authorisations=("at_height", "electrical"), equipment=("platform",)
)
_SIGNALS = Need(trade="traffic", skills=("signals",), authorisations=("electrical",))
_ROADS = Need(trade="roads", skills=("roads",))
_BUILDINGS = Need(trade="buildings", skills=("building",))
_CLEANING = Need(trade="cleaning", skills=("cleaning",))
_POLICE = Need(trade="police", skills=("police",))

DEFAULTS: dict[str, Need] = {
    "mast_down": _AT_HEIGHT,
    "lamp_out": _AT_HEIGHT,
    "bare_wires": _ELECTRICIAN,
    "circuit_tripped": _ELECTRICIAN,
    "cabinet_down": _ELECTRICIAN,
    "lighting": _ELECTRICIAN,
    "signals": _SIGNALS,
    "traffic": _SIGNALS,
    "accident": _POLICE,
    "police": _POLICE,
    "gas": _ROADS,
    "roadway": _ROADS,
    "flood": _ROADS,
    "roads": _ROADS,
    "snow": _ROADS,
    "winter": _ROADS,
    "bollard": _ROADS,
    "access_control": _ROADS,
    "interventions": _ROADS,
    "intrusion": _BUILDINGS,
    "building_security": _BUILDINGS,
    "video": _BUILDINGS,
    "cleaning": _CLEANING,
    "green_spaces": Need(trade="green_spaces", skills=("green_spaces",)),
    "bulky_waste": Need(trade="bulky_waste", skills=("bulky_waste",)),
}
"""By category of event, then by trade of what it concerns."""

ANY_TRADE = "*"


def need_of(state: DispatchState, facts: IncidentFacts) -> Need:
    """Return what an event asks: by its category, else by its trade; nothing in particular where neither is known."""
    for key in (facts.category, facts.scope.trade):
        found = state.needs.get(key) or DEFAULTS.get(key)
        if found is not None:
            return found
    return Need(trade="" if facts.scope.trade == ANY_TRADE else facts.scope.trade)

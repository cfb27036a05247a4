"""What each category of event asks of whoever is sent: data, that the city may change by `dispatch.set_need`."""

from beffroi.dispatch.types import DispatchState, Need
from beffroi.model.ports import IncidentFacts

_LIGHTING = Need(trade="lighting", skills=("lighting",), authorisations=("electrical",))
DEFAULTS: dict[str, Need] = {
    "lighting": _LIGHTING,
    "lighting_outage": _LIGHTING,
    "mast_down": Need(
        trade="lighting", skills=("lighting",), authorisations=("electrical", "at_height"), equipment=("platform",)
    ),
    "lamp": Need(
        trade="lighting", skills=("lighting",), authorisations=("electrical", "at_height"), equipment=("platform",)
    ),
    "traffic": Need(trade="traffic", skills=("signals",), authorisations=("electrical",)),
    "roads": Need(trade="roads", skills=("roads",)),
    "cleaning": Need(trade="cleaning", skills=("cleaning",)),
    "green_spaces": Need(trade="green_spaces", skills=("green_spaces",)),
    "tree": Need(trade="green_spaces", skills=("pruning",)),
    "police": Need(trade="police", skills=("police",)),
    "bulky_waste": Need(trade="bulky_waste", skills=("bulky_waste",)),
    "building_security": Need(trade="buildings", skills=("building",)),
    "access_control": Need(trade="roads", skills=("roads",)),
    "video": Need(trade="buildings", skills=("building",)),
    "interventions": Need(trade="roads", skills=("roads",)),
}


def need_of(state: DispatchState, facts: IncidentFacts) -> Need:
    """Return what an event asks: by its category, else by its trade; nothing in particular where neither is known."""
    for key in (facts.category, facts.scope.trade):
        found = state.needs.get(key) or DEFAULTS.get(key)
        if found is not None:
            return found
    return Need(trade=facts.scope.trade)

"""How long free text and personal fields are kept, by purpose, where the city did not decide otherwise."""

import msgspec

from beffroi.access.types import AccessState


class Purpose(msgspec.Struct, frozen=True):
    """A purpose of keeping: days kept, and the rule it follows."""

    name: str
    keep_days: int
    label: dict[str, str]
    decided: bool = False
    """True where the city set the duration itself."""


OTHER_DAYS = 365
_YEARS_5 = 5 * 365

DEFAULTS: dict[str, Purpose] = {
    purpose.name: purpose
    for purpose in (
        Purpose("logbook", _YEARS_5, {"fr": "Main courante : suites contentieuses", "en": "Log: possible litigation"}),
        Purpose("incident", _YEARS_5, {"fr": "Événements : suites contentieuses", "en": "Events: possible litigation"}),
        Purpose("orders", _YEARS_5, {"fr": "Motifs d'ordres : preuve", "en": "Reasons of orders: proof"}),
        Purpose("assets", _YEARS_5, {"fr": "Motifs de retrait d'équipements", "en": "Reasons of retired assets"}),
        Purpose("journal", _YEARS_5, {"fr": "Motifs d'effacement", "en": "Reasons of erasures"}),
        Purpose("consignation", _YEARS_5, {"fr": "Chargés de consignation", "en": "Holders of lock-outs"}),
        Purpose("instruction", 365, {"fr": "Consignes de la salle", "en": "Instructions of the room"}),
        Purpose("reminder", 90, {"fr": "Rappels", "en": "Reminders"}),
        Purpose("routine", _YEARS_5, {"fr": "Remarques des tâches de vacation : preuve", "en": "Remarks of routines"}),
        Purpose("secret.lock", 1, {"fr": "Empreintes des codes de consignation", "en": "Hashes of lock-out codes"}),
        Purpose("personal.photo", 365, {"fr": "Photos et pièces des événements", "en": "Photographs of events"}),
        Purpose("requests", OTHER_DAYS, {"fr": "Mots des appelants : suites", "en": "Words of callers: follow-up"}),
        Purpose("personal.caller", 365, {"fr": "Appelants : les prévenir", "en": "Callers: to tell them"}),
        Purpose("personal.agent", 365, {"fr": "Agents : les appeler", "en": "Agents: to call them"}),
        Purpose("personal.account", _YEARS_5, {"fr": "Comptes : qui a fait quoi", "en": "Accounts: who did what"}),
        Purpose("personal.directory", 365, {"fr": "Annuaire opérationnel", "en": "Operational directory"}),
        Purpose("personal.login", 365, {"fr": "Connexions (CNIL : 6 à 12 mois)", "en": "Sign-ins (6 to 12 months)"}),
    )
}


def list_purposes(state: AccessState) -> list[Purpose]:
    """List every purpose known here with the duration in force, those of the city after the built-in ones."""
    names = {**DEFAULTS, **dict.fromkeys(state.purposes)}
    return [find_purpose(state, name) for name in names]


def find_purpose(state: AccessState, name: str) -> Purpose:
    """Return a purpose with the duration in force; one nobody described is kept a year."""
    known = DEFAULTS.get(name) or Purpose(name, OTHER_DAYS, {"fr": name, "en": name})
    days = state.purposes.get(name)
    return known if days is None else Purpose(name, days, known.label, decided=True)

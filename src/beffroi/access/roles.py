"""Built-in roles and what a set of grants allows."""

from collections.abc import Iterable, Mapping

from beffroi.access.types import Role, RoleGrant
from beffroi.model.scope import ANY, Grant, Rights

RIGHTS: tuple[str, ...] = (
    *("view", "alarms", "order", "order_wide", "order_cut", "consign", "register", "sources", "programme"),
    *("work", "logbook", "journal", "export", "accounts", "keys", "settings"),
    *("incidents", "dispatch", "requests", "callers", "directory", "shift"),
)

_AGENT = ("view", "logbook", "incidents", "requests", "callers")
_OPERATOR = ("view", "alarms", "order", "work", "logbook", "incidents", "dispatch", "requests", "callers")
_SUPERVISOR = (*_OPERATOR, "order_wide", "programme", "journal", "export", "shift", "directory")

BUILT_IN: dict[str, Role] = {
    role.name: role
    for role in (
        Role("viewer", ("view",), {"fr": "Lecteur", "en": "Viewer"}),
        Role("call_agent", _AGENT, {"fr": "Agent d'accueil téléphonique", "en": "Call agent"}),
        Role("operator", _OPERATOR, {"fr": "Opérateur", "en": "Operator"}),
        Role("shift_supervisor", _SUPERVISOR, {"fr": "Chef de salle", "en": "Shift supervisor"}),
        Role("duty_manager", (*_SUPERVISOR, "order_cut"), {"fr": "Cadre d'astreinte", "en": "Duty manager"}),
        Role("electrician", ("view", "consign", "work", "logbook"), {"fr": "Électricien", "en": "Electrician"}),
        Role("clerk", ("view", "register", "export"), {"fr": "Gestionnaire du référentiel", "en": "Register clerk"}),
        Role(
            "administrator",
            (
                "view",
                "register",
                "sources",
                "programme",
                "logbook",
                "directory",
                "journal",
                "export",
                "accounts",
                "keys",
                "settings",
            ),
            {"fr": "Administrateur", "en": "Administrator"},
        ),
    )
}
"""Who decides is room.md's: the shift supervisor orders a whole commune, dimming or cutting off-plan is the duty
manager's. An administrator keeps accounts and the register; orders are for those who hold the desk: least
privilege."""


def find_role(name: str, custom: Mapping[str, Role]) -> Role | None:
    """Return a built-in role or one of the city's, or nothing."""
    return BUILT_IN.get(name) or custom.get(name)


def rights_of(grants: Iterable[RoleGrant], custom: Mapping[str, Role]) -> Rights:
    """Return what some grants allow; a role that no longer exists allows nothing."""
    found: dict[str, list[Grant]] = {}
    for held in grants:
        role = find_role(held.role, custom)
        for right in role.rights if role else ():
            found.setdefault(right, []).append(held.grant)
    return Rights({right: tuple(dict.fromkeys(scopes)) for right, scopes in found.items()})


def within(asked: Rights, held: Rights) -> bool:
    """Tell whether everything asked is held: each scope of each right inside one scope of the same right."""
    return all(
        any(_inside(scope, mine) for mine in held.grants.get(right, ()))
        for right, scopes in asked.grants.items()
        for scope in scopes
    )


def meet(one: Grant, other: Grant) -> bool:
    """Tell whether some scope may be inside both."""
    pairs = ((one.communes, other.communes), (one.trades, other.trades), (one.kinds, other.kinds))
    return all(ANY in left or ANY in right or not left.isdisjoint(right) for left, right in pairs)


def _inside(small: Grant, large: Grant) -> bool:
    pairs = ((small.communes, large.communes), (small.trades, large.trades), (small.kinds, large.kinds))
    return all(ANY in outer or (ANY not in inner and inner <= outer) for inner, outer in pairs)

"""Rights as a condition of SQL, for the lists that the database cuts: the same predicate as `Grant.covers`."""

from typing import Any

from beffroi.model.scope import ANY, Grant
from beffroi.trade.doors import Caller


def scope_condition(caller: Caller, *rights: str) -> tuple[str, dict[str, Any]]:
    """Return the condition on (commune, trade, kind) of the rows over which all these rights are held, with params."""
    if caller.trusted:
        return "true", {}
    params: dict[str, Any] = {}
    sides = []
    for right in rights:
        grants = caller.rights.grants.get(right, ())
        terms = [_grant_term(grant, f"{right}{rank}", params) for rank, grant in enumerate(grants)]
        sides.append("(" + (" OR ".join(terms) or "false") + ")")
    return " AND ".join(sides), params


def _grant_term(grant: Grant, name: str, params: dict[str, Any]) -> str:
    terms = []
    for column, values in (("commune", grant.communes), ("trade", grant.trades), ("kind", grant.kinds)):
        if ANY not in values:
            # a row of every trade or kind is of each; of communes there is no such row
            params[f"{name}_{column}"] = sorted(values if column == "commune" else {*values, ANY})
            terms.append(f"{column} = ANY(%({name}_{column})s)")
    return "(" + (" AND ".join(terms) or "true") + ")"

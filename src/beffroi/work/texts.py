"""Sentences of the work items."""

SEEN: dict[str, dict[str, str]] = {
    "flickering": {"fr": "Clignote", "en": "Flickering"},
    "dim": {"fr": "Flux faible", "en": "Dim"},
    "mast_damaged": {"fr": "Mât heurté ou penché", "en": "Mast hit or leaning"},
    "door_open": {"fr": "Trappe ouverte", "en": "Door open"},
    "wires_bare": {"fr": "Fils à nu", "en": "Bare wires"},
    "bowl_broken": {"fr": "Vasque cassée", "en": "Bowl broken"},
    "hidden": {"fr": "Masqué par la végétation", "en": "Hidden by vegetation"},
}
"""Faults that only eyes see, noted on a night round: no alarm class describes them."""

TEXTS: dict[str, dict[str, str]] = {
    "work.not_found": {
        "fr": "Cette intervention n'existe pas ou est déjà close.",
        "en": "This work item does not exist or is already closed.",
    },
    "work.reason_needed": {
        "fr": "Clore sans réparation demande un motif.",
        "en": "Closing without a repair asks for a reason.",
    },
    "work.opened": {"fr": "Intervention à prévoir : {fault}", "en": "Work due: {fault}"},
    "work.assigned": {"fr": "Intervention confiée à {crew}", "en": "Work given to {crew}"},
    "work.cleared": {"fr": "Le défaut a disparu de lui-même", "en": "The fault left by itself"},
    "work.rescoped": {
        "fr": "Interventions passées dans une autre commune",
        "en": "Work items moved to another commune",
    },
    "work.closed": {"fr": "Intervention close : {result}", "en": "Work closed: {result}"},
    "work.result.repaired": {"fr": "réparé", "en": "repaired"},
    "work.result.no_fault_found": {"fr": "aucun défaut trouvé", "en": "no fault found"},
    "work.result.duplicate": {"fr": "doublon", "en": "duplicate"},
    "work.result.not_ours": {"fr": "hors de notre charge", "en": "not ours"},
    "work.result.cleared_itself": {"fr": "défaut disparu de lui-même", "en": "cleared by itself"},
    "work.result.explained": {"fr": "expliqué par une autre cause", "en": "explained by another cause"},
}

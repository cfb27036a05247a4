"""Sentences of orders and lock-outs."""

TEXTS: dict[str, dict[str, str]] = {
    "orders.one_selection": {
        "fr": "Désignez les points d'une seule façon : liste, départ, armoire, rue, commune, tracé ou toute la ville.",
        "en": "Name the points in one way only: list, circuit or cabinet, street, commune, drawing or whole city.",
    },
    "orders.no_target": {
        "fr": "Aucun point lumineux en service dans cette sélection.",
        "en": "No light point in service in this selection.",
    },
    "orders.not_a_light": {
        "fr": "Cet équipement n'est pas un point lumineux.",
        "en": "This asset is not a light point.",
    },
    "orders.not_a_feeder": {
        "fr": "Choisissez un départ, une armoire ou un groupe d'armoires.",
        "en": "Choose a circuit, a cabinet or a cabinet group.",
    },
    "orders.open_polygon": {
        "fr": "Le tracé doit avoir au moins trois sommets.",
        "en": "The drawing needs at least three corners.",
    },
    "orders.crossed_polygon": {
        "fr": "Le tracé se croise : dessinez-le d'un seul tour.",
        "en": "The drawing crosses itself: draw it in one turn.",
    },
    "orders.until_missing": {
        "fr": "Dites jusqu'à quand : un forçage a toujours une fin.",
        "en": "Say until when: an override always has an end.",
    },
    "orders.until_past": {
        "fr": "L'heure de fin est déjà passée.",
        "en": "The end time is already past.",
    },
    "orders.until_far": {
        "fr": "Un forçage dure {hours} h au plus ; au-delà, changez le programme.",
        "en": "An override lasts {hours} h at most; beyond that, change the programme.",
    },
    "orders.automatic_unsafe": {
        "fr": "Un automatisme ne peut ni abaisser ni éteindre : une personne doit le décider.",
        "en": "No automatic step may dim or cut: a person must decide it.",
    },
    "orders.wide": {
        "fr": "{points} points : au-delà de {limit}, la décision revient au chef de salle.",
        "en": "{points} points: beyond {limit}, the shift supervisor decides.",
    },
    "orders.not_found": {
        "fr": "Cet ordre n'existe pas ou n'est plus suivi.",
        "en": "This order does not exist or is no longer followed.",
    },
    "orders.not_waiting": {
        "fr": "Cet ordre n'attend plus de seconde personne.",
        "en": "This order no longer waits for a second person.",
    },
    "orders.approval_late": {
        "fr": "Le délai d'approbation de 5 min est passé : refaites la demande.",
        "en": "The 5 min allowed for approval have passed: ask again.",
    },
    "orders.same_person": {
        "fr": "La seconde personne doit être quelqu'un d'autre.",
        "en": "The second person must be somebody else.",
    },
    "orders.other_order": {
        "fr": "L'ordre affiché n'est plus celui demandé : relisez-le avant d'approuver.",
        "en": "The order shown is no longer the one asked: read it again before approving.",
    },
    "orders.targets_changed": {
        "fr": "Les points concernés ont changé depuis la demande : refaites-la.",
        "en": "The points concerned have changed since it was asked: ask again.",
    },
    "orders.already_left": {
        "fr": "L'ordre est déjà parti : demandez plutôt le retour au programme.",
        "en": "The order has already left: ask for the return to programme instead.",
    },
    "orders.nothing_to_countersign": {
        "fr": "Rien à contresigner sur cet ordre.",
        "en": "Nothing to countersign on this order.",
    },
    "orders.not_approved": {
        "fr": "L'ordre n'est pas prêt à partir.",
        "en": "The order is not ready to leave.",
    },
    "orders.not_lockable": {
        "fr": "On consigne une armoire ou un départ.",
        "en": "A cabinet or a circuit is what gets locked out.",
    },
    "orders.already_locked": {
        "fr": "Déjà consigné par {holder}, attestation {certificate}.",
        "en": "Already locked out by {holder}, certificate {certificate}.",
    },
    "orders.not_locked": {
        "fr": "Cet équipement n'est pas consigné.",
        "en": "This asset is not locked out.",
    },
    "orders.wrong_certificate": {
        "fr": "Le numéro d'attestation n'est pas celui de la consignation.",
        "en": "The certificate number is not the one of the lock-out.",
    },
    "orders.not_the_holder": {
        "fr": "Seul le chargé de consignation ({holder}) la fait lever : demandez-lui son code.",
        "en": "Only the holder ({holder}) has it lifted: ask him for his code.",
    },
    "orders.requested": {"fr": "Ordre demandé", "en": "Order requested"},
    "orders.approved": {"fr": "Ordre approuvé par une seconde personne", "en": "Order approved by a second person"},
    "orders.refused": {"fr": "Ordre refusé par la seconde personne", "en": "Order refused by the second person"},
    "orders.cancelled": {"fr": "Ordre retiré avant son départ", "en": "Order withdrawn before it left"},
    "orders.glass_broken": {
        "fr": "Ordre passé outre, à contresigner sous 24 h",
        "en": "Order forced through, to be countersigned within 24 h",
    },
    "orders.countersign_overdue": {
        "fr": "Contreseing non donné sous 24 h : ordre passé outre sur {points} points",
        "en": "Not countersigned within 24 h: order forced through on {points} points",
    },
    "orders.note.glass_broken": {
        "fr": "Passer outre : ordre sur {points} points sans seconde personne, à contresigner sous 24 h",
        "en": "Forced through: order on {points} points without a second person, to be countersigned within 24 h",
    },
    "orders.note.countersigned": {"fr": "Passer outre contresigné", "en": "Forced order countersigned"},
    "orders.note.countersign_overdue": {
        "fr": "Contreseing non donné sous 24 h : ordre passé outre sur {points} points",
        "en": "Not countersigned within 24 h: order forced through on {points} points",
    },
    "orders.note.consigned": {
        "fr": "Consigné, attestation {certificate} · {place}",
        "en": "Locked out, certificate {certificate} · {place}",
    },
    "orders.note.lifted": {"fr": "Consignation levée · {place}", "en": "Lock-out lifted · {place}"},
    "orders.countersigned": {"fr": "Ordre contresigné", "en": "Order countersigned"},
    "orders.sent": {"fr": "Ordre parti vers les points", "en": "Order left for the points"},
    "orders.points_settled": {"fr": "Réponses de points reçues", "en": "Answers of points received"},
    "orders.ended": {"fr": "Ordre terminé", "en": "Order ended"},
    "orders.expired": {"fr": "Ordre périmé, jamais parti", "en": "Order expired, never left"},
    "orders.override_ended": {"fr": "Fin du forçage, retour au programme", "en": "Override over, back to programme"},
    "orders.consigned": {
        "fr": "Consigné, attestation {certificate}",
        "en": "Locked out, certificate {certificate}",
    },
    "orders.lift_slowed": {
        "fr": "Trop de codes faux pour cette consignation : réessayez dans {wait_s} s.",
        "en": "Too many wrong codes for this lock-out: try again in {wait_s} s.",
    },
    "orders.codes_refused": {
        "fr": "Consignation : {failures} codes de levée faux",
        "en": "Lock-out: {failures} wrong codes to lift it",
    },
    "orders.note.codes_refused": {
        "fr": "{failures} codes faux pour lever la consignation · {place}",
        "en": "{failures} wrong codes to lift the lock-out · {place}",
    },
    "orders.rescoped": {
        "fr": "Ordres et consignations passés dans une autre commune",
        "en": "Orders and lock-outs moved to another commune",
    },
    "orders.lifted": {"fr": "Consignation levée", "en": "Lock-out lifted"},
    "orders.state.pending": {"fr": "à envoyer", "en": "to be sent"},
    "orders.state.sent": {"fr": "envoyé", "en": "sent"},
    "orders.state.accepted": {"fr": "accepté", "en": "accepted"},
    "orders.state.confirmed": {"fr": "confirmé", "en": "confirmed"},
    "orders.state.no_answer": {"fr": "sans réponse", "en": "no answer"},
    "orders.state.mismatch": {"fr": "discordance", "en": "mismatch"},
    "orders.state.not_verifiable": {
        "fr": "commandé, non vérifiable au point",
        "en": "commanded, not verifiable at the point",
    },
    "orders.state.locked": {"fr": "consigné", "en": "locked out"},
    "orders.state.refused": {"fr": "refusé par l'équipement", "en": "refused by the equipment"},
    "orders.state.expired": {"fr": "périmé, non envoyé", "en": "expired, not sent"},
    "orders.state.not_managed": {"fr": "non télégéré", "en": "not telemanaged"},
    "orders.state.cabinet_only": {
        "fr": "géré à l'armoire : demandez le départ entier",
        "en": "managed at its cabinet: ask for the whole circuit",
    },
}

"""Sentences of the alarms."""

TEXTS: dict[str, dict[str, str]] = {
    "alarms.not_found": {
        "fr": "Cette alarme n'existe pas ou est terminée depuis plus de dix minutes.",
        "en": "This alarm does not exist or ended more than ten minutes ago.",
    },
    "alarms.just_changed": {
        "fr": "Cette ligne vient de changer : relisez-la, puis recommencez.",
        "en": "This line has just changed: read it again, then repeat the key.",
    },
    "alarms.not_annunciated": {
        "fr": "Cette alarme n'est pas à l'écran (regroupée, en attente ou inhibée) : agissez sur sa cause.",
        "en": "This alarm is not on the screen (folded, shelved or suppressed): act on its cause.",
    },
    "alarms.cannot_acknowledge": {
        "fr": "Cette alarme est déjà acquittée.",
        "en": "This alarm is already acknowledged.",
    },
    "alarms.cannot_unacknowledge": {
        "fr": "Cette alarme n'est pas acquittée.",
        "en": "This alarm is not acknowledged.",
    },
    "alarms.cannot_reset": {
        "fr": "Seule une alarme mémorisée, acquittée et dont la cause a disparu se réarme.",
        "en": "Only a latched alarm that is acknowledged and whose cause has left can be reset.",
    },
    "alarms.cannot_shelve": {
        "fr": "Une alarme inhibée ou hors service ne se met pas en attente.",
        "en": "A suppressed or out-of-service alarm cannot be shelved.",
    },
    "alarms.cannot_unshelve": {"fr": "Cette alarme n'est pas en attente.", "en": "This alarm is not shelved."},
    "alarms.cannot_suppress": {
        "fr": "Cette alarme est déjà inhibée ou hors service.",
        "en": "This alarm is already suppressed or out of service.",
    },
    "alarms.cannot_unsuppress": {"fr": "Cette alarme n'est pas inhibée.", "en": "This alarm is not suppressed."},
    "alarms.cannot_remove": {
        "fr": "Cette alarme est déjà hors service.",
        "en": "This alarm is already out of service.",
    },
    "alarms.cannot_restore": {
        "fr": "Cette alarme n'est pas hors service.",
        "en": "This alarm is not out of service.",
    },
    "alarms.undo_too_late": {
        "fr": "Un acquittement ne s'annule que par son auteur et dans les 5 secondes.",
        "en": "An acknowledgement can be undone by its author only, within 5 seconds.",
    },
    "alarms.over": {"fr": "Cette alarme est terminée.", "en": "This alarm is over."},
    "alarms.already_yours": {"fr": "Vous l'avez déjà prise.", "en": "You have already taken it."},
    "alarms.already_taken": {"fr": "Quelqu'un d'autre l'a prise.", "en": "Somebody else has taken it."},
    "alarms.still_there": {
        "fr": "Qui l'a prise est en place : à lui de la rendre, ou au chef de salle de la reprendre.",
        "en": "Whoever has it sits in the room: they give it back, or the shift supervisor takes it over.",
    },
    "alarms.not_yours": {"fr": "Vous ne l'avez pas prise.", "en": "You have not taken it."},
    "alarms.never_shelved": {
        "fr": "Cette classe d'alarme ne se met jamais en attente ni ne s'inhibe.",
        "en": "This class of alarm is never shelved nor suppressed.",
    },
    "alarms.shelf_too_long": {
        "fr": "La mise en attente doit finir dans le futur et dans les {hours} heures.",
        "en": "Shelving must end in the future and within {hours} hours.",
    },
    "alarms.not_folded": {
        "fr": "Cette alarme n'est pas regroupée et ne regroupe rien.",
        "en": "This alarm is not folded and folds nothing.",
    },
    "alarms.supposed": {"fr": "(supposé)", "en": "(presumed)"},
    "alarms.fold.explicit": {
        "fr": "Regroupée : {code} l'explique par sa propre alarme.",
        "en": "Folded: {code} explains it by its own alarm.",
    },
    "alarms.fold.supposed": {
        "fr": "Regroupée : {code} l'explique, cause supposée d'après ses voisins.",
        "en": "Folded: {code} explains it, a cause presumed from its neighbours.",
    },
    "alarms.fold.street": {
        "fr": "Regroupement supposé : même rue ({street}), même minute.",
        "en": "Presumed group: same street ({street}), same minute.",
    },
    "alarms.supposed.crowd": {
        "fr": "Supposé : {dark} points sur {of} éteints ou sans nouvelles, sans signal du départ.",
        "en": "Presumed: {dark} points of {of} dark or not heard from, with no signal of their feeder.",
    },
    "alarms.supposed.siblings": {
        "fr": "Supposé : {dark} points sur {of} sans nouvelles ; des voisins ({alive}) répondent, donc pas Enedis.",
        "en": "Presumed: {dark} points of {of} not heard from; {alive} sibling circuit(s) answer, so not the grid.",
    },
    "alarms.supposed.box": {
        "fr": "Supposé : plus rien ne répond, ni l'armoire ni {dark} points sur {of} de ses {nodes} départs.",
        "en": "Presumed: nothing answers, neither the cabinet nor {dark} points of {of} on its {nodes} circuits.",
    },
    "alarms.supposed.group": {
        "fr": "Supposé : {nodes} armoires sur {of} concernées, {dark} points.",
        "en": "Presumed: {nodes} cabinets of {of} concerned, {dark} points.",
    },
    "alarms.supposed.street": {
        "fr": "Supposé : {count} points de {street} en {seconds} s, sans réseau connu.",
        "en": "Presumed: {count} points of {street} within {seconds} s, their feeder unknown.",
    },
    "alarms.left_over": {"fr": "{back} revenus, {count} restent : {codes}", "en": "{back} back, {count} left: {codes}"},
}
for _name, _fr, _en in (
    ("note.raised", "Alarme : {label_fr} · {place}", "Alarm: {label_en} · {place}"),
    ("note.supposed", "Alarme (supposée) : {label_fr} · {place}", "Alarm (presumed): {label_en} · {place}"),
    (
        "note.left_over",
        "Retour : {back} revenus, {count} restent ({codes}) · {place}",
        "Return: {back} back, {count} left ({codes}) · {place}",
    ),
    ("note.all_back", "Retour : tout est revenu ({back}) · {place}", "Return: all back ({back}) · {place}"),
    ("note.taken", "Alarme prise · {place}", "Alarm taken · {place}"),
    ("note.taken_over", "Alarme reprise · {place}", "Alarm taken over · {place}"),
    ("note.shelved", "Mise en attente : {label_fr} · {place}", "Shelved: {label_en} · {place}"),
    ("note.suppressed", "Inhibée ({reason}) : {label_fr} · {place}", "Suppressed ({reason}): {label_en} · {place}"),
    (
        "note.out_of_service",
        "Hors service ({reason}) : {label_fr} · {place}",
        "Out of service ({reason}): {label_en} · {place}",
    ),
    (
        "note.flood_started",
        "Avalanche d'alarmes : {count} en 10 min ({desk})",
        "Alarm flood: {count} in 10 min ({desk})",
    ),
    ("note.flood_ended", "Fin d'avalanche d'alarmes ({desk})", "Alarm flood over ({desk})"),
    ("raised", "Alarme apparue : {alarm_class}", "Alarm raised: {alarm_class}"),
    ("annunciated", "Alarme annoncée : {alarm_class}", "Alarm annunciated: {alarm_class}"),
    ("confirmed", "Cause supposée confirmée par son signal", "Presumed cause confirmed by its own signal"),
    ("toggled", "Alarme réapparue ({toggles} fois)", "Alarm back again ({toggles} times)"),
    ("returned", "Retour à la normale : {alarm_class}", "Returned to normal: {alarm_class}"),
    ("learned_late", "Appris après coup : {alarm_class}", "Learned late: {alarm_class}"),
    ("folded", "Alarmes regroupées", "Alarms folded"),
    ("unfolded", "Alarmes dégroupées à la main", "Alarms unfolded by hand"),
    ("superseded", "Cause supposée abandonnée", "Presumed cause given up"),
    ("left_over", "Après retour : {back} revenus, les autres restent", "After the return: {back} back, others left"),
    ("acknowledged", "Alarme acquittée", "Alarm acknowledged"),
    ("unacknowledged", "Acquittement annulé", "Acknowledgement undone"),
    ("taken", "Alarme prise", "Alarm taken"),
    ("event_asked", "Événement demandé pour l'alarme", "Event asked for the alarm"),
    ("released", "Alarme rendue", "Alarm released"),
    ("shelved", "Alarme mise en attente", "Alarm shelved"),
    ("unshelved", "Fin de mise en attente", "Shelving ended"),
    ("suppressed", "Alarme inhibée ({reason})", "Alarm suppressed ({reason})"),
    ("unsuppressed", "Inhibition levée", "Suppression ended"),
    ("put_out_of_service", "Alarme hors service ({reason})", "Alarm out of service ({reason})"),
    ("put_in_service", "Alarme remise en service", "Alarm back in service"),
    ("reset_done", "Alarme mémorisée réarmée", "Latched alarm reset"),
    ("rescoped", "Alarmes passées dans une autre commune", "Alarms moved to another commune"),
    ("flood_started", "Avalanche d'alarmes ({desk}, {count} en 10 min)", "Alarm flood ({desk}, {count} in 10 min)"),
    ("flood_ended", "Fin d'avalanche ({desk})", "Alarm flood over ({desk})"),
):
    TEXTS.setdefault(f"alarms.{_name}", {"fr": _fr, "en": _en})

"""Sentences of the duties."""

RESULTS: dict[str, dict[str, str]] = {
    "done": {"fr": "fait", "en": "done"},
    "partial": {"fr": "fait en partie", "en": "partly done"},
    "not_done": {"fr": "non fait", "en": "not done"},
}

END_REASONS: dict[str, dict[str, str]] = {
    "done": {"fr": "faite", "en": "done"},
    "replaced": {"fr": "remplacée", "en": "replaced"},
    "no_longer_true": {"fr": "plus d'actualité", "en": "no longer true"},
    "mistake": {"fr": "erreur", "en": "mistake"},
    "cancelled": {"fr": "annulée par son auteur", "en": "cancelled by its author"},
    "other": {"fr": "autre motif", "en": "another reason"},
}

TEXTS: dict[str, dict[str, str]] = {
    "duties.future": {
        "fr": "L'heure des faits est dans le futur : corrigez-la.",
        "en": "The time of the facts is in the future: correct it.",
    },
    "duties.end_passed": {
        "fr": "La fin de la consigne est passée ou précède son début : donnez une fin à venir.",
        "en": "The instruction ends in the past or before it begins: give an end to come.",
    },
    "duties.end_too_far": {
        "fr": "Une consigne dure {days} jours au plus : au-delà, écrivez une procédure.",
        "en": "An instruction lasts {days} days at most: beyond that, write a procedure.",
    },
    "duties.only_people_read": {
        "fr": "Seule une personne accuse lecture d'une consigne.",
        "en": "Only a person signs for having read an instruction.",
    },
    "duties.instruction.not_found": {
        "fr": "Cette consigne n'existe pas ou est terminée.",
        "en": "This instruction does not exist or is over.",
    },
    "duties.due_passed": {
        "fr": "L'heure du rappel est passée : donnez 04:30, 10 (minutes) ou +2h.",
        "en": "The time of the reminder has passed: give 04:30, 10 (minutes) or +2h.",
    },
    "duties.due_too_far": {
        "fr": "Un rappel tombe dans les {days} jours au plus.",
        "en": "A reminder falls due within {days} days at most.",
    },
    "duties.unknown_target": {
        "fr": "Cet équipement n'existe pas au référentiel.",
        "en": "This asset is not in the register.",
    },
    "duties.reminder.not_found": {
        "fr": "Ce rappel n'existe pas ou est fait.",
        "en": "This reminder does not exist or is done.",
    },
    "duties.routine.not_found": {
        "fr": "Aucune tâche de la vacation ne porte ce nom : {routine}.",
        "en": "No routine of the shift bears this name: {routine}.",
    },
    "duties.already_recorded": {
        "fr": "Déjà enregistrée pour cette échéance.",
        "en": "Already recorded for this time.",
    },
    "duties.not_now": {
        "fr": "Sa fenêtre n'est pas ouverte : rien à enregistrer maintenant.",
        "en": "Its window is not open: nothing to record now.",
    },
    "duties.routine_twice": {
        "fr": "Deux tâches portent le nom {routine}.",
        "en": "Two routines bear the name {routine}.",
    },
    "duties.routine_without_label": {
        "fr": "La tâche {routine} n'a pas de libellé français.",
        "en": "The routine {routine} has no French label.",
    },
    "duties.unknown_zone": {
        "fr": "Fuseau horaire inconnu : {zone}. Exemple : Europe/Paris.",
        "en": "Unknown time zone: {zone}. Example: Europe/Paris.",
    },
    "duties.instructed": {"fr": "Consigne donnée", "en": "Instruction given"},
    "duties.read": {"fr": "Consigne lue", "en": "Instruction read"},
    "duties.instruction_ended": {"fr": "Consigne terminée", "en": "Instruction over"},
    "duties.reminded": {"fr": "Rappel posé", "en": "Reminder set"},
    "duties.fell_due": {"fr": "Rappel échu", "en": "Reminder due"},
    "duties.postponed": {"fr": "Rappel reporté", "en": "Reminder postponed"},
    "duties.done": {"fr": "Rappel fait", "en": "Reminder done"},
    "duties.routines_set": {"fr": "Tâches de la vacation fixées", "en": "Routines of the shift set"},
    "duties.recorded": {"fr": "Tâche de la vacation enregistrée", "en": "Routine recorded"},
    "duties.missed": {"fr": "Tâche de la vacation manquée", "en": "Routine missed"},
    "duties.passed_over": {"fr": "Échéances passées, poste à l'arrêt", "en": "Times passed while the post was down"},
    "duties.observed": {"fr": "Défaut vu en tournée de nuit", "en": "Fault seen on the night round"},
    "duties.round_ended": {"fr": "Tournée de nuit terminée", "en": "Night round ended"},
    "duties.rescoped": {
        "fr": "Rappels et tournées suivis : leur équipement ou leur événement a changé de commune ou de compartiment",
        "en": "Reminders and rounds followed: their asset or event changed commune or compartment",
    },
    "duties.forgotten": {
        "fr": "Textes de consignes et de rappels effacés",
        "en": "Texts of instructions and reminders erased",
    },
    "duties.note.instructed": {
        "fr": "Consigne donnée{desks_fr}, jusqu'au {until}",
        "en": "Instruction given{desks_en}, until {until}",
    },
    "duties.note.instruction_ended": {"fr": "Consigne levée : {reason_fr}", "en": "Instruction withdrawn: {reason_en}"},
    "duties.note.reminded": {"fr": "{number} · Rappel demandé pour {at}", "en": "{number} · Reminder asked for {at}"},
    "duties.note.recorded": {"fr": "{label_fr} ({at}) : {result_fr}", "en": "{label_en} ({at}): {result_en}"},
    "duties.note.missed": {"fr": "Non fait : {label_fr} ({at})", "en": "Not done: {label_en} ({at})"},
    "duties.note.round": {
        "fr": "Tournée de nuit, {label} : {seen} points vus, {faults} défauts",
        "en": "Night round, {label}: {seen} points seen, {faults} faults",
    },
}

"""Sentences of the main courante."""

TEXTS: dict[str, dict[str, str]] = {
    "logbook.too_old": {
        "fr": "L'heure des faits remonte à plus de {days} jours : vérifiez-la.",
        "en": "The time of the facts is more than {days} days back: check it.",
    },
    "logbook.future": {
        "fr": "L'heure des faits est dans le futur : corrigez-la.",
        "en": "The time of the facts is in the future: correct it.",
    },
    "logbook.unknown_asset": {
        "fr": "Cet équipement n'existe pas au référentiel.",
        "en": "This asset is not in the register.",
    },
    "logbook.not_found": {
        "fr": "Cette écriture n'existe pas ou date de plus de trois jours.",
        "en": "This line does not exist or is more than three days old.",
    },
    "logbook.unknown_incident": {
        "fr": "Cet événement n'existe pas ou est trop ancien : écrivez la ligne sans le lier.",
        "en": "This event does not exist or is too old: write the line without linking it.",
    },
    "logbook.nothing_to_sign": {
        "fr": "Toutes les écritures sont déjà visées.",
        "en": "Every line is already signed.",
    },
    "logbook.no_report": {
        "fr": "Il n'y a pas de compte rendu pour la nuit du {night}.",
        "en": "There is no report for the night of {night}.",
    },
    "logbook.report.not_found": {
        "fr": "Pas encore de compte rendu pour cette nuit : il s'écrit à 06:30.",
        "en": "No report for that night yet: it is written at 06:30.",
    },
    "logbook.report_erased": {
        "fr": "Le compte rendu de la nuit du {night} a été effacé au terme de sa conservation.",
        "en": "The report of the night of {night} was erased at the end of its time.",
    },
    "logbook.report_changed": {
        "fr": "Quelqu'un vient d'écrire la version {version} : relisez-la avant de corriger.",
        "en": "Somebody just wrote version {version}: read it before correcting.",
    },
    "logbook.note.report": {
        "fr": "Compte rendu de la nuit du {night} établi depuis le journal",
        "en": "Report of the night of {night} made from the journal",
    },
    "logbook.note.report_remade": {
        "fr": "Compte rendu de la nuit du {night} refait (version {version}) : écritures différées de cette nuit",
        "en": "Report of the night of {night} made again (version {version}): lines of that night entered late",
    },
    "logbook.written": {"fr": "Main courante : {text}", "en": "Log: {text}"},
    "logbook.corrected": {"fr": "Rectificatif : {text}", "en": "Correction: {text}"},
    "logbook.noted": {"fr": "Écriture automatique ({code})", "en": "Automatic line ({code})"},
    "logbook.signed": {"fr": "Visa de {lines} écritures", "en": "{lines} lines signed"},
    "logbook.report_filed": {
        "fr": "Compte rendu de la nuit du {night} établi",
        "en": "Report of the night of {night} made",
    },
    "logbook.report_amended": {
        "fr": "Compte rendu de la nuit du {night} corrigé (version {report})",
        "en": "Report of the night of {night} corrected (version {report})",
    },
    "logbook.rescoped": {
        "fr": "Écritures passées dans une autre commune",
        "en": "Log lines moved to another commune",
    },
    "logbook.followed_event": {
        "fr": "Écritures d'événements suivies : masquées, démasquées ou déplacées",
        "en": "Log lines followed their events: masked, shown again or moved",
    },
    "logbook.forgotten": {
        "fr": "Textes de la main courante effacés",
        "en": "Texts of the log erased",
    },
    "logbook.automatic": {
        "fr": "Une écriture automatique ne se rectifie pas : écrivez une nouvelle ligne.",
        "en": "An automatic line cannot be corrected: write a new one.",
    },
    "logbook.already_corrected": {
        "fr": "Cette écriture a déjà un rectificatif : rectifiez celui-ci.",
        "en": "This line already has a correction: correct that one.",
    },
}

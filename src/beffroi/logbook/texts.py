"""Sentences of the main courante."""

TEXTS: dict[str, dict[str, str]] = {
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

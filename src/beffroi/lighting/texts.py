"""Sentences of the programmes."""

TEXTS: dict[str, dict[str, str]] = {
    "lighting.no_programme": {
        "fr": "La commune {commune} n'a pas de programme propre : le programme commun s'applique déjà.",
        "en": "Commune {commune} has no programme of its own: the common one already holds.",
    },
    "lighting.no_common_programme": {
        "fr": "Aucun programme commun : créez-le d'abord (commune vide).",
        "en": "No common programme: create it first (empty commune).",
    },
    "lighting.unknown_zone": {
        "fr": "Fuseau horaire inconnu : {zone}. Exemple : Europe/Paris.",
        "en": "Unknown time zone: {zone}. Example: Europe/Paris.",
    },
    "lighting.same_minute_twice": {
        "fr": "Deux paliers commencent à la même heure : gardez-en un.",
        "en": "Two steps start at the same time: keep one.",
    },
    "lighting.programme_set": {
        "fr": "Programme d'éclairage mis en vigueur.",
        "en": "Lighting programme put in force.",
    },
    "lighting.programme_dropped": {
        "fr": "Programme propre de la commune {commune} retiré.",
        "en": "Programme of commune {commune} withdrawn.",
    },
}

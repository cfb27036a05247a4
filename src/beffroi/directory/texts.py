"""Sentences of the directory."""

OUTCOMES: dict[str, dict[str, str]] = {
    "reached": {"fr": "joint", "en": "reached"},
    "no_answer": {"fr": "sans réponse", "en": "no answer"},
}

TEXTS: dict[str, dict[str, str]] = {
    "directory.not_found": {
        "fr": "Ce contact n'est pas dans l'annuaire : {contact}.",
        "en": "This contact is not in the directory: {contact}.",
    },
    "directory.masked": {
        "fr": "{number} : intervention en cours d'un autre métier, notez cet appel sans l'y lier.",
        "en": "{number}: operation of another trade under way, log this call without linking it.",
    },
    "directory.too_late_to_undo": {
        "fr": "Cet import ne s'annule plus : un jour est passé.",
        "en": "This import can no longer be undone: a day has passed.",
    },
    "directory.key_taken": {
        "fr": "La clé {key} désigne déjà un autre contact.",
        "en": "The key {key} already names another contact.",
    },
    "directory.key_needed": {
        "fr": "Dans un fichier, chaque contact porte une clé : {organisation} n'en a pas.",
        "en": "In a file each contact has a key: {organisation} has none.",
    },
    "directory.person_without_name": {
        "fr": "Un numéro personnel va avec un nom : {organisation}.",
        "en": "A personal number goes with a name: {organisation}.",
    },
    "directory.until_passed": {
        "fr": "La date de fin des données personnelles est passée : {organisation}.",
        "en": "The end date of the personal data has passed: {organisation}.",
    },
    "directory.nobody_named": {"fr": "Ce contact ne nomme personne.", "en": "This contact names nobody."},
    "directory.roster_without_label": {
        "fr": "Le tour {roster} n'a pas de libellé, ou son libellé ou sa commune sont trop longs.",
        "en": "The roster {roster} has no label, or its label or commune is too long.",
    },
    "directory.roster.not_found": {"fr": "Aucun tour ne porte le nom {roster}.", "en": "No roster is named {roster}."},
    "directory.empty_period": {
        "fr": "La période finit avant de commencer : {roster}.",
        "en": "The period ends before it begins: {roster}.",
    },
    "directory.outside_period": {
        "fr": "Une garde sort de la période fixée : {roster}.",
        "en": "A turn lies outside the period that is set: {roster}.",
    },
    "directory.future": {
        "fr": "L'heure de l'appel est dans le futur : corrigez-la.",
        "en": "The time of the call is in the future: correct it.",
    },
    "directory.file_unreadable": {
        "fr": "Fichier illisible, ligne {line} : {detail}",
        "en": "File not readable, line {line}: {detail}",
    },
    "directory.contact_set": {"fr": "Contact enregistré", "en": "Contact kept"},
    "directory.contact_removed": {"fr": "Contact retiré", "en": "Contact removed"},
    "directory.person_forgotten": {"fr": "Personne effacée de l'annuaire", "en": "Person erased from the directory"},
    "directory.roster_set": {"fr": "Tour de garde enregistré", "en": "Duty roster kept"},
    "directory.roster_removed": {"fr": "Tour de garde retiré", "en": "Duty roster removed"},
    "directory.duty_set": {"fr": "Gardes fixées", "en": "Duty set"},
    "directory.called": {"fr": "Appel à {label}", "en": "Call to {label}"},
    "directory.note.called": {"fr": "Appel à {who} : {outcome_fr}", "en": "Call to {who}: {outcome_en}"},
}

CATEGORIES: dict[str, dict[str, str]] = {
    "on_call": {"fr": "Astreintes", "en": "On call"},
    "rescue": {"fr": "Secours", "en": "Rescue"},
    "police": {"fr": "Police, gendarmerie", "en": "Police, gendarmerie"},
    "authority": {"fr": "Autorités, prévision", "en": "Authorities, forecast"},
    "network": {"fr": "Réseaux", "en": "Networks"},
    "transport": {"fr": "Transports", "en": "Transport"},
    "city": {"fr": "Métropole", "en": "Metropole"},
    "elected": {"fr": "Élus et mairies", "en": "Elected officials and town halls"},
    "contractor": {"fr": "Prestataires", "en": "Contractors"},
    "other": {"fr": "Autres", "en": "Others"},
}

PAPER: dict[str, dict[str, str]] = {
    "title": {"fr": "Annuaire opérationnel", "en": "Operational directory"},
    "made": {"fr": "Tiré le", "en": "Printed on"},
    "footer": {
        "fr": "Données personnelles : à détruire au tirage suivant.",
        "en": "Personal data: destroy when the next print is made.",
    },
    "duty": {"fr": "De garde dans les deux jours", "en": "On duty in the coming two days"},
    "oncall": {"fr": "D'astreinte maintenant (équipes)", "en": "On call now (crews)"},
    "trade": {"fr": "Métier", "en": "Trade"},
    "rank": {"fr": "Rang", "en": "Rank"},
    "nobody": {"fr": "Personne n'est inscrit.", "en": "Nobody is entered."},
    "gap": {"fr": "Personne de garde :", "en": "Nobody on duty:"},
    "roster": {"fr": "Tour", "en": "Roster"},
    "who": {"fr": "Qui", "en": "Who"},
    "phone": {"fr": "Téléphone", "en": "Telephone"},
    "until": {"fr": "Jusqu'au", "en": "Until"},
    "function": {"fr": "Fonction", "en": "Function"},
}

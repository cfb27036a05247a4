"""Sentences of the journal: refusals, events, and what a verification finds."""

_REFUSALS: dict[str, dict[str, str]] = {
    "journal.not_found": {
        "fr": "Cette ligne du journal n'existe pas.",
        "en": "This line of the journal does not exist.",
    },
    "journal.future": {"fr": "On n'efface pas l'avenir : donnez une date passée.", "en": "Give a date in the past."},
    "journal.no_key": {
        "fr": "La clé de signature n'est pas encore chargée : réessayez dans quelques secondes.",
        "en": "The signing key is not loaded yet: try again in a few seconds.",
    },
    "journal.bad_key": {
        "fr": "Clé de signature illisible ({path}) : restaurez-la depuis la sauvegarde.",
        "en": "Unreadable signing key ({path}): restore it from the backup.",
    },
    "journal.not_an_export": {
        "fr": "Ce n'est pas un export du journal : il manque {missing}.",
        "en": "This is no export of the journal: {missing} is missing.",
    },
}

_EVENTS: dict[str, dict[str, str]] = {
    "journal.erased": {
        "fr": "Textes de finalité « {purpose} » effacés au terme de leur durée",
        "en": "Texts of purpose “{purpose}” erased at the end of their time",
    },
    "journal.line_erased": {
        "fr": "Textes de la ligne {position} effacés : {reason}",
        "en": "Texts of line {position} erased: {reason}",
    },
    "journal.exported": {
        "fr": "Export du journal, lignes {first} à {last} ({lines})",
        "en": "Journal exported, lines {first} to {last} ({lines})",
    },
    "journal.chain_broken": {
        "fr": "Chaîne du journal rompue à la ligne {at_position} ({code}) : lancez une vérification",
        "en": "Chain of the journal broken at line {at_position} ({code}): run a verification",
    },
    "journal.personal_data_read": {
        "fr": "Données personnelles de la ligne {position} consultées ({fields})",
        "en": "Personal data of line {position} read ({fields})",
    },
}

_FINDINGS: dict[str, dict[str, str]] = {
    "journal.altered": {
        "fr": "Ligne {position} : contenu ou empreinte modifié.",
        "en": "Line {position}: its content or its hash was altered.",
    },
    "journal.column_altered": {
        "fr": "Ligne {position} : la colonne « {column} » ne dit plus ce que dit la ligne.",
        "en": "Line {position}: column “{column}” no longer says what the line says.",
    },
    "journal.wrong_position": {
        "fr": "Ligne {position} : elle a été écrite à la position {found}.",
        "en": "Line {position}: it was written at position {found}.",
    },
    "journal.line_unreadable": {
        "fr": "Ligne {position} illisible : {detail}",
        "en": "Line {position} unreadable: {detail}",
    },
    "journal.lines_missing": {
        "fr": "Lignes manquantes : {expected} était attendue, {position} a été trouvée.",
        "en": "Missing lines: {expected} was expected, {position} was found.",
    },
    "journal.out_of_sequence": {
        "fr": "Ligne {position} hors de son ordre.",
        "en": "Line {position} is out of sequence.",
    },
    "journal.truncated": {
        "fr": "Fin coupée : le journal s'arrête à {position}, une tête signée prouve qu'il allait jusqu'à {signed}.",
        "en": "Cut short: the journal ends at {position}, a signed head proves that it went to {signed}.",
    },
    "journal.rewritten": {
        "fr": "Journal réécrit : la ligne {position} n'a plus l'empreinte qui avait été signée.",
        "en": "Rewritten: line {position} no longer has the hash that was signed.",
    },
    "journal.head_forged": {
        "fr": "Tête {position} : signature fausse ou clé inconnue ({key}).",
        "en": "Head {position}: false signature or unknown key ({key}).",
    },
    "journal.head_unreadable": {"fr": "Fichier de tête illisible : {file}", "en": "Unreadable head file: {file}"},
    "journal.manifest_forged": {
        "fr": "Manifeste : signature fausse ou clé inconnue ({key}).",
        "en": "Manifest: false signature or unknown key ({key}).",
    },
    "journal.file_missing": {"fr": "Fichier manquant : {file}", "en": "Missing file: {file}"},
    "journal.file_altered": {"fr": "Fichier modifié : {file}", "en": "Altered file: {file}"},
    "journal.file_unreadable": {"fr": "Fichier illisible : {file} {detail}", "en": "Unreadable file: {file} {detail}"},
    "journal.export_incomplete": {
        "fr": "Export incomplet : {lines} lignes sur {promised} promises.",
        "en": "Incomplete export: {lines} lines of {promised} promised.",
    },
    "journal.body_missing": {
        "fr": "Ligne {position} : le texte « {field} » a disparu sans trace d'effacement.",
        "en": "Line {position}: text “{field}” vanished without a trace of erasure.",
    },
    "journal.body_altered": {
        "fr": "Ligne {position} : le texte « {field} » a été modifié.",
        "en": "Line {position}: text “{field}” was altered.",
    },
    "journal.body_unknown": {
        "fr": "Ligne {position} : un texte « {field} » a été ajouté.",
        "en": "Line {position}: a text “{field}” was added.",
    },
    "journal.erased_unordered": {
        "fr": "Ligne {position} : texte effacé (« {purpose} ») sans ordre au journal.",
        "en": "Line {position}: text erased (“{purpose}”) without an order in the journal.",
    },
}

TEXTS: dict[str, dict[str, str]] = {**_REFUSALS, **_EVENTS, **_FINDINGS}

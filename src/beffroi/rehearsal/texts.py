"""Sentences of the rehearsal, by code, in both languages."""

from beffroi.model.kinds import Text

TEXTS: dict[str, Text] = {
    "rehearsal.not_running": {
        "fr": "Aucun Beffroi ne tourne dans {data} : lancez d'abord `beffroi demo`.",
        "en": "No Beffroi runs in {data}: run `beffroi demo` first.",
    },
    "rehearsal.core_away": {
        "fr": "Le cœur ne répond pas à {url} ({detail}).",
        "en": "The core does not answer at {url} ({detail}).",
    },
    "rehearsal.core_refused": {
        "fr": "Refusé ({status}) à {path} : {text}",
        "en": "Refused ({status}) at {path}: {text}",
    },
    "rehearsal.import_failed": {
        "fr": "Import de la ville de répétition impossible : {text}",
        "en": "The rehearsal city cannot be imported: {text}",
    },
    "rehearsal.importing": {"fr": "Import de la ville de répétition…", "en": "Importing the rehearsal city…"},
    "rehearsal.registering": {"fr": "Inscription des sources simulées…", "en": "Registering the simulated sources…"},
    "rehearsal.silent": {
        "fr": "La répétition ne répond pas : tourne-t-elle ? (`beffroi demo`)",
        "en": "The rehearsal does not answer: does it run? (`beffroi demo`)",
    },
    "rehearsal.no_scenario": {
        "fr": "Scénario inconnu : {name}. Connus : {known}.",
        "en": "Unknown scenario: {name}. Known: {known}.",
    },
    "rehearsal.bad_scenario": {
        "fr": "Scénario {name} illisible : {problem}",
        "en": "Scenario {name} cannot be read: {problem}",
    },
    "rehearsal.bad_length": {
        "fr": "Durée illisible : « {text} » (écrire 90s, 1m30s ou 72h).",
        "en": "Not a length of time: “{text}” (write 90s, 1m30s or 72h).",
    },
    "rehearsal.bad_start": {
        "fr": "Début illisible : « {text} » (écrire dusk-30s, dawn+2h ou 21:36).",
        "en": "Not a beginning: “{text}” (write dusk-30s, dawn+2h or 21:36).",
    },
    "rehearsal.bad_hour": {
        "fr": "Heure illisible : « {text} » (écrire 21:58).",
        "en": "Not an hour: “{text}” (write 21:58).",
    },
    "rehearsal.bad_rate": {"fr": "Vitesse {rate} hors de 1 à 150.", "en": "Rate {rate} is not within 1 to 150."},
    "rehearsal.bad_request": {"fr": "Demande illisible : {problem}", "en": "Request cannot be read: {problem}"},
    "rehearsal.unknown_request": {"fr": "Demande inconnue : {do}.", "en": "Unknown request: {do}."},
    "rehearsal.no_such_code": {"fr": "Cette ville n'a pas de {asset}.", "en": "This city has no {asset}."},
    "rehearsal.no_gateway": {
        "fr": "Aucune passerelle pour {cabinet}{commune}.",
        "en": "No gateway for {cabinet}{commune}.",
    },
    "rehearsal.no_lights": {
        "fr": "Le registre ne contient aucun point lumineux à jouer.",
        "en": "The register holds no light point to play.",
    },
    "rehearsal.real_city": {
        "fr": "Cette base est celle d'une vraie ville : la répétition n'y joue pas.",
        "en": "This database is a real city's: the rehearsal does not play there.",
    },
}


def say(code: str, params: dict[str, str] | None = None, lang: str = "fr") -> str:
    """Return the sentence of a code; an unknown code is shown as it is."""
    text = TEXTS.get(code)
    return text[lang].format_map(_Lenient(params or {})) if text else f"{code} {params or ''}".strip()


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""

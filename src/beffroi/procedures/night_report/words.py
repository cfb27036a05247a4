"""The words of the *compte rendu de nuit*, as text and on paper."""

WORDS: dict[str, dict[str, str]] = {
    "title": {"fr": "Compte rendu de nuit", "en": "Night report"},
    "night": {"fr": "Nuit du {night}, de {since} à {until}", "en": "Night of {night}, from {since} to {until}"},
    "event": {"fr": "Événement {number}", "en": "Event {number}"},
    "events": {"fr": "Événements", "en": "Events"},
    "call_outs": {"fr": "Astreintes et équipes", "en": "Call-outs and crews"},
    "orders": {"fr": "Ordres exceptionnels", "en": "Exceptional orders"},
    "lock_outs": {"fr": "Consignations", "en": "Lock-outs"},
    "links": {"fr": "Liaisons", "en": "Links"},
    "routines": {"fr": "Consignes et routines", "en": "Instructions and routines"},
    "authorities": {"fr": "Appels passés", "en": "Calls made"},
    "seats": {"fr": "Armement des postes", "en": "Desks"},
    "other": {"fr": "Autres faits", "en": "Other facts"},
    "log": {"fr": "Écritures", "en": "Lines written"},
    "calls": {"fr": "Appels reçus", "en": "Calls received"},
    "none": {"fr": "Rien à signaler.", "en": "Nothing to report."},
    "figures": {
        "fr": "{written} écritures, dont {signed} visées",
        "en": "{written} lines, {signed} of them signed",
    },
    "masked": {
        "fr": "{masked} écritures des mains courantes de la police et de la vidéo n'y figurent pas.",
        "en": "{masked} lines of the police's and video's own logs are not in it.",
    },
    "recorded": {"fr": "enregistrés", "en": "recorded"},
    "attached": {"fr": "rattachés à un événement", "en": "attached to an event"},
    "informed": {"fr": "renseignés", "en": "answered"},
    "passed_on": {"fr": "transférés", "en": "passed on"},
    "call_back": {"fr": "à rappeler", "en": "to call back"},
    "version": {"fr": "version {version}", "en": "version {version}"},
    "corrected_here": {
        "fr": "Corrigé à la main : barré, ce que la machine avait écrit ; souligné, ce qui a été ajouté.",
        "en": "Corrected by hand: struck, what the machine had written; underlined, what was added.",
    },
    "corrected": {"fr": "corrigé à la main", "en": "corrected by hand"},
    "section.events": {"fr": "Événements", "en": "Events"},
    "section.on_call": {"fr": "Astreintes et équipes", "en": "On-call and crews"},
    "section.instructions": {"fr": "Consignes et routines", "en": "Instructions and routines"},
    "section.orders": {"fr": "Ordres et consignations", "en": "Orders and lock-outs"},
    "section.links": {"fr": "Liaisons", "en": "Links"},
    "section.facts": {"fr": "Autres faits", "en": "Other facts"},
    "section.figures": {"fr": "Chiffres", "en": "Figures"},
    "section.follow": {"fr": "À suivre", "en": "To follow up"},
    "events_count": {"fr": "{events} événements, {open} points à suivre", "en": "{events} events, {open} to follow up"},
}


def word(name: str, lang: str) -> str:
    """Return one of the words of the report; a name that it has not reads as itself."""
    return WORDS.get(name, {}).get(lang if lang in ("fr", "en") else "fr", name)

"""The catalogue of sentences: the core's own and every trade's, in both languages."""

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any

from beffroi.trade.room import Trade

LANGS = ("fr", "en")

TEXTS: dict[str, dict[str, str]] = {
    "forbidden": {
        "fr": "Vous n'avez pas le droit « {right} » ici : demandez à un administrateur.",
        "en": "You do not hold the right “{right}” here: ask an administrator.",
    },
    "not_found": {"fr": "Introuvable.", "en": "Not found."},
    "core.busy": {
        "fr": "Trop de demandes en attente ({waiting}) : réessayez dans quelques secondes. Rien n'a été enregistré.",
        "en": "Too many requests waiting ({waiting}): try again in a few seconds. Nothing was kept.",
    },
    "core.unavailable": {
        "fr": "La base de données est injoignable : rien n'a été enregistré, réessayez dans un instant.",
        "en": "The database cannot be reached: nothing was kept, try again in a moment.",
    },
    "core.disk_full": {
        "fr": "Le disque de la base de données est plein : rien n'a été enregistré. Faites de la place, la suite est"
        " automatique.",
        "en": "The database's disk is full: nothing was kept. Make room, the rest is automatic.",
    },
    "core.starting": {
        "fr": "Beffroi démarre : réessayez dans quelques secondes.",
        "en": "Beffroi is starting: try again in a few seconds.",
    },
    "core.not_kept": {
        "fr": "Défaut du programme : rien n'a été enregistré. Le journal technique du serveur dit pourquoi.",
        "en": "Fault of the program: nothing was kept. The server's log says why.",
    },
    "core.fault": {
        "fr": "Défaut du programme. Le journal technique du serveur dit pourquoi.",
        "en": "Fault of the program. The server's log says why.",
    },
    "core.invalid": {
        "fr": "Demande mal formée : {detail}",
        "en": "Malformed request: {detail}",
    },
    "core.nul": {
        "fr": "La demande contient un caractère nul, qui n'a de sens dans aucun texte.",
        "en": "The request holds a NUL character, which means nothing in a text.",
    },
    "core.out_of_range": {
        "fr": "Nombre hors de toute mesure dans « {field} ».",
        "en": "A number beyond all measure in “{field}”.",
    },
    "core.too_large": {
        "fr": "Demande trop volumineuse : {most} octets au plus.",
        "en": "Request too large: {most} bytes at most.",
    },
    "core.late": {
        "fr": "Demande arrivée trop tard par le réseau : rien n'a été fait. Recommencez s'il le faut encore.",
        "en": "The request came too late through the network: nothing was done. Ask again if it is still needed.",
    },
    "core.no_route": {"fr": "Cette adresse n'existe pas.", "en": "This address does not exist."},
    "core.method": {"fr": "Cette adresse n'accepte pas cette méthode.", "en": "This address takes no such method."},
    "core.foreign_page": {
        "fr": "Cette connexion vient d'une autre page que Beffroi.",
        "en": "This connection comes from another page than Beffroi's.",
    },
}


class Catalogue:
    """Sentences by code, in the reader's language; a code without sentence reads as itself."""

    def __init__(self, *sources: Mapping[str, Mapping[str, str]]) -> None:
        self._sentences: dict[str, dict[str, str]] = {lang: {} for lang in LANGS}
        for source in sources:
            for code, sentences in source.items():
                for lang in LANGS:
                    self._sentences[lang][code] = sentences[lang]

    @classmethod
    def of(cls, trades: Iterable[Trade[Any]]) -> "Catalogue":
        """Return the catalogue of the core and of some trades."""
        return cls(TEXTS, *(trade.texts for trade in trades))

    def sentences(self, lang: str) -> dict[str, str]:
        """Return every sentence of a language, parameters in braces; French for a language that we do not speak."""
        return self._sentences.get(lang, self._sentences["fr"])

    def render(self, code: str, params: Mapping[str, Any], lang: str) -> str:
        """Return the sentence of a code with its parameters; one that is missing stays in its braces."""
        return _PATIENT.vformat(self.sentences(lang).get(code, code), (), params)


class _Patient(Formatter):
    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        value = kwargs.get(field_name, "{" + field_name + "}") if field_name.isidentifier() else ""
        return value, field_name


_PATIENT = _Patient()


def language_of(accepted: str | None) -> str:
    """Return the language of an Accept-Language header: the first that we speak, else French."""
    for choice in (accepted or "").lower().split(","):
        lang = choice.split(";")[0].strip().split("-")[0]
        if lang in LANGS:
            return lang
    return "fr"

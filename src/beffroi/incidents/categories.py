"""What events are about: the short list, as data. Words guess the category from what is typed; the room may correct.

Trades are those of the equipment folders, and of the desks that have none: `roads`, `police`, `winter`, `cleaning`.
An event of no particular trade is everybody's (`*`).
"""

import unicodedata

import msgspec

from beffroi.model.kinds import Text
from beffroi.model.scope import ANY

MASKING = frozenset({"police", "video"})
"""Trades whose events may be masked: their compartment is their own (room.md rule 13)."""


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of event: whose it is, how urgent by default, which words tell it, which cause is the usual one."""

    name: str
    trade: str
    priority: int
    label: Text
    words: tuple[str, ...] = ()
    masked: bool = False
    cause: str = "unknown"


def _category(
    name: str, trade: str, priority: int, label: tuple[str, str], words: str, cause: str = "unknown"
) -> Category:
    return Category(
        name=name,
        trade=trade,
        priority=priority,
        label={"fr": label[0], "en": label[1]},
        words=tuple(fold(word) for word in words.split("|") if word),
        masked=trade in MASKING,
        cause=cause,
    )


def fold(text: str) -> str:
    """Return a text without accents nor capitals, for comparison."""
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one)).casefold()


ALL: tuple[Category, ...] = (
    _category("mast_down", "lighting", 1, ("Mât couché", "Mast down"),
              "mât couché|mât tombé|mât à terre|mât penché|lampadaire couché|lampadaire tombé|lampadaire à terre|"
              "candélabre couché|candélabre à terre|poteau couché|poteau tombé|mast down|pole down", "crash"),
    _category("bare_wires", "lighting", 1, ("Câbles à nu", "Bare wires"),
              "câbles à nu|câble à nu|fils à nu|fil à nu|fils dénudés|fil qui pend|fils qui pendent|trappe ouverte|"
              "porte du mât ouverte|bare wire|electrocu|électrisé", "vandalism"),
    _category("gas", "*", 1, ("Odeur de gaz", "Smell of gas"), "gaz|odeur de gaz|gas leak|smell of gas"),
    _category("circuit_tripped", "lighting", 2, ("Départ déclenché", "Circuit tripped"),
              "départ déclenché|départ|disjoncté|rue éteinte|toute la rue|quartier éteint|quartier dans le noir|"
              "plusieurs lampadaires|circuit tripped|whole street", "protection"),
    _category("cabinet_down", "lighting", 2, ("Armoire sans tension", "Cabinet without mains"),
              "armoire sans tension|armoire|coupure enedis|no mains", "mains"),
    _category("cabinet_mute", "lighting", 2, ("Armoire muette", "Cabinet mute"), "armoire muette|cabinet mute", "link"),
    _category("gateway_mute", "lighting", 3, ("Passerelle muette", "Gateway mute"),
              "passerelle muette|gateway mute", "link"),
    _category("lamp_out", "lighting", 3, ("Lampadaire", "Street light"),
              "lampadaire|candélabre|réverbère|éclairage|point lumineux|lampe|éteint|clignote|allumé en plein jour|"
              "street light|lamp", "equipment"),
    _category("signals", "traffic", 2, ("Feux", "Traffic lights"),
              "feu rouge|feux|feu tricolore|carrefour à feux|feux éteints|jaune clignotant|traffic light"),
    _category("accident", "traffic", 1, ("Accident", "Accident"),
              "accident|collision|renversé|choc|blessé|carambolage|crash"),
    _category("roadway", "roads", 3, ("Chaussée", "Roadway"),
              "chaussée|nid de poule|nid-de-poule|affaissement|trou|plaque|regard|trottoir|arbre|branche|"
              "obstacle|pothole|roadway|hydrocarbure|huile"),
    _category("flood", "roads", 2, ("Inondation, fuite d'eau", "Flood, water leak"),
              "inondation|inondé|fuite d'eau|trémie|eau sur la chaussée|flood|water leak", "weather"),
    _category("snow", "winter", 2, ("Neige, verglas", "Snow, ice"), "neige|verglas|glace|glissant|snow|black ice",
              "weather"),
    _category("intrusion", "building_security", 1, ("Intrusion", "Intrusion"),
              "intrusion|effraction|vitre brisée|porte forcée|cambriolage|break-in", "human"),
    _category("building_mute", "building_security", 2, ("Bâtiment sans liaison", "Building line lost"),
              "perte de liaison|building line lost", "link"),
    _category("bollard", "access_control", 3, ("Borne", "Bollard"), "borne|bollard"),
    _category("cleaning", "cleaning", 4, ("Propreté, dépôt", "Cleaning, dumping"),
              "dépôt sauvage|dépôt|ordures|poubelle|encombrant|tag|graffiti|propreté|dumping", "human"),
    _category("police", "police", 2, ("Intervention de police", "Police operation"),
              "rixe|bagarre|agression|vol à|interpellation|rodéo|tapage|attroupement|arme|fight|assault", "human"),
    _category("video", "video", 2, ("Fait vu à la caméra", "Seen on camera"), "flagrant délit|vu à la caméra", "human"),
    _category("other", ANY, 3, ("Autre", "Other"), ""),
)  # fmt: skip
BY_NAME: dict[str, Category] = {one.name: one for one in ALL}
OTHER = BY_NAME["other"]

FROM_ALARM: dict[tuple[str, str], str] = {
    ("circuit", "tripped"): "circuit_tripped",
    ("circuit", "dark"): "circuit_tripped",
    ("cabinet", "no_mains"): "cabinet_down",
    ("cabinet", "mute"): "cabinet_mute",
    ("gateway", "mute"): "gateway_mute",
    ("cabinet", "door_open"): "bare_wires",
    ("building", "mute"): "building_mute",
}
FROM_KIND = {"street_light": "lamp_out", "junction": "signals", "building": "intrusion", "bollard": "bollard"}
FROM_TRADE = {"lighting": "lamp_out", "traffic": "signals", "building_security": "intrusion"}


def find_category(name: str) -> Category:
    """Return a category by its code, *autre* for one that nobody knows any more."""
    return BY_NAME.get(name, OTHER)


def guess(text: str) -> Category:
    """Return the category that a text tells: the first dangerous one of the list, else that of its longest words."""
    said = f" {fold(text)} "
    best, weight = OTHER, 0
    for category in ALL:
        found = max((len(word) for word in category.words if _holds(said, word)), default=0)
        if found and category.priority == 1:
            return category
        if found > weight:
            best, weight = category, found
    return best


SHORT_WORD = 4
ENDING = 3
"""A long word may bear an ending (éteint, éteintes): « départ » is not in « départementale »."""


def _holds(said: str, word: str) -> bool:
    """Tell whether a folded text has a word, with an ending; a short one is whole: « gaz » is not in « gazon »."""
    at = said.find(word)
    while at >= 0:
        after = said[at + len(word) :].removeprefix("s")
        more = next((place for place, letter in enumerate(after) if not letter.isalnum()), len(after))
        if not said[at - 1].isalnum() and more <= (ENDING if len(word) > SHORT_WORD else 0):
            return True
        at = said.find(word, at + 1)
    return False


def category_of_alarm(kind: str, alarm_class: str, trade: str) -> Category:
    """Return the category of an event that an alarm opens."""
    name = FROM_ALARM.get((kind, alarm_class)) or FROM_KIND.get(kind) or FROM_TRADE.get(trade, "other")
    return BY_NAME[name]

"""What people say, in the French of the radio: a few ways of saying each thing, chosen by the seed."""

from collections.abc import Sequence

WORDS: dict[str, tuple[str, ...]] = {
    "hello_home": ("Allô, oui ? Astreinte, j'écoute.", "Allô ? … Oui, c'est bien l'astreinte.", "Oui, allô, j'écoute."),
    "hello_authority": ("{who}, j'écoute.", "{who}, bonsoir.", "{who}, je vous écoute."),
    "asleep": ("Sans réponse : la messagerie décroche.",),
    "what": ("Quel point, s'il vous plaît ? Donnez-moi le numéro peint.", "Répétez le numéro de l'armoire ?"),
    "accept": (
        "Bien reçu, {code}. Je m'habille et je pars, comptez {wait} minutes.",
        "Compris, {code}. Je prends le véhicule, départ dans {wait} minutes.",
        "C'est noté, {code}. Je vous appelle à la radio en partant.",
    ),
    "roger": ("PC de {who}, bien reçu, {code}.", "{who}, reçu pour {code}, on s'en occupe."),
    "other_job": ("PC de {who}, négatif, on est déjà sur une intervention.",),
    "vehicle": ("PC de {who}, négatif, nacelle en panne, on rentre au dépôt.",),
    "not_qualified": ("PC de {who}, négatif, personne n'a l'habilitation électrique ici ce soir.",),
    "end_of_shift": ("PC de {who}, négatif, fin de vacation, on est au dépôt.",),
    "en_route": ("PC de {who}, en route pour {code}.", "{who}, on est parti pour {code}, en route."),
    "late": (
        "PC de {who}, pas encore sur place pour {code}, rue barrée, comptez {wait} minutes de plus.",
        "{who}, on est retardé, {code} dans {wait} minutes.",
    ),
    "on_site": ("PC de {who}, sur place {code}.", "{who}, sur les lieux, {code}."),
    "cause": (
        "PC de {who}, cause trouvée : boîte de raccordement noyée.",
        "PC de {who}, cause trouvée : câble blessé, tranchée fraîche à côté.",
        "PC de {who}, cause trouvée : différentiel sur un luminaire en défaut.",
    ),
    "made_safe": ("PC de {who}, mise en sécurité faite, {code}.", "{who}, {code} en sécurité, plus de danger."),
    "consign": (
        "PC de {who}, je consigne le départ {code} : chargé de consignation {holder}, certificat {certificate}.",
    ),
    "unconsign": ("PC de {who}, consignation levée sur {code}, certificat {certificate} rendu.",),
    "restored": (
        "PC de {who}, {code} réarmé : {back} points revenus sur {total}.",
        "{who} : {code} refermé, {back} sur {total} rallumés.",
    ),
    "left": (" Restent éteints {left}, à remplacer de jour.", " Il manque {left}, on voit ça demain."),
    "link_back": ("PC de {who}, modem redémarré, {code} doit vous reparler.",),
    "no_mains": ("PC de {who}, pas de tension en amont de {code} : c'est Enedis, je les appelle.",),
    "lamp_done": ("PC de {who}, luminaire {code} remplacé, il éclaire.",),
    "mast_done": ("PC de {who}, mât {code} évacué, câbles isolés, trottoir rendu, balisage en place.",),
    "device_done": ("PC de {who}, contrôleur {code} réarmé, retour au plan de feux.",),
    "nothing": ("PC de {who}, rien d'anormal à {code}, tout est en ordre.",),
    "available": ("PC de {who}, intervention terminée, disponible.", "{who}, disponible, on rentre."),
    "radio_check": ("{who}, fort et clair.", "PC de {who}, cinq sur cinq."),
    "standing_by": ("{who}, bien reçu, on balise et on reste sur place.", "{who}, reçu, on attend l'équipe."),
    "noted": ("Bien noté, un engin part.", "C'est noté, on s'en occupe.", "Reçu, merci de l'information."),
    "manager": ("Reçu. Je suis d'accord, tenez-moi informé.", "D'accord, on fait comme ça. Rappelez-moi à la fin."),
    "hung_up": ("Raccroché.",),
    "rings": ("Ça sonne au {number}.",),
}


def say(kind: str, chance: float, facts: dict[str, str]) -> str:
    """Return one of the ways of saying a thing; `chance` in [0, 1) chooses."""
    ways = WORDS[kind]
    return ways[int(chance * len(ways))].format_map(facts)


def enumerated(codes: Sequence[str]) -> str:
    """Return « A045-12, A045-40 et A045-63 »."""
    return codes[0] if len(codes) == 1 else f"{', '.join(codes[:-1])} et {codes[-1]}"

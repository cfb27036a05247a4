"""Sentences of the register: refusals, notices of the importer, labels."""

from beffroi.assets.texts_import import IMPORT_TEXTS

TEXTS: dict[str, dict[str, str]] = {
    **IMPORT_TEXTS,
    "assets.unknown_kind": {
        "fr": "Le type d'équipement « {kind} » n'existe pas : choisissez-le dans la liste des types.",
        "en": "There is no kind of equipment “{kind}”: choose one from the list of kinds.",
    },
    "assets.not_found": {
        "fr": "Cet équipement n'existe pas au référentiel.",
        "en": "This asset is not in the register.",
    },
    "assets.removed": {
        "fr": "L'équipement {number} est retiré : il ne se modifie plus.",
        "en": "Asset {number} is removed: it can no longer be changed.",
    },
    "assets.changed_meanwhile": {
        "fr": "La fiche {number} a changé depuis que vous l'avez ouverte : relisez-la avant de corriger.",
        "en": "The entry {number} changed since you opened it: read it again before correcting.",
    },
    "assets.nothing_to_change": {
        "fr": "Rien à changer : les valeurs sont déjà celles-là. {number}",
        "en": "Nothing to change: the values are already those. {number}",
    },
    "assets.no_selection": {
        "fr": "Aucun critère : précisez quels équipements modifier.",
        "en": "No criterion: say which assets to change.",
    },
    "assets.code_in_bulk": {
        "fr": "Un numéro peint est propre à un équipement : corrigez-le fiche par fiche.",
        "en": "A painted number belongs to one asset: correct it entry by entry.",
    },
    "assets.selection_changed": {
        "fr": "{count} équipements changeraient maintenant au lieu de {expected} : refaites l'aperçu.",
        "en": "{count} assets would change now instead of {expected}: preview again.",
    },
    "assets.bad_code": {
        "fr": "Numéro « {number} » refusé : 1 à 64 caractères, sans espace, ni # ni +.",
        "en": "Number “{number}” refused: 1 to 64 characters, no blank, no # nor +.",
    },
    "assets.code_taken": {
        "fr": "Le numéro {number} est déjà celui d'un autre équipement.",
        "en": "The number {number} already belongs to another asset.",
    },
    "assets.bad_date": {
        "fr": "Date « {value} » illisible : écrivez 2019, 2019-05 ou 2019-05-17.",
        "en": "Unreadable date “{value}”: write 2019, 2019-05 or 2019-05-17.",
    },
    "assets.bad_position": {
        "fr": "Position impossible ({lon} ; {lat}) : il faut une longitude et une latitude en degrés.",
        "en": "Impossible position ({lon}; {lat}): a longitude and a latitude in degrees are needed.",
    },
    "assets.retire_instead": {
        "fr": "Pour retirer un équipement, utilisez l'action « Retirer ».",
        "en": "To remove an asset, use the action “Retire”.",
    },
    "assets.unknown_parent": {
        "fr": "L'alimentation indiquée n'existe pas au référentiel.",
        "en": "The feeding asset given is not in the register.",
    },
    "assets.wrong_parent": {
        "fr": "{number} ({kind}) ne peut pas alimenter cet équipement : attendu {expected}.",
        "en": "{number} ({kind}) cannot feed this asset: expected {expected}.",
    },
    "assets.feeding_loop": {
        "fr": "{number} s'alimenterait lui-même : vérifiez l'alimentation.",
        "en": "{number} would feed itself: check the feeder.",
    },
    "assets.still_feeds": {
        "fr": "{number} alimente encore {count} équipement(s) : rattachez-les d'abord ailleurs.",
        "en": "{number} still feeds {count} asset(s): attach them elsewhere first.",
    },
    "assets.same_asset": {
        "fr": "Les deux fiches sont la même ({number}).",
        "en": "Both entries are the same one ({number}).",
    },
    "assets.different_kinds": {
        "fr": "{number} et {duplicate} ne sont pas du même type : ce ne sont pas des doublons.",
        "en": "{number} and {duplicate} are not of one kind: they are not duplicates.",
    },
    "assets.import_unknown": {
        "fr": "Cet import n'est plus en attente : déposez de nouveau le fichier.",
        "en": "This import is no longer waiting: upload the file again.",
    },
    "assets.import_done": {"fr": "Cet import est déjà enregistré.", "en": "This import is already committed."},
    "assets.import_outdated": {
        "fr": "Le référentiel a changé depuis l'aperçu ({number}) : refaites l'aperçu.",
        "en": "The register changed since the preview ({number}): preview again.",
    },
    "assets.import_undone_already": {
        "fr": "L'import « {title} » est déjà annulé.",
        "en": "The import “{title}” is already undone.",
    },
    "assets.undo_not_prepared": {
        "fr": "Affichez d'abord ce que l'annulation de « {title} » changerait.",
        "en": "Show first what undoing “{title}” would change.",
    },
    "assets.no_route": {
        "fr": "Aucun itinéraire routier entre ces deux points.",
        "en": "No way by road between these two points.",
    },
    "assets.tile.not_found": {"fr": "La tuile {z}/{x}/{y} n'existe pas.", "en": "There is no tile {z}/{x}/{y}."},
    "assets.bad_bbox": {
        "fr": "Emprise « {value} » illisible : ouest,sud,est,nord en degrés.",
        "en": "Unreadable box “{value}”: west,south,east,north in degrees.",
    },
    "assets.job.not_found": {
        "fr": "Cet import n'est plus en mémoire : déposez de nouveau le fichier.",
        "en": "This import is no longer in memory: upload the file again.",
    },
    "assets.created": {"fr": "Équipement saisi", "en": "Asset entered"},
    "assets.corrected": {"fr": "Fiche corrigée", "en": "Entry corrected"},
    "assets.bulk_edited": {"fr": "{count} fiches modifiées ensemble", "en": "{count} entries edited together"},
    "assets.rescoped": {
        "fr": "Équipements passés dans une autre commune",
        "en": "Assets moved to another commune",
    },
    "assets.retired": {"fr": "Équipement retiré", "en": "Asset retired"},
    "assets.merged": {"fr": "Doublon fusionné", "en": "Duplicate merged"},
    "assets.imported": {"fr": "Import « {title} »", "en": "Import “{title}”"},
    "assets.series_extended": {
        "fr": "{count} équipements ({kind}) reçoivent de nouveaux points de mesure",
        "en": "{count} assets ({kind}) get new points",
    },
    "assets.import_undone": {
        "fr": "Import annulé : {removed} retirés, {restored} rétablis, {refused} refusés",
        "en": "Import undone: {removed} removed, {restored} restored, {refused} refused",
    },
}

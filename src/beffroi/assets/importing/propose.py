"""A first mapping for a file that nobody described: columns recognised by the words that French files use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from beffroi.assets.importing.cells import comma_numbers
from beffroi.assets.importing.geometry import PAIR_NAMES, X_NAMES, Y_NAMES
from beffroi.assets.importing.mapping import MappingError
from beffroi.assets.importing.readers import Table, read_table
from beffroi.assets.streets.names import fold
from beffroi.model.kinds import EquipmentKind

COLUMN_WORDS: dict[str, tuple[str, ...]] = {
    "code": (
        "code",
        "numero_peint",
        "matricule",
        "num_pl",
        "num_point",
        "repere",
        "reference",
        "ref",
        "numero",
        "num",
        "id",
    ),
    "name": ("nom", "name", "libelle", "designation", "lieu", "intitule"),
    "commune": ("insee", "code_insee", "insee_com", "code_commune", "commune"),
    "street": ("voie", "rue", "nom_voie", "street", "adresse", "lib_voie"),
    "number": ("num_voie", "numero_voie", "house_number", "no_voie"),
    "owner": ("proprietaire", "owner", "maitre_ouvrage"),
    "contract": ("contrat", "marche", "contract", "exploitant", "exploi"),
    "parent": ("armoire", "depart", "circuit", "cabinet", "num_armoire", "parent"),
    "installed_on": ("date_pose", "date_installation", "annee_pose", "installed_on", "annee", "date_mes"),
    "state": ("state",),
}
KEY_WORDS = ("id", "identifiant", "gid", "fid", "objectid", "uuid", "code", "numero", "num", "matricule")
KIND_WORDS: dict[str, tuple[str, ...]] = {
    "street_light": ("eclairage", "lampadaire", "luminaire", "candelabre", "point_lumineux", "street_light", "light"),
    "cabinet": ("armoire", "cabinet"),
    "circuit": ("depart", "circuit"),
    "junction": ("feux", "carrefour", "signal", "junction"),
    "camera": ("camera", "video"),
    "building": ("batiment", "building"),
    "bollard": ("borne", "bollard"),
    "car_park": ("parking", "parc_stat", "car_park"),
    "parking_meter": ("horodateur", "parking_meter", "meter"),
    "establishment": ("etablissement", "equipement", "mairie", "ecole", "establishment"),
    "vehicle": ("vehicule", "vehicle"),
    "bus": ("bus",),
}


def propose(files: Mapping[str, bytes], kind: str, kinds: Mapping[str, EquipmentKind]) -> str:
    """Return a mapping's TOML for one file; MappingError when its kind or its numbers cannot be guessed."""
    if len(files) != 1:
        raise MappingError("assets.mapping_needed", count=str(len(files)))
    name, content = next(iter(files.items()))
    table = read_table(name, content)
    chosen = kind or guess_kind(name, kinds)
    if chosen not in kinds:
        raise MappingError("assets.kind_needed", file=name, kinds=", ".join(kinds))
    return propose_text(name, chosen, table)


def guess_kind(name: str, kinds: Mapping[str, EquipmentKind]) -> str:
    """Return the kind that a file's name speaks of, empty when it says nothing."""
    folded = fold(name).replace("-", "_").replace(" ", "_")
    scored = [
        (len(word), kind) for kind, words in KIND_WORDS.items() if kind in kinds for word in words if word in folded
    ]
    return max(scored)[1] if scored else ""


def propose_text(name: str, kind: str, table: Table) -> str:
    """Return the TOML of a one-layer mapping: fields for columns that are recognised, characteristics for the rest."""
    folded = {fold(column).replace(" ", "_").replace("-", "_"): column for column in table.columns}
    fields = {field: _first(words, folded) for field, words in COLUMN_WORDS.items()}
    key = _unique(table, [column for word in KEY_WORDS if (column := folded.get(word))])
    code = fields.pop("code") or key
    if not code:
        raise MappingError("assets.code_needed", file=name, columns=", ".join(table.columns[:30]))
    used = {code, *(column for column in fields.values() if column)}
    placed = {folded[word] for word in (*X_NAMES, *Y_NAMES, *PAIR_NAMES) if word in folded}
    slug = "".join(c if c.isalnum() else "-" for c in fold(name.split(".", maxsplit=1)[0])).strip("-")[:40] or "import"
    lines = [
        f'name = "{slug}"',
        f"title = {_quoted(name)}",
        "",
        "[[layer]]",
        f"file = {_quoted(name)}",
        f'kind = "{kind}"',
        f"key = {_quoted('{' + (key or code) + '}')}",
        f"fields.code = {_quoted('{' + code + '}')}",
    ]
    numbers: list[str] = []
    lines += [f"fields.{field} = {_quoted('{' + column + '}')}" for field, column in fields.items() if column]
    for column in table.columns:
        if column and column not in used and column not in placed and not set(column) & set('{}:"\\'):
            characteristic = fold(column).replace(" ", "_")
            lines.append(f"fields.characteristics.{_quoted(characteristic)} = {_quoted('{' + column + '}')}")
            numbers += [_quoted(characteristic)] if comma_numbers(row.get(column) for row in table.rows) else []
    lines += [f"numbers = [{', '.join(numbers)}]"] if numbers else []
    return "\n".join(lines) + "\n"


def _first(words: Sequence[str], columns: Mapping[str, str]) -> str:
    return next((columns[word] for word in words if word in columns), "")


def _unique(table: Table, candidates: Sequence[str]) -> str:
    """Return the first candidate column whose values are all there and all different."""
    for column in candidates:
        values = [str(row.get(column) or "").strip() for row in table.rows]
        if values and all(values) and len(set(values)) == len(values):
            return column
    return candidates[0] if candidates else ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

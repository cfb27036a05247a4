"""What the importer says, in words that a clerk understands."""

IMPORT_TEXTS: dict[str, dict[str, str]] = {
    "assets.import_failed": {
        "fr": "L'import s'est interrompu ({problem}). Le référentiel n'a pas changé.",
        "en": "The import stopped ({problem}). The register has not changed.",
    },
    "assets.file_empty": {"fr": "Le fichier {file} est vide.", "en": "The file {file} is empty."},
    "assets.file_damaged": {
        "fr": "Le fichier {file} est abîmé ou incomplet ({problem}) : téléchargez-le de nouveau.",
        "en": "The file {file} is damaged or incomplete ({problem}): download it again.",
    },
    "assets.file_too_big": {
        "fr": "Le fichier {file} dépasse {limit} Mo une fois décompressé.",
        "en": "The file {file} is larger than {limit} MB once unpacked.",
    },
    "assets.zip_members": {
        "fr": "L'archive {file} contient {count} fichiers lisibles : il en faut un seul, CSV ou GeoJSON.",
        "en": "The archive {file} holds {count} readable files: exactly one is needed, CSV or GeoJSON.",
    },
    "assets.file_no_header": {
        "fr": "La première ligne de {file} ne donne pas le nom des colonnes.",
        "en": "The first line of {file} does not name the columns.",
    },
    "assets.file_same_columns": {
        "fr": "Dans {file}, plusieurs colonnes portent le même nom : {columns}.",
        "en": "In {file}, several columns have the same name: {columns}.",
    },
    "assets.file_not_geojson": {
        "fr": "Ce fichier JSON n'est pas une collection GeoJSON lisible ({problem}).",
        "en": "This JSON file is not a readable GeoJSON collection ({problem}).",
    },
    "assets.file_missing": {
        "fr": "Le fichier {file}, que la correspondance demande, manque. Fichiers reçus : {given}.",
        "en": "The file {file}, which the mapping asks for, is missing. Files received: {given}.",
    },
    "assets.mapping_toml": {
        "fr": "La correspondance n'est pas un fichier TOML valable : {problem}.",
        "en": "The mapping is not valid TOML: {problem}.",
    },
    "assets.mapping_field": {
        "fr": "La correspondance a une rubrique inattendue ou manquante : {problem}.",
        "en": "The mapping has an unexpected or missing entry: {problem}.",
    },
    "assets.mapping_name": {
        "fr": "Nom de correspondance « {name} » refusé : minuscules, chiffres et tirets, 40 au plus.",
        "en": "Mapping name “{name}” refused: lower-case letters, digits and dashes, 40 at most.",
    },
    "assets.mapping_empty": {
        "fr": "La correspondance ne décrit aucun fichier : ajoutez une rubrique [[layer]].",
        "en": "The mapping describes no file: add a [[layer]] entry.",
    },
    "assets.mapping_target": {
        "fr": "Pour {file}, indiquez soit « kind » (équipement), soit « layer » (fond de plan).",
        "en": "For {file}, give either “kind” (equipment) or “layer” (base map).",
    },
    "assets.mapping_layer": {
        "fr": "La couche « {layer} » n'existe pas. Couches possibles : {known}.",
        "en": "There is no layer “{layer}”. Possible layers: {known}.",
    },
    "assets.mapping_unknown_field": {
        "fr": "Pour {file}, le champ « {field} » n'existe pas : utilisez « characteristics.{field} ».",
        "en": "For {file}, there is no field “{field}”: use “characteristics.{field}”.",
    },
    "assets.mapping_number": {
        "fr": "Pour {file}, « numbers » nomme « {field} » : ajoutez « fields.characteristics.{field} ».",
        "en": "For {file}, “numbers” names “{field}”: add “fields.characteristics.{field}”.",
    },
    "assets.mapping_no_code": {
        "fr": "Pour {file}, indiquez « fields.code » : le numéro peint de l'équipement.",
        "en": "For {file}, give “fields.code”: the painted number of the asset.",
    },
    "assets.mapping_needed": {
        "fr": "{count} fichiers déposés ensemble demandent une correspondance qui les décrive.",
        "en": "{count} files uploaded together need a mapping that describes them.",
    },
    "assets.kind_needed": {
        "fr": "Quel équipement contient {file} ? Choisissez parmi : {kinds}.",
        "en": "Which equipment does {file} hold? Choose among: {kinds}.",
    },
    "assets.code_needed": {
        "fr": "Quelle colonne de {file} donne le numéro de l'équipement ? Colonnes : {columns}.",
        "en": "Which column of {file} gives the number of the asset? Columns: {columns}.",
    },
    "assets.column_absent": {
        "fr": "La colonne « {column} » n'est pas dans {file}. Colonnes présentes : {columns}.",
        "en": "The column “{column}” is not in {file}. Columns present: {columns}.",
    },
    "assets.no_coordinates": {
        "fr": "Aucune colonne de coordonnées reconnue dans {file} : indiquez « fields.lon » et « fields.lat »."
        " Colonnes : {columns}.",
        "en": "No column of coordinates recognised in {file}: give “fields.lon” and “fields.lat”. Columns: {columns}.",
    },
    "assets.crs_unknown": {
        "fr": "Les coordonnées de {file} (par exemple {x} ; {y}) ne tombent sur le territoire dans aucun système.",
        "en": "The coordinates of {file} (for example {x}; {y}) fall on the territory in no known system.",
    },
    "assets.notice_reprojected": {
        "fr": "Les coordonnées sont en {system} ({crs}) : {count} positions converties en longitude et latitude.",
        "en": "Coordinates are in {system} ({crs}): {count} positions converted to longitude and latitude.",
    },
    "assets.notice_wrong_crs": {
        "fr": "Le fichier annonce {declared} mais ses coordonnées sont en {system} : c'est ce qui a été retenu.",
        "en": "The file says {declared} but its coordinates are in {system}: that is what was used.",
    },
    "assets.notice_swapped": {
        "fr": "Longitude et latitude étaient inversées : {count} positions remises dans l'ordre.",
        "en": "Longitude and latitude were swapped: {count} positions put in order.",
    },
    "assets.notice_encoding": {
        "fr": "Le fichier n'est pas en UTF-8 : lu en {encoding}. Vérifiez les accents dans l'aperçu.",
        "en": "The file is not UTF-8: read as {encoding}. Check the accents in the preview.",
    },
    "assets.notice_mojibake": {
        "fr": "Accents réparés sur {lines} lignes (texte encodé deux fois).",
        "en": "Accents repaired on {lines} lines (text encoded twice).",
    },
    "assets.notice_separator": {
        "fr": "Colonnes séparées par « {separator} ».",
        "en": "Columns separated by “{separator}”.",
    },
    "assets.notice_comma": {"fr": "Nombres à virgule décimale.", "en": "Numbers with a decimal comma."},
    "assets.notice_comma_text": {
        "fr": "Nombres à virgule gardés comme textes : ajoutez « numbers = [{names}] » à la correspondance.",
        "en": "Numbers with a comma kept as text: add “numbers = [{names}]” to the mapping.",
    },
    "assets.row_unreadable": {
        "fr": "Ligne illisible : elle a plus de colonnes que l'en-tête (guillemet ou séparateur en trop ?).",
        "en": "Unreadable line: it has more columns than the header (stray quote or separator?).",
    },
    "assets.row_no_position": {"fr": "Pas de position.", "en": "No position."},
    "assets.row_outside": {
        "fr": "Position hors du territoire, à {km} km de la limite.",
        "en": "Position outside the territory, {km} km from its limit.",
    },
    "assets.row_no_key": {
        "fr": "Pas d'identifiant : la ligne ne pourrait pas être reconnue au prochain import.",
        "en": "No identifier: the row could not be recognised at the next import.",
    },
    "assets.row_duplicate": {
        "fr": "Doublon : l'identifiant {key} est déjà celui de la ligne {line}.",
        "en": "Duplicate: the identifier {key} is already that of line {line}.",
    },
    "assets.row_bad_code": {
        "fr": "Numéro « {number} » absent ou impossible (1 à 64 caractères, ni # ni +).",
        "en": "Number “{number}” missing or impossible (1 to 64 characters, no # nor +).",
    },
    "assets.row_code_taken": {
        "fr": "Le numéro {number} est déjà celui d'un autre équipement.",
        "en": "The number {number} already belongs to another asset.",
    },
    "assets.row_unknown_parent": {
        "fr": "L'alimentation {parent} n'existe ni dans le fichier ni au référentiel.",
        "en": "The feeder {parent} is neither in the file nor in the register.",
    },
    "assets.row_wrong_parent": {
        "fr": "{parent} ({kind}) ne peut pas l'alimenter : attendu {expected}.",
        "en": "{parent} ({kind}) cannot feed it: expected {expected}.",
    },
    "assets.row_loop": {"fr": "Alimentation en boucle par {parent}.", "en": "Feeding loop through {parent}."},
    "assets.row_bad_number": {
        "fr": "« {value} » n'est pas un nombre ({field}).",
        "en": "“{value}” is not a number ({field}).",
    },
    "assets.row_bad_date": {
        "fr": "Date « {value} » illisible : 2019, 17/05/2019 ou 2019-05-17.",
        "en": "Unreadable date “{value}”: 2019, 17/05/2019 or 2019-05-17.",
    },
    "assets.row_bad_value": {
        "fr": "« {value} » n'est pas une valeur de {field} : attendu {expected}.",
        "en": "“{value}” is not a value of {field}: expected {expected}.",
    },
    "assets.row_too_long": {
        "fr": "{field} compte {length} caractères : 200 au plus.",
        "en": "{field} has {length} characters: 200 at most.",
    },
    "assets.undo_touched": {
        "fr": "{number} a été modifié depuis l'import (révision {revision}) : il reste tel quel.",
        "en": "{number} was changed since the import (revision {revision}): it stays as it is.",
    },
    "assets.undo_feeds": {
        "fr": "{number} alimente des équipements qui restent : il reste aussi.",
        "en": "{number} feeds assets that stay: it stays too.",
    },
    "assets.undo_place": {
        "fr": "L'élément {key} du fond de plan a changé depuis l'import : il reste tel quel.",
        "en": "The base map element {key} changed since the import: it stays as it is.",
    },
    "assets.upload_needed": {
        "fr": "Déposez au moins un fichier.",
        "en": "Upload at least one file.",
    },
    "assets.file_twice": {
        "fr": "Deux fichiers portent le nom {file}.",
        "en": "Two files are named {file}.",
    },
}

"""Catalogue of the command line: French first, English beside it."""

TEXTS: dict[str, dict[str, str]] = {
    "help.beffroi": {
        "fr": "Beffroi, l'hyperviseur urbain libre : le poste de commandement d'une métropole.\n\n"
        "Pour voir une ville vivre : `beffroi demo`. Pour votre ville : `beffroi up`, puis `beffroi import`.\n\n"
        "Chaque commande a son --help, avec un exemple. Statuts : 0 fait, 1 refusé ou échoué (le motif est écrit), "
        "2 mal compris, 3 pas prêt (`status`), 4 preuve rompue (`journal verify`), "
        "78 à corriger à la main (réglage, extension).",
        "en": "Beffroi, the open-source urban hypervisor: the command post of a metropole.\n\n"
        "To see a city live: `beffroi demo`. For your own: `beffroi up`, then `beffroi import`.\n\n"
        "Each command has its --help, with an example. Statuses: 0 done, 1 refused or failed (the reason is written), "
        "2 misunderstood, 3 not ready (`status`), 4 proof broken (`journal verify`), "
        "78 to be corrected by hand (setting, plugin).",
    },
    "help.data": {
        "fr": "Dossier des données (défaut : ./data, ou BEFFROI_DATA).",
        "en": "Data folder (default: ./data, or BEFFROI_DATA).",
    },
    "help.lang": {
        "fr": "Langue des messages (défaut : fr).",
        "en": "Language of messages (default: fr).",
    },
    "help.version": {"fr": "Dit la version.", "en": "Tells the version."},
    "help.up": {
        "fr": "Lance Beffroi dans ce terminal : base, courtier, cœur, réception. Ctrl-C arrête tout.\n\n"
        "Exemple : `beffroi --data /srv/beffroi up`",
        "en": "Runs Beffroi in this terminal: database, broker, core, intake. Ctrl-C stops everything.\n\n"
        "Example: `beffroi --data /srv/beffroi up`",
    },
    "help.demo": {
        "fr": "Lance Beffroi avec sa ville de répétition : 34 000 lampes simulées, comptes de démonstration.\n\n"
        "Exemple : `beffroi demo --rate 60` (une heure de ville par minute)",
        "en": "Runs Beffroi with its rehearsal city: 34,000 simulated lights, demonstration accounts.\n\n"
        "Example: `beffroi demo --rate 60` (one hour of the city a minute)",
    },
    "help.rate": {
        "fr": "Vitesse du temps de la ville simulée.",
        "en": "Speed of time in the simulated city.",
    },
    "help.without": {
        "fr": "Démarrer sans ce dossier de plugins/ (répétable ; ou plugins_off dans beffroi.toml).",
        "en": "Start without this folder of plugins/ (repeatable; or plugins_off in beffroi.toml).",
    },
    "up.without": {"fr": "Extensions laissées de côté : {names}", "en": "Plugins left out: {names}"},
    "up.bad_plugin": {
        "fr": "L'extension « {name} » ne peut pas servir ; rien n'a démarré.\n  {file}\n  {rule}\n"
        "Corrigez-la, ou démarrez sans elle : beffroi up --without {name}",
        "en": "The plugin “{name}” cannot be used; nothing was started.\n  {file}\n  {rule}\n"
        "Correct it, or start without it: beffroi up --without {name}",
    },
    "equipment.unreadable": {"fr": "Python ne peut la lire : {detail}", "en": "Python cannot read it: {detail}"},
    "equipment.no_kind": {
        "fr": "KIND manque ou n'est pas un EquipmentKind.",
        "en": "KIND is missing or is no EquipmentKind.",
    },
    "equipment.same_name_twice": {
        "fr": "Le type « {detail} » existe déjà : donnez un autre nom à KIND.",
        "en": "The kind “{detail}” exists already: give KIND another name.",
    },
    "equipment.point_twice": {
        "fr": "Le type « {detail} » a deux points du même nom.",
        "en": "The kind “{detail}” has two points of the same name.",
    },
    "equipment.unknown_point": {
        "fr": "Une classe d'alarme nomme un point que le type n'a pas (classe : point) : {detail}",
        "en": "An alarm class names a point that the kind does not have (class: point): {detail}",
    },
    "equipment.alarm_without_action": {
        "fr": "La classe « {detail} » est une alarme sans « action » en français et en anglais : pas d'action, pas "
        'd\'alarme (ISA-18.2). Écrivez-la, ou choisissez outcome="work" ou "event".',
        "en": "The class “{detail}” is an alarm without an “action” in French and English: no action, no alarm "
        '(ISA-18.2). Write it, or choose outcome="work" or "event".',
    },
    "links.no_link": {"fr": "{detail}.", "en": "{detail}."},
    "links.same_name_twice": {
        "fr": "Un autre protocole s'appelle déjà « {detail} » : donnez un autre nom à LINK.",
        "en": "Another protocol is already called “{detail}”: give LINK another name.",
    },
    "help.status": {
        "fr": "Dit ce qui tourne, depuis quand, et à quelle adresse. Statut 0 si tout est prêt, 3 sinon.\n\n"
        "Exemple : `beffroi status --json`",
        "en": "Tells what runs, since when, and at which address. Status 0 when all is ready, 3 otherwise.\n\n"
        "Example: `beffroi status --json`",
    },
    "help.json": {"fr": "Réponse pour une machine.", "en": "Answer for a machine."},
    "help.doctor": {
        "fr": "Examine l'installation : réglages et leur origine, moteurs, ports, disque, schéma, sauvegarde ; "
        "chaque problème avec ce qu'il faut faire.\n\nExemple : `beffroi doctor`",
        "en": "Examines the installation: settings and their origin, engines, ports, disk, schema, backup; "
        "each problem with what to do.\n\nExample: `beffroi doctor`",
    },
    "help.backup": {
        "fr": "Sauvegarde pendant la marche, puis vérifie : base, clés, réglages, extensions.\n\n"
        "Exemple : `beffroi backup /mnt/sauvegardes`",
        "en": "Backs up while running, then verifies: database, keys, settings, plugins.\n\n"
        "Example: `beffroi backup /mnt/backups`",
    },
    "help.backup_to": {
        "fr": "Dossier où écrire la sauvegarde (un sous-dossier daté).",
        "en": "Folder to write the backup into (a dated subfolder).",
    },
    "help.restore": {
        "fr": "Restaure une sauvegarde dans un dossier de données vide, relit tout et donne la durée.\n\n"
        "Exemple : `beffroi --data /srv/beffroi-neuf restore /mnt/sauvegardes/beffroi-20260101T030000Z`",
        "en": "Restores a backup into an empty data folder, reads everything back and gives the duration.\n\n"
        "Example: `beffroi --data /srv/beffroi-new restore /mnt/backups/beffroi-20260101T030000Z`",
    },
    "help.restore_from": {"fr": "Dossier de la sauvegarde.", "en": "Folder of the backup."},
    "child.postgres": {"fr": "base de données", "en": "database"},
    "child.nats": {"fr": "courtier MQTT", "en": "MQTT broker"},
    "child.core": {"fr": "cœur", "en": "core"},
    "child.intake": {"fr": "réception des mesures", "en": "intake"},
    "child.rehearsal": {"fr": "ville de répétition", "en": "rehearsal city"},
    "up.folder": {"fr": "Données : {path}", "en": "Data: {path}"},
    "up.starting": {"fr": "  … {name}", "en": "  … {name}"},
    "up.ready": {"fr": "  ✔ {name} ({seconds} s)", "en": "  ✔ {name} ({seconds} s)"},
    "up.all_ready": {
        "fr": "Beffroi est prêt en {elapsed} s : {url}\nCtrl-C pour arrêter.",
        "en": "Beffroi is ready in {elapsed} s: {url}\nCtrl-C to stop.",
    },
    "up.first_password": {
        "fr": "\nPremier administrateur, mot de passe à usage unique : identifiant {login}, mot de passe {password}\n"
        "Il est à changer à la première connexion ; ensuite {path} disparaît.\n",
        "en": "\nFirst administrator, one-time password: login {login}, password {password}\n"
        "It must be changed at the first sign-in; then {path} goes away.\n",
    },
    "up.died": {
        "fr": "  ✗ {name} s'est arrêté (statut {status}), relance : {detail}",
        "en": "  ✗ {name} ended (status {status}), starting again: {detail}",
    },
    "up.restarted": {"fr": "  ↻ {name} relancé ({restarts})", "en": "  ↻ {name} started again ({restarts})"},
    "up.stopping": {"fr": "  ■ arrêt : {name}", "en": "  ■ stopping: {name}"},
    "up.killing": {"fr": "  ! {name} ne s'arrête pas : tué", "en": "  ! {name} does not stop: killed"},
    "up.stopped": {"fr": "Arrêté.", "en": "Stopped."},
    "up.start_failed": {
        "fr": "{name} ne démarre pas. Fin de son journal ({log}) :\n{tail}",
        "en": "{name} does not start. End of its log ({log}):\n{tail}",
    },
    "up.already_running": {
        "fr": "Un Beffroi tourne déjà sur {path}. Voir : beffroi --data {path} status",
        "en": "A Beffroi already runs on {path}. See: beffroi --data {path} status",
    },
    "up.port_taken": {
        "fr": "Le port {port} ({name}) de {host} est pris par un autre programme : {detail}. "
        "Choisissez-en un autre dans beffroi.toml ({name} = …) ou libérez-le (ss -ltnp | grep {port}).",
        "en": "Port {port} ({name}) of {host} is taken by another program: {detail}. "
        "Choose another in beffroi.toml ({name} = …) or free it (ss -ltnp | grep {port}).",
    },
    "settings.file_unreadable": {
        "fr": "Réglages illisibles dans {path} : {detail}",
        "en": "Unreadable settings in {path}: {detail}",
    },
    "settings.unknown": {
        "fr": "Réglage inconnu « {name} » dans {path}. La liste : beffroi doctor",
        "en": 'Unknown setting "{name}" in {path}. The list: beffroi doctor',
    },
    "settings.bad_value": {
        "fr": "Réglage {name} = « {value} » inutilisable : {detail}",
        "en": 'Setting {name} = "{value}" cannot be used: {detail}',
    },
    "settings.bad_port": {
        "fr": "Réglage {name} = {value} : un port va de 0 à 65535 (0 : choisi au démarrage).",
        "en": "Setting {name} = {value}: a port is within 0 and 65535 (0: chosen at start).",
    },
    "settings.bad_proxy": {
        "fr": "http_proxies : « {value} » n'est ni une adresse ni un réseau. Exemple : 10.0.0.5,10.1.0.0/16",
        "en": "http_proxies: '{value}' is neither an address nor a network. Example: 10.0.0.5,10.1.0.0/16",
    },
    "settings.bad_zone": {
        "fr": "Fuseau horaire inconnu : {value} (exemple : Europe/Paris).",
        "en": "Unknown time zone: {value} (example: Europe/Paris).",
    },
    "settings.half_certificate": {
        "fr": "Donnez tls_cert et tls_key ensemble, ou aucun des deux.",
        "en": "Give tls_cert and tls_key together, or neither.",
    },
    "settings.half_broker": {
        "fr": "Donnez BEFFROI_NATS et BEFFROI_MQTT ensemble, ou aucun des deux.",
        "en": "Give BEFFROI_NATS and BEFFROI_MQTT together, or neither.",
    },
    "engine.no_user": {
        "fr": "PostgreSQL refuse de tourner en root et aucun de ces utilisateurs n'existe : {names}. "
        "Créez-en un : useradd --system --no-create-home beffroi",
        "en": "PostgreSQL refuses to run as root and none of these users exists: {names}. "
        "Make one: useradd --system --no-create-home beffroi",
    },
    "engine.home_lost": {
        "fr": "{path} mène à {target}, qui n'existe plus : restaurez une sauvegarde dans un dossier vide.",
        "en": "{path} leads to {target}, which is gone: restore a backup into an empty folder.",
    },
    "engine.folder_not_ours": {
        "fr": "Le dossier {path} appartient à quelqu'un d'autre : supprimez-le ou changez de dossier de données.",
        "en": "Folder {path} belongs to somebody else: remove it or change the data folder.",
    },
    "engine.command_failed": {"fr": "{command} a échoué : {detail}", "en": "{command} failed: {detail}"},
    "postgres.not_found": {
        "fr": "Aucun PostgreSQL trouvé. Relancez l'installation (uv pip sync requirements.lock), "
        "ou : apt-get install postgresql, ou donnez BEFFROI_DATABASE.",
        "en": "No PostgreSQL found. Run the set-up again (uv pip sync requirements.lock), "
        "or: apt-get install postgresql, or give BEFFROI_DATABASE.",
    },
    "postgres.too_old": {
        "fr": "PostgreSQL {have} est trop ancien : il faut la version {oldest} ou plus.",
        "en": "PostgreSQL {have} is too old: version {oldest} or later is needed.",
    },
    "postgres.major_mismatch": {
        "fr": "Les données de {path} ont été créées par PostgreSQL {needed}, et cette machine n'a que : {have}. "
        "Installez-le : apt-get install postgresql-{needed} ; "
        "ou changez de version : beffroi backup avec l'ancienne, puis beffroi restore dans un dossier neuf.",
        "en": "The data in {path} was made by PostgreSQL {needed}, and this machine only has: {have}. "
        "Install it: apt-get install postgresql-{needed}; "
        "or change version: beffroi backup with the old one, then beffroi restore into a new folder.",
    },
    "nats.not_found": {
        "fr": "nats-server introuvable. Relancez l'installation, ou donnez BEFFROI_NATS et BEFFROI_MQTT.",
        "en": "nats-server not found. Run the set-up again, or give BEFFROI_NATS and BEFFROI_MQTT.",
    },
    "migration.bad_name": {
        "fr": "Fichier de migration mal nommé ou numéro en double : {path} (attendu : NNNN_nom.sql).",
        "en": "Badly named migration file, or number used twice: {path} (expected: NNNN_name.sql).",
    },
    "migration.newer_database": {
        "fr": "La base est plus récente que ce programme ({version}) : elle connaît {room}/{number}. "
        "Installez la version qui l'a créée, ou restaurez une sauvegarde.",
        "en": "The database is newer than this program ({version}): it knows {room}/{number}. "
        "Install the version that made it, or restore a backup.",
    },
    "migration.changed_file": {
        "fr": "La migration {room}/{number} ({name}) a été modifiée après avoir été appliquée : rétablissez le fichier "
        "d'origine et écrivez une nouvelle migration.",
        "en": "Migration {room}/{number} ({name}) was changed after it was applied: put the original file back and "
        "write a new migration.",
    },
    "migration.failed": {
        "fr": "La migration {room}/{number} ({name}) a échoué et n'a rien laissé : {detail}",
        "en": "Migration {room}/{number} ({name}) failed and left nothing behind: {detail}",
    },
    "status.nothing": {"fr": "Rien ne tourne sur {path}.", "en": "Nothing runs on {path}."},
    "status.ready": {"fr": "Prêt : {url}", "en": "Ready: {url}"},
    "status.starting": {"fr": "En cours de démarrage ({url})", "en": "Starting ({url})"},
    "status.stopping": {"fr": "En cours d'arrêt", "en": "Stopping"},
    "status.process": {"fr": "Processus", "en": "Process"},
    "status.pid": {"fr": "Numéro", "en": "Number"},
    "status.since": {"fr": "Depuis (UTC)", "en": "Since (UTC)"},
    "status.restarts": {"fr": "Relances", "en": "Restarts"},
    "status.down": {"fr": "arrêté", "en": "down"},
    "backup.dumping": {"fr": "Extraction de la base", "en": "Dumping the database"},
    "backup.counting": {"fr": "Comptage des lignes", "en": "Counting rows"},
    "backup.reading": {"fr": "Relecture de la sauvegarde", "en": "Reading the backup back"},
    "backup.hashing": {"fr": "Empreintes des fichiers", "en": "Hashing files"},
    "backup.done": {
        "fr": "Sauvegarde vérifiée en {seconds} s : {folder}\n"
        "{rows} lignes, {tables} tables, {megabytes} Mo, journal jusqu'à la ligne {journal_position}. "
        "Elle contient les clés de la ville : rangez-la comme elles.",
        "en": "Backup verified in {seconds} s: {folder}\n"
        "{rows} rows, {tables} tables, {megabytes} MB, journal up to line {journal_position}. "
        "It holds the city's keys: keep it as you keep them.",
    },
    "backup.exists": {"fr": "{path} existe déjà.", "en": "{path} already exists."},
    "backup.tool_failed": {"fr": "{tool} a échoué : {detail}", "en": "{tool} failed: {detail}"},
    "backup.no_tool": {
        "fr": "{tool} introuvable : apt-get install postgresql-client",
        "en": "{tool} not found: apt-get install postgresql-client",
    },
    "restore.checking": {"fr": "Contrôle des fichiers", "en": "Checking files"},
    "restore.loading": {"fr": "Chargement de la base", "en": "Loading the database"},
    "restore.reading": {"fr": "Relecture de la base", "en": "Reading the database back"},
    "restore.done": {
        "fr": "Restauré et relu en {seconds} s depuis {folder}\n"
        "{rows} lignes, {tables} tables, journal jusqu'à la ligne {journal_position}. "
        "Lancez : beffroi up, puis beffroi journal verify.",
        "en": "Restored and read back in {seconds} s from {folder}\n"
        "{rows} rows, {tables} tables, journal up to line {journal_position}. "
        "Run: beffroi up, then beffroi journal verify.",
    },
    "restore.heads_aside": {
        "fr": "Le journal allait plus loin : il a été signé jusqu'à la ligne {lost_until}, après la sauvegarde. "
        "Les lignes suivant {journal_position} sont perdues ; {heads_aside} têtes signées sont mises de côté dans "
        "heads/ahead-of-restore, à garder comme preuve.",
        "en": "The journal went further: it was signed up to line {lost_until}, after the backup. "
        "Lines after {journal_position} are lost; {heads_aside} signed heads are set aside in "
        "heads/ahead-of-restore, to be kept as evidence.",
    },
    "restore.not_a_backup": {
        "fr": "{path} n'est pas une sauvegarde complète (manifest.json absent ou illisible).",
        "en": "{path} is not a complete backup (manifest.json missing or unreadable).",
    },
    "restore.not_empty": {
        "fr": "Le dossier {path} n'est pas vide : une restauration n'écrase jamais. "
        "Donnez un dossier neuf : beffroi --data DOSSIER restore …",
        "en": "Folder {path} is not empty: a restore never overwrites. Give a new one: beffroi --data FOLDER restore …",
    },
    "restore.database_not_empty": {
        "fr": "La base de destination contient déjà des tables : donnez une base vide.",
        "en": "The target database already has tables: give an empty one.",
    },
    "restore.altered_file": {
        "fr": "{path} manque ou a changé depuis la sauvegarde : prenez une autre copie.",
        "en": "{path} is missing or changed since the backup: take another copy.",
    },
    "restore.rows_differ": {
        "fr": "Table {table} : {expected} lignes attendues, {found} relues. Ne vous fiez pas à cette copie.",
        "en": "Table {table}: {expected} rows expected, {found} read back. Do not trust this copy.",
    },
    "restore.head_differs": {
        "fr": "La tête du journal diffère : attendue {expected}, relue {found}.",
        "en": "The head of the journal differs: expected {expected}, read {found}.",
    },
    "up.demo_refused": {"fr": "{detail}", "en": "{detail}"},
    "demo.real_city": {
        "fr": "{path} contient une vraie ville : une démonstration n'y entre jamais. "
        "Donnez-lui un dossier à elle : beffroi --data demo demo",
        "en": "{path} holds a real city: a demonstration never enters it. "
        "Give it a folder of its own: beffroi --data demo demo",
    },
}

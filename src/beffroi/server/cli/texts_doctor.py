"""Catalogue of `beffroi doctor`: each problem says what to do."""

TEXTS: dict[str, dict[str, str]] = {
    "doctor.setting": {"fr": "Réglage", "en": "Setting"},
    "doctor.value": {"fr": "Valeur", "en": "Value"},
    "doctor.origin": {"fr": "Origine", "en": "Origin"},
    "origin.default": {"fr": "défaut", "en": "default"},
    "origin.file": {"fr": "beffroi.toml", "en": "beffroi.toml"},
    "origin.environment": {"fr": "environnement", "en": "environment"},
    "origin.running": {"fr": "choisi au démarrage", "en": "chosen at start"},
    "doctor.check_failed": {"fr": "Examen impossible : {detail}", "en": "Could not examine: {detail}"},
    "doctor.python": {"fr": "Python {version} sur {system}", "en": "Python {version} on {system}"},
    "doctor.postgres": {
        "fr": "PostgreSQL {version} ({origin} : {path})",
        "en": "PostgreSQL {version} ({origin}: {path})",
    },
    "doctor.nats": {"fr": "NATS {version} ({path})", "en": "NATS {version} ({path})"},
    "doctor.outside": {"fr": "{name} : service extérieur, par adresse", "en": "{name}: outside service, by address"},
    "doctor.up": {"fr": "Tout tourne", "en": "Everything runs"},
    "doctor.down": {
        "fr": "Arrêté en ce moment : {names}. Lisez son journal dans le dossier logs.",
        "en": "Down at the moment: {names}. Read its log in the logs folder.",
    },
    "doctor.restarts": {
        "fr": "{name} a été relancé {count} fois depuis le démarrage : lisez {log}",
        "en": "{name} was started again {count} times since the start: read {log}",
    },
    "doctor.stopped": {"fr": "Rien ne tourne : beffroi up", "en": "Nothing runs: beffroi up"},
    "doctor.port_taken": {
        "fr": "Port {port} ({name}) déjà pris : changez-le dans beffroi.toml, ou libérez-le (ss -ltnp | grep {port})",
        "en": "Port {port} ({name}) is taken: change it in beffroi.toml, or free it (ss -ltnp | grep {port})",
    },
    "doctor.disk": {
        "fr": "Disque : {free} Go libres sur {total} ({path})",
        "en": "Disk: {free} GB free of {total} ({path})",
    },
    "doctor.disk_low": {
        "fr": "Disque presque plein : {free} Go libres sur {total} ({path}). Agrandissez-le, ou réduisez les durées de "
        "conservation de l'historique.",
        "en": "Disk nearly full: {free} GB free of {total} ({path}). Enlarge it, or shorten the retention of history.",
    },
    "doctor.open_key": {
        "fr": "Le secret {path} est lisible par d'autres : chmod -R go-rwx {path}",
        "en": "Secret {path} can be read by others: chmod -R go-rwx {path}",
    },
    "doctor.no_database": {
        "fr": "Pas encore de base : beffroi up la crée",
        "en": "No database yet: beffroi up makes it",
    },
    "doctor.database_stopped": {
        "fr": "Base arrêtée : lancez beffroi up pour examiner schéma et droits",
        "en": "Database stopped: run beffroi up to examine schema and rights",
    },
    "doctor.not_durable": {
        "fr": "PostgreSQL : {name} = off, une coupure de courant perdrait des écritures. Remettez on.",
        "en": "PostgreSQL: {name} = off, a power cut would lose writes. Set it on.",
    },
    "doctor.migrations": {"fr": "Schéma à jour", "en": "Schema up to date"},
    "doctor.migrations_missing": {
        "fr": "{count} migration(s) à appliquer : sauvegardez (beffroi backup), puis relancez beffroi up",
        "en": "{count} migration(s) to apply: back up (beffroi backup), then restart beffroi up",
    },
    "doctor.one_role": {
        "fr": "L'application et les migrations utilisent le même compte de la base : le journal n'est protégé que par "
        "sa chaîne. Donnez BEFFROI_DATABASE_OWNER.",
        "en": "The application and the migrations use one database role: the journal is protected by its chain alone. "
        "Give BEFFROI_DATABASE_OWNER.",
    },
    "doctor.journal_writable": {
        "fr": "Le compte {role} peut modifier le journal : REVOKE UPDATE, DELETE, TRUNCATE ON journal_line FROM {role}",
        "en": "Role {role} may change the journal: REVOKE UPDATE, DELETE, TRUNCATE ON journal_line FROM {role}",
    },
    "doctor.journal_protected": {
        "fr": "Journal : le compte {role} ne peut qu'ajouter et lire",
        "en": "Journal: role {role} may only add and read",
    },
    "doctor.sync_interval": {
        "fr": "Courtier : écrit sur disque toutes les {interval} ; une coupure de courant peut perdre ce délai de "
        'messages non encore reçus (nats_sync_interval = "always" : aucun, mais environ 2 800 messages/s)',
        "en": "Broker: synced to disk every {interval}; a power cut may lose that much of what was not yet taken in "
        '(nats_sync_interval = "always": none, at about 2,800 messages/s)',
    },
    "doctor.https": {
        "fr": "HTTPS sur {host} ; autorité à installer sur les postes : {path}",
        "en": "HTTPS on {host}; authority to install on the seats: {path}",
    },
    "doctor.no_https": {
        "fr": '{host} est servi sans HTTPS : mots de passe lisibles sur le réseau. Remettez tls = "auto".',
        "en": '{host} is served without HTTPS: passwords can be read on the network. Set tls = "auto".',
    },
    "doctor.mqtt_clear": {
        "fr": 'MQTT ouvert sur {host} sans TLS : jetons lisibles sur le réseau. Remettez tls = "auto" ou mqtt_host = '
        '"127.0.0.1".',
        "en": 'MQTT open on {host} without TLS: tokens can be read on the network. Set tls = "auto" or mqtt_host = '
        '"127.0.0.1".',
    },
    "doctor.no_backup": {
        "fr": "Aucune sauvegarde depuis ce dossier : beffroi backup DOSSIER (sur un autre disque), chaque nuit",
        "en": "No backup from this folder: beffroi backup FOLDER (on another disk), every night",
    },
    "doctor.backup": {
        "fr": "Dernière sauvegarde vérifiée : {at}, {seconds} s ({path})",
        "en": "Last verified backup: {at}, {seconds} s ({path})",
    },
    "doctor.backup_old": {
        "fr": "Dernière sauvegarde le {at} : plus d'un jour. beffroi backup DOSSIER",
        "en": "Last backup on {at}: more than a day. beffroi backup FOLDER",
    },
    "doctor.backup_gone": {
        "fr": "La dernière sauvegarde ({at}) n'est plus en {path}. Sinon rangée ailleurs : beffroi backup",
        "en": "The last backup ({at}) is no longer in {path}. Unless stored elsewhere: beffroi backup",
    },
    "doctor.clock": {"fr": "Horloge réglée par un serveur de temps", "en": "Clock kept by a time server"},
    "doctor.clock_free": {
        "fr": "Aucun serveur de temps ne règle l'horloge : les heures des faits en dépendent. "
        "apt-get install systemd-timesyncd (ou chrony)",
        "en": "No time server keeps the clock: the times of facts depend on it. "
        "apt-get install systemd-timesyncd (or chrony)",
    },
    "doctor.orphan": {
        "fr": "{path} contient les données de moteurs de {owner}, qui n'y mène plus. Si cette ville est abandonnée : "
        "rm -r {path}",
        "en": "{path} holds engine data of {owner}, which no longer leads there. If abandoned: rm -r {path}",
    },
}

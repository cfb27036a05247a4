"""Sentences of sources and readings."""


def _both(fr: str, en: str) -> dict[str, str]:
    return {"fr": fr, "en": en}


TEXTS: dict[str, dict[str, str]] = {
    "telemetry.not_found": _both(
        "{asset} n'a pas de point « {point} » : la liste est à /api/telemetry/{asset}/latest.",
        "{asset} has no point “{point}”: the list is at /api/telemetry/{asset}/latest.",
    ),
    "telemetry.asset.not_found": _both(
        "« {asset} » n'est ni le numéro peint ni l'identifiant d'un équipement que vous voyez. "
        "Un numéro avec une barre s'écrit /api/telemetry/latest?asset=A060/D1.",
        "“{asset}” is neither the painted number nor the identifier of an asset that you see. "
        "A number with a slash is written /api/telemetry/latest?asset=A060/D1.",
    ),
    "telemetry.source.not_found": _both("La source {name} n'existe pas.", "The source {name} does not exist."),
    "telemetry.source_exists": _both(
        "Une source s'appelle déjà {name} : choisissez un autre nom.",
        "A source is already called {name}: choose another name.",
    ),
    "telemetry.reserved_name": _both(
        "Le nom {name} est réservé : choisissez un autre nom.", "The name {name} is reserved: choose another one."
    ),
    "telemetry.secret_taken": _both(
        "Ce jeton sert déjà à une autre source : tirez-en un nouveau.",
        "This token already serves another source: draw a new one.",
    ),
    "telemetry.backwards": _both(
        "La fin de la période précède son début.", "The end of the period comes before its beginning."
    ),
    "telemetry.source_created": _both("Source {source} créée", "Source {source} created"),
    "telemetry.source_adopted": _both("Appareil {client} adopté comme source", "Device {client} adopted as a source"),
    "telemetry.assets_set": _both("Équipements de la source {name} modifiés", "Assets of the source {name} changed"),
    "telemetry.quota_set": _both("Quota de la source {name} modifié", "Quota of the source {name} changed"),
    "telemetry.source_secret_renewed": _both(
        "Jeton de la source {name} renouvelé", "Token of the source {name} renewed"
    ),
    "telemetry.source_disabled": _both("Source {name} désactivée", "Source {name} disabled"),
    "telemetry.source_enabled": _both("Source {name} réactivée", "Source {name} enabled again"),
    "telemetry.quota_episode": _both(
        "La source {name} dépasse son quota : le surplus est acquitté, compté et non conservé",
        "The source {name} is over its quota: the excess is acknowledged, counted and not stored",
    ),
    "telemetry.reason.received": _both("Valeurs reçues", "Values received"),
    "telemetry.reason.undated": _both(
        "Valeurs sans heure : un doublon ne peut être reconnu", "Values without a time: a repeat cannot be recognised"
    ),
    "telemetry.reason.malformed": _both("Message illisible", "Unreadable message"),
    "telemetry.reason.bad_topic": _both("Sujet MQTT hors convention", "MQTT topic outside the convention"),
    "telemetry.reason.unknown_source": _both("Source inconnue ou désactivée", "Unknown or disabled source"),
    "telemetry.reason.unknown_asset": _both("Équipement absent du référentiel", "Asset not in the register"),
    "telemetry.reason.unknown_point": _both("Point inconnu de cet équipement", "Point unknown to this asset"),
    "telemetry.reason.not_its_asset": _both("Équipement d'une autre source", "Asset that another source speaks for"),
    "telemetry.reason.future": _both(
        "Heure en avance de plus de 2 minutes : horloge de l'appareil à régler",
        "Time more than 2 minutes ahead: the device's clock must be set",
    ),
    "telemetry.reason.too_old": _both(
        "Mesure plus ancienne que la durée de conservation", "Reading older than what is kept"
    ),
    "telemetry.reason.absurd": _both(
        "Valeur qu'aucun instrument ne mesure (au-delà de 10^30)", "Value that no instrument measures (beyond 10^30)"
    ),
    "telemetry.reason.retained": _both(
        "Message retenu par le courtier et rejoué : ce n'est pas une mesure nouvelle",
        "Message retained by the broker and replayed: no new reading",
    ),
    "telemetry.reason.onboarding_full": _both(
        "Trop d'appareils attendent leur adoption : les nouveaux ne sont plus notés",
        "Too many devices wait to be adopted: newcomers are no longer noted",
    ),
    "telemetry.reason.over_quota": _both("Au-delà du quota : non gardé", "Over quota: not kept"),
    "telemetry.reason.too_large": _both(
        "Message de plus de 256 ko : à découper en plusieurs", "Message of more than 256 kB: to be cut into several"
    ),
    "telemetry.reason.bad_credentials": _both("Identifiant ou jeton refusé", "User or token refused"),
    "telemetry.reason.client_id_differs": _both(
        "Identifiant MQTT différent du nom de la source", "MQTT client id differs from the source's name"
    ),
    "telemetry.reason.client_id_taken": _both(
        "Identifiant MQTT d'une source existante", "MQTT client id of an existing source"
    ),
    "telemetry.reason.not_mqtt": _both("Connexion hors MQTT refusée", "Connection other than MQTT refused"),
    "telemetry.reason.forbidden_topic": _both(
        "Publication interdite : sujet d'une autre source", "Forbidden publish: another source's topic"
    ),
    "links.failed": _both("Liaison en panne, relancée", "Link failed, run again"),
    "links.ended": _both("Liaison arrêtée d'elle-même, relancée", "Link ended by itself, run again"),
    "mqtt.connection_lost": _both("Courtier MQTT injoignable", "MQTT broker out of reach"),
    "mqtt.not_mqtt": _both("Le courtier ne parle pas MQTT 3.1.1", "The broker does not speak MQTT 3.1.1"),
    "mqtt.protocol_refused": _both("Le courtier refuse MQTT 3.1.1", "The broker refuses MQTT 3.1.1"),
    "mqtt.client_id_refused": _both("Le courtier refuse notre identifiant", "The broker refuses our client id"),
    "mqtt.broker_unavailable": _both("Le courtier se dit indisponible", "The broker says it is unavailable"),
    "mqtt.bad_credentials": _both("Le courtier refuse notre mot de passe", "The broker refuses our password"),
    "mqtt.not_authorised": _both("Le courtier ne nous autorise pas", "The broker does not authorise us"),
    "mqtt.refused": _both("Le courtier refuse la connexion", "The broker refuses the connection"),
    "mqtt.unexpected_packet": _both(
        "Le courtier a envoyé un paquet inattendu ({packet})", "The broker sent an unexpected packet ({packet})"
    ),
    "mqtt.subscription_refused": _both(
        "Le courtier refuse l'abonnement à {filters} : donnez ce droit à notre compte",
        "The broker refuses the subscription to {filters}: grant it to our account",
    ),
    "mqtt.qos_lowered": _both(
        "Le courtier n'accorde pas la qualité de service 1 : des mesures pourraient se perdre",
        "The broker does not grant quality of service 1: readings could be lost",
    ),
    "http.bad_credentials": _both("Jeton refusé", "Token refused"),
    "http.no_such_path": _both("Adresse inconnue : envoyez à {path}", "Unknown path: post to {path}"),
    "http.malformed": _both("Corps illisible : {detail}", "Unreadable body: {detail}"),
    "http.over_quota": _both("Quota dépassé : réessayez dans {wait_s} s", "Over quota: try again in {wait_s} s"),
    "http.busy": _both("Trop d'envois en attente : réessayez", "Too many posts waiting: try again"),
    "osmand.malformed": _both("Requête illisible : {detail}", "Unreadable request: {detail}"),
    "osmand.no_device": _both("Identifiant de l'appareil absent (id)", "Device identifier missing (id)"),
    "osmand.missing": _both("Champ {field} absent", "Field {field} missing"),
    "osmand.not_a_number": _both("Le champ {field} n'est pas un nombre", "The field {field} is not a number"),
    "osmand.bad_time": _both("Heure illisible : {value}", "Unreadable time: {value}"),
    "osmand.no_fix": _both("Position impossible : {lon}, {lat}", "Impossible position: {lon}, {lat}"),
    "osmand.refused": _both("Position refusée : {reason}", "Position refused: {reason}"),
}

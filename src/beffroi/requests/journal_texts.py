"""How the journal says what happened to calls and requests: never a caller's words nor contact."""

JOURNAL_TEXTS: dict[str, dict[str, str]] = {
    code: {"fr": fr, "en": en}
    for code, fr, en in (
        ("requests.recorded", "Demande {code} enregistrée", "Request {code} recorded"),
        ("requests.attached", "Demande rattachée à un événement, ou détachée",
         "Request attached to an event, or detached"),
        ("requests.moved", "Demandes suivies d'un événement à l'autre", "Requests moved from one event to another"),
        ("requests.rescoped", "Demandes portées dans une autre commune", "Requests carried into another commune"),
        ("requests.followed_event", "Demandes qui suivent leur événement", "Requests that follow their event"),
        ("requests.followed", "Suivi d'une demande déjà enregistrée", "Follow-up of a request already recorded"),
        ("requests.answered", "Demande traitée à l'appel", "Request dealt with during the call"),
        ("requests.called_back", "Appelant rappelé", "Caller called back"),
        ("requests.corrected", "Demande corrigée", "Request corrected"),
        ("requests.contact_set", "Contact de l'appelant enregistré", "Caller's contact recorded"),
        ("requests.contact_read", "Contact d'un appelant consulté", "A caller's contact read"),
        ("requests.forgotten", "Contacts d'appelants effacés", "Callers' contacts erased"),
        ("requests.texts_forgotten", "Textes de demandes effacés", "Texts of requests erased"),
        ("requests.progressed", "Avancement de demandes", "Progress of requests"),
        ("requests.told", "Appelant prévenu, ou essai sans succès", "Caller told, or an attempt that failed"),
        ("requests.rang", "Un appel sonne ({queue})", "A call rings ({queue})"),
        ("requests.pick_up_asked", "Appel demandé au poste téléphonique {extension}",
         "Call asked for on extension {extension}"),
        ("requests.pick_up_failed", "Appel non amené au poste demandé : il attend de nouveau",
         "Call not brought to the extension asked for: it waits again"),
        ("requests.call_answered", "Appel décroché au poste téléphonique {extension}",
         "Call answered on extension {extension}"),
        ("requests.hung_up", "Fin d'un appel", "A call ended"),
        ("requests.recalled", "Appel abandonné, rappelé", "Abandoned call, called back"),
    )
}  # fmt: skip

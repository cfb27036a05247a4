"""Sentences of desks and seats."""

_REFUSALS: dict[str, dict[str, str]] = {
    "seats.not_found": {
        "fr": "Ce poste de travail n'est plus de la salle : enregistrez-le de nouveau.",
        "en": "This seat is no longer one of the room: enrol it again.",
    },
    "seats.not_enrolled": {
        "fr": "Ce navigateur n'est pas un poste de la salle : enregistrez-le d'abord sous un nom.",
        "en": "This browser is not a seat of the room: enrol it first under a name.",
    },
    "seats.same_name": {
        "fr": "« {name} » est déjà le nom d'un poste : choisissez-en un autre.",
        "en": "“{name}” is already the name of a seat: choose another one.",
    },
    "seats.same_desk": {"fr": "Deux postes portent le même nom.", "en": "Two desks bear the same name."},
    "seats.no_label": {
        "fr": "Le poste « {desk} » doit avoir un nom en français et en anglais.",
        "en": "The desk “{desk}” must have a name in French and in English.",
    },
    "seats.unknown_desk": {"fr": "Le poste « {desk} » n'existe pas.", "en": "The desk “{desk}” does not exist."},
    "seats.desk_held": {
        "fr": "Le poste « {desk} » est armé : transmettez-le ou fermez-le avant de le retirer.",
        "en": "The desk “{desk}” is held: hand it over or close it before removing it.",
    },
    "seats.still_holds": {
        "fr": "« {seat} » tient encore un poste : transmettez-le d'abord.",
        "en": "“{seat}” still holds a desk: hand it over first.",
    },
    "seats.not_here": {
        "fr": "Vous n'êtes pas en place à « {seat} » : prenez-y d'abord votre poste.",
        "en": "You are not sitting at “{seat}”: sign in there first.",
    },
    "seats.held_by": {
        "fr": "Ce poste est tenu par « {seat} » : demandez-lui de le transmettre.",
        "en": "This desk is held by “{seat}”: ask them to hand it over.",
    },
    "seats.not_held": {
        "fr": "Le poste « {desk} » n'est pas armé : il n'y a rien à transmettre.",
        "en": "The desk “{desk}” is not held: there is nothing to hand over.",
    },
    "seats.not_yours": {
        "fr": "Ce poste est tenu par « {seat} » : lui ou le chef de salle le transmet.",
        "en": "This desk is held by “{seat}”: they or the shift supervisor hand it over.",
    },
    "seats.nobody_there": {
        "fr": "Personne n'est en place à « {seat} » : le poste resterait sans titulaire.",
        "en": "Nobody sits at “{seat}”: the desk would be left without holder.",
    },
    "seats.holds_nothing": {
        "fr": "« {seat} » ne tient aucun poste : il n'y a rien à relever.",
        "en": "“{seat}” holds no desk: there is nothing to hand over.",
    },
    "seats.same_person": {
        "fr": "La relève est signée par la personne qui prend le poste, pas par celle qui le quitte.",
        "en": "The handover is signed by the person who takes over, not by the one who leaves.",
    },
    "seats.unread": {
        "fr": "Consignes non lues ({n}) : {list}. Cochez-les, puis signez.",
        "en": "Instructions not read ({n}): {list}. Tick them, then sign.",
    },
    "seats.sound_untested": {
        "fr": "Essayez d'abord le son du poste, puis signez.",
        "en": "Test the sound of the seat first, then sign.",
    },
    "seats.relief_over": {
        "fr": "Cette relève est déjà signée ou abandonnée.",
        "en": "This handover is already signed or given up.",
    },
    "seats.persons_only": {
        "fr": "Réservé à une personne en place, pas à une clé de machine.",
        "en": "For a person at a seat, not for a machine's key.",
    },
    "seats.relief.not_found": {"fr": "Cette relève n'existe pas.", "en": "This handover does not exist."},
    "seats.page_gone": {
        "fr": "La page de cette relève a été effacée à son échéance ; le journal en garde l'empreinte.",
        "en": "The page of this handover was erased at its end date; the journal keeps its digest.",
    },
}

_EVENTS: dict[str, dict[str, str]] = {
    "seats.desks_set": {"fr": "Postes de la salle modifiés", "en": "Desks of the room changed"},
    "seats.enrolled": {"fr": "Poste de travail « {name} » enregistré", "en": "Seat “{name}” enrolled"},
    "seats.renamed": {"fr": "Poste de travail renommé « {name} »", "en": "Seat renamed “{name}”"},
    "seats.retired": {"fr": "Poste de travail retiré", "en": "Seat retired"},
    "seats.signed_in": {"fr": "Prise de poste du compte {account}", "en": "Account {account} sat down"},
    "seats.signed_out": {"fr": "Départ du compte {account}", "en": "Account {account} left"},
    "seats.held": {"fr": "Poste « {desk} » armé", "en": "Desk “{desk}” held"},
    "seats.handed_over": {"fr": "Poste « {desk} » transmis", "en": "Desk “{desk}” handed over"},
    "seats.disarmed": {"fr": "Poste « {desk} » fermé", "en": "Desk “{desk}” closed"},
    "seats.unheld": {"fr": "Poste « {desk} » non tenu", "en": "Desk “{desk}” unheld"},
    "seats.resumed": {"fr": "Poste « {desk} » de nouveau tenu", "en": "Desk “{desk}” held again"},
    "seats.relief_begun": {"fr": "Relève commencée", "en": "Handover begun"},
    "seats.ticked": {"fr": "Relève : {item} coché ({on})", "en": "Handover: {item} ticked ({on})"},
    "seats.relief_cancelled": {"fr": "Relève abandonnée", "en": "Handover given up"},
    "seats.relief_signed": {"fr": "Relève signée", "en": "Handover signed"},
}

_NOTES: dict[str, dict[str, str]] = {
    "seats.note.held": {"fr": "Prise de poste : {label_fr} ({seat})", "en": "Desk held: {label_en} ({seat})"},
    "seats.note.handed_over": {
        "fr": "{label_fr} transmis : {before} → {seat}",
        "en": "{label_en} handed over: {before} → {seat}",
    },
    "seats.note.disarmed": {"fr": "{label_fr} : poste fermé", "en": "{label_en}: desk closed"},
    "seats.note.unheld": {
        "fr": "POSTE NON TENU : {label_fr} (plus personne à {seat} depuis une minute)",
        "en": "DESK UNHELD: {label_en} (nobody at {seat} for a minute)",
    },
    "seats.note.resumed": {"fr": "{label_fr} de nouveau tenu ({seat})", "en": "{label_en} held again ({seat})"},
    "seats.note.relief_signed": {
        "fr": "Relève signée à {seat} : {label_fr}",
        "en": "Handover signed at {seat}: {label_en}",
    },
    "seats.note.slowed": {
        "fr": "{failures} échecs de connexion à la suite : le poste est ralenti, vérifiez qui est devant",
        "en": "{failures} failed sign-ins in a row: the seat is slowed, check who is there",
    },
}

TEXTS: dict[str, dict[str, str]] = {**_REFUSALS, **_EVENTS, **_NOTES}

"""Sentences of access: refusals, then events."""

_REFUSALS: dict[str, dict[str, str]] = {
    "access.sign_in": {"fr": "Connectez-vous.", "en": "Sign in."},
    "access.session_over": {"fr": "Session terminée : reconnectez-vous.", "en": "Session over: sign in again."},
    "access.unknown_key": {
        "fr": "Clé inconnue, expirée ou révoquée : demandez-en une à l'administrateur.",
        "en": "Unknown, expired or revoked key: ask the administrator for one.",
    },
    "access.csrf": {
        "fr": "Cette demande ne vient pas d'une page de Beffroi : rechargez la page.",
        "en": "This request does not come from a page of Beffroi: reload the page.",
    },
    "access.wrong_password": {
        "fr": "Le mot de passe actuel n'est pas celui-là.",
        "en": "This is not your present password.",
    },
    "access.bad_credentials": {
        "fr": "Identifiant, mot de passe ou code incorrect.",
        "en": "Wrong login, password or code.",
    },
    "access.code_needed": {
        "fr": "Entrez le code à 6 chiffres de votre téléphone.",
        "en": "Enter the 6-digit code of your telephone.",
    },
    "access.bad_code": {
        "fr": "Code incorrect : vérifiez l'heure du téléphone et réessayez.",
        "en": "Wrong code: check the time of the telephone and try again.",
    },
    "access.enrolment_over": {
        "fr": "Ce QR code n'est plus valable : recommencez par votre mot de passe.",
        "en": "This QR code is no longer valid: begin again with your password.",
    },
    "access.seal_broken": {
        "fr": "Le second facteur ne peut être vérifié : la clé « {file} » manque ou n'est plus la même."
        " Faites-la remettre, ou demandez à l'administrateur de retirer ce second facteur.",
        "en": "The second factor cannot be checked: the key “{file}” is missing or another one. Have it put back,"
        " or ask the administrator to remove this second factor.",
    },
    "access.slow_down": {
        "fr": "Trop d'essais depuis ce poste : réessayez dans {wait_s} s. Le compte n'est pas bloqué.",
        "en": "Too many tries from this seat: try again in {wait_s} s. The account is not locked.",
    },
    "access.busy": {
        "fr": "Trop de connexions à la fois : réessayez dans {wait_s} s.",
        "en": "Too many sign-ins at once: try again in {wait_s} s.",
    },
    "access.disabled": {"fr": "Ce compte est fermé.", "en": "This account is closed."},
    "access.persons_only": {
        "fr": "Réservé à une personne connectée, pas à une clé de machine.",
        "en": "For a person signed in, not for a machine's key.",
    },
    "access.not_found": {
        "fr": "Ce compte, cette session ou cette clé n'existe pas.",
        "en": "This account, session or key does not exist.",
    },
    "access.still_open": {
        "fr": "Le compte « {login} » est ouvert : fermez-le avant de l'oublier.",
        "en": "The account “{login}” is open: close it before forgetting it.",
    },
    "access.login_taken": {
        "fr": "L'identifiant « {login} » est déjà pris.",
        "en": "The login “{login}” is already taken.",
    },
    "access.unknown_role": {"fr": "Le rôle « {role} » n'existe pas.", "en": "The role “{role}” does not exist."},
    "access.unknown_right": {"fr": "Le droit « {right} » n'existe pas.", "en": "The right “{right}” does not exist."},
    "access.built_in_role": {
        "fr": "Le rôle « {role} » est fourni par Beffroi : créez-en un autre.",
        "en": "The role “{role}” comes with Beffroi: make another one.",
    },
    "access.role_in_use": {
        "fr": "Le rôle « {role} » est encore tenu par : {holders}.",
        "en": "The role “{role}” is still held by: {holders}.",
    },
    "access.empty_grant": {
        "fr": "Le rôle « {role} » est donné sur un périmètre vide : indiquez des valeurs ou « * ».",
        "en": "The role “{role}” is given over an empty perimeter: give values or “*”.",
    },
    "access.last_administrator": {
        "fr": "C'est le dernier administrateur : donnez d'abord ce rôle à quelqu'un d'autre.",
        "en": "This is the last administrator: first give that role to somebody else.",
    },
    "access.wider_than_yours": {
        "fr": "Cette clé aurait plus de droits que vous : réduisez son périmètre.",
        "en": "This key would have more rights than you: narrow it.",
    },
    "access.key_known": {
        "fr": "Cette clé de sécurité est déjà enregistrée.",
        "en": "This security key is already registered.",
    },
    "access.bad_key": {
        "fr": "Clé de sécurité non reconnue : réessayez, ou tapez le code.",
        "en": "Security key not recognised: try again, or type the code.",
    },
    "access.bad_seat_code": {
        "fr": "Identifiant ou code de prise de poste inconnu.",
        "en": "Unknown login or seat code.",
    },
    "access.code_shape": {
        "fr": "Le code de prise de poste a {shortest} à {longest} chiffres.",
        "en": "The seat code has {shortest} to {longest} digits.",
    },
    "access.code_plain": {
        "fr": "Ce code se devine : ni suite, ni chiffre répété, ni date.",
        "en": "This code is easily guessed: no series, no repeated digit, no date.",
    },
    "access.locked": {
        "fr": "Le poste est verrouillé : déverrouillez-le par votre code ou votre clé.",
        "en": "The seat is locked: unlock it by your code or your key.",
    },
    "access.password_short": {
        "fr": "Mot de passe trop court : {shortest} caractères au moins.",
        "en": "Password too short: at least {shortest} characters.",
    },
    "access.password_long": {
        "fr": "Mot de passe trop long : {longest} caractères au plus.",
        "en": "Password too long: at most {longest} characters.",
    },
    "access.password_says_login": {
        "fr": "Le mot de passe contient l'identifiant : choisissez-en un autre.",
        "en": "The password contains the login: choose another one.",
    },
    "access.password_repeats": {
        "fr": "Le mot de passe répète trop peu de caractères : choisissez-en un autre.",
        "en": "The password repeats too few characters: choose another one.",
    },
    "access.password_same": {
        "fr": "Le nouveau mot de passe est le même : choisissez-en un autre.",
        "en": "The new password is the same: choose another one.",
    },
}

_EVENTS: dict[str, dict[str, str]] = {
    "access.account_created": {"fr": "Compte « {login} » créé ({name})", "en": "Account “{login}” created ({name})"},
    "access.account_corrected": {"fr": "Compte de {name} modifié", "en": "Account of {name} changed"},
    "access.grants_set": {"fr": "Droits du compte {account} modifiés", "en": "Rights of account {account} changed"},
    "access.account_disabled": {"fr": "Compte {account} fermé", "en": "Account {account} closed"},
    "access.account_enabled": {"fr": "Compte {account} rouvert", "en": "Account {account} opened again"},
    "access.account_forgotten": {
        "fr": "Nom et identifiant effacés du compte fermé {account}",
        "en": "Name and login erased from closed account {account}",
    },
    "access.password_changed": {
        "fr": "Mot de passe du compte {account} changé",
        "en": "Password of account {account} changed",
    },
    "access.totp_enrolled": {
        "fr": "Second facteur activé sur le compte {account}",
        "en": "Second factor set on account {account}",
    },
    "access.totp_dropped": {
        "fr": "Second facteur retiré du compte {account}",
        "en": "Second factor removed from account {account}",
    },
    "access.code_set": {
        "fr": "Code de prise de poste du compte {account} changé",
        "en": "Seat code of account {account} changed",
    },
    "access.code_dropped": {
        "fr": "Code de prise de poste du compte {account} retiré",
        "en": "Seat code of account {account} removed",
    },
    "access.security_key_added": {
        "fr": "Clé de sécurité « {name} » ajoutée au compte {account}",
        "en": "Security key “{name}” added to account {account}",
    },
    "access.security_key_removed": {
        "fr": "Clé de sécurité retirée du compte {account}",
        "en": "Security key removed from account {account}",
    },
    "access.session_locked": {"fr": "Poste du compte {account} verrouillé", "en": "Seat of account {account} locked"},
    "access.session_opened": {
        "fr": "Connexion du compte {account} depuis {address} ({failures} échecs juste avant)",
        "en": "Account {account} signed in from {address} ({failures} failures just before)",
    },
    "access.session_closed": {
        "fr": "Fin de session du compte {account} ({reason})",
        "en": "Session of account {account} ended ({reason})",
    },
    "access.login_slowed": {
        "fr": "{failures} échecs de connexion sur « {login} » depuis {address} : poste ralenti",
        "en": "{failures} failed sign-ins on “{login}” from {address}: seat slowed",
    },
    "access.key_created": {"fr": "Clé de machine « {name} » créée", "en": "Machine key “{name}” created"},
    "access.key_revoked": {"fr": "Clé de machine {key} révoquée", "en": "Machine key {key} revoked"},
    "access.role_defined": {"fr": "Rôle « {name} » défini", "en": "Role “{name}” defined"},
    "access.role_removed": {"fr": "Rôle « {name} » retiré", "en": "Role “{name}” removed"},
    "access.purpose_set": {
        "fr": "Textes de finalité « {purpose} » conservés {keep_days} jours",
        "en": "Texts of purpose “{purpose}” kept {keep_days} days",
    },
    "access.personal_data_read": {
        "fr": "Données personnelles consultées : {what} {subject} ({count})",
        "en": "Personal data read: {what} {subject} ({count})",
    },
    "access.demo_opened": {"fr": "Démonstration ouverte", "en": "Demonstration opened"},
}

TEXTS: dict[str, dict[str, str]] = {**_REFUSALS, **_EVENTS}

"""Sentences of dispatch: refusals, events, automatic lines, reasons of the ranking, words of skills."""

_REFUSALS: dict[str, dict[str, str]] = {
    "dispatch.no_incident": {"fr": "Cet événement n'existe pas.", "en": "This event does not exist."},
    "dispatch.masked": {
        "fr": "{number} : intervention en cours, ne pas engager d'équipe.",
        "en": "{number}: operation under way, do not send a crew.",
    },
    "dispatch.incident_closed": {
        "fr": "L'événement {number} est clos : rouvrez-le avant d'engager.",
        "en": "Event {number} is closed: reopen it before sending anybody.",
    },
    "dispatch.future": {
        "fr": "L'heure des faits est dans le futur : corrigez-la.",
        "en": "The time of the facts is in the future: correct it.",
    },
    "dispatch.no_crew": {"fr": "Cette équipe n'existe pas ou plus.", "en": "This crew does not exist, or no longer."},
    "dispatch.no_agent": {"fr": "Cet agent n'existe pas.", "en": "This agent does not exist."},
    "dispatch.no_engagement": {
        "fr": "Cet engagement n'existe pas ou date de plus de trois jours.",
        "en": "This engagement does not exist or is more than three days old.",
    },
    "dispatch.engagement_ended": {
        "fr": "Cet engagement est terminé : l'équipe a été libérée.",
        "en": "This engagement is over: the crew was released.",
    },
    "dispatch.nobody_engaged": {
        "fr": "Aucune équipe n'est engagée ici : engagez-en une (E).",
        "en": "No crew is engaged here: send one (E).",
    },
    "dispatch.which_crew": {
        "fr": "Plusieurs équipes sont engagées : choisissez laquelle.",
        "en": "Several crews are engaged: choose which one.",
    },
    "dispatch.no_move": {
        "fr": "Cet état n'a pas été donné : rien à corriger.",
        "en": "This state was never told: nothing to correct.",
    },
    "dispatch.not_last_move": {
        "fr": "Seul le dernier état donné s'annule.",
        "en": "Only the last state told can be taken back.",
    },
    "dispatch.too_late_to_undo": {
        "fr": "Trop tard pour annuler : entrez le bon état.",
        "en": "Too late to undo: enter the right state.",
    },
    "dispatch.crew_changed": {
        "fr": "{crew} vient de changer : {n} engagement(s) maintenant. Relisez avant d'engager.",
        "en": "{crew} has just changed: {n} engagement(s) now. Read again before sending.",
    },
    "dispatch.already_engaged": {
        "fr": "{crew} est déjà engagée sur cet événement ({what}).",
        "en": "{crew} is already engaged on this event ({what}).",
    },
    "dispatch.crew_taken": {
        "fr": "{crew} vient d'être engagée sur {what} : relisez le classement.",
        "en": "{crew} was just engaged on {what}: read the ranking again.",
    },
    "dispatch.unfit": {
        "fr": "{crew} n'a pas ce que l'événement demande ; engagez-la en appui si c'est voulu.",
        "en": "{crew} lacks what the event asks; send it in support if you mean it.",
    },
    "dispatch.no_paper": {
        "fr": "{crew} n'a pas d'habilitation en cours pour ce travail : elle n'y est pas engagée, même en appui.",
        "en": "{crew} holds no valid authorisation for this work: it is not sent to it, not even in support.",
    },
    "dispatch.not_in_service": {
        "fr": "{crew} n'est pas en service.",
        "en": "{crew} is not in service.",
    },
    "dispatch.nobody_on_call": {
        "fr": "Personne d'astreinte à cette heure pour ce métier : voyez le tableau d'astreinte.",
        "en": "Nobody is on call for this trade now: see the roster.",
    },
    "dispatch.nobody_fit": {
        "fr": "Personne de la liste d'astreinte n'a, en cours, ce que l'événement demande : voyez les non proposées.",
        "en": "Nobody on the call-out list holds what the event asks: see those not proposed.",
    },
    "dispatch.unfit_person": {
        "fr": "Cette personne n'a pas, ou plus, ce que l'événement demande : appelez la suivante.",
        "en": "This person lacks, or no longer holds, what the event asks: call the next one.",
    },
    "dispatch.which_call": {
        "fr": "Plusieurs personnes ont été appelées : dites laquelle répond.",
        "en": "Several people were called: say which one answers.",
    },
    "dispatch.not_on_call": {
        "fr": "Cette personne n'est pas d'astreinte maintenant.",
        "en": "This person is not on call now.",
    },
    "dispatch.at_rest": {
        "fr": "Cette personne est au repos (11 h) : appelez la suivante.",
        "en": "This person is at rest (11 h): call the next one.",
    },
    "dispatch.already_calling": {
        "fr": "Cet appel est déjà en cours depuis un autre poste.",
        "en": "This call is already under way from another seat.",
    },
    "dispatch.already_reached": {
        "fr": "Cette personne est déjà engagée sur cet événement.",
        "en": "This person is already engaged on this event.",
    },
    "dispatch.no_call_out": {
        "fr": "Cet appel d'astreinte est terminé.",
        "en": "This call-out is over.",
    },
    "dispatch.no_attempt": {
        "fr": "Aucun appel en cours : notez d'abord l'appel.",
        "en": "No call under way: record the call first.",
    },
    "dispatch.until_past": {"fr": "L'heure de reprise est déjà passée.", "en": "The hour of resumption is past."},
    "dispatch.until_far": {
        "fr": "La reprise se décide pour 24 h au plus.",
        "en": "A resumption is decided for 24 h at most.",
    },
    "dispatch.ends_past": {
        "fr": "La date de fin est passée : nom et téléphone seraient effacés aussitôt.",
        "en": "The end date is past: name and phone would be erased at once.",
    },
    "dispatch.same_crew_name": {
        "fr": "Une autre équipe s'appelle déjà {name}.",
        "en": "Another crew is already called {name}.",
    },
    "dispatch.not_a_vehicle": {
        "fr": "Cet équipement n'est pas un véhicule de service.",
        "en": "This asset is not a service vehicle.",
    },
    "dispatch.bad_window": {
        "fr": "La période doit avoir une fin après son début, à 400 jours au plus.",
        "en": "The period needs an end after its start, 400 days at most.",
    },
    "dispatch.roster_changed": {
        "fr": "Ce tableau vient d'être modifié ailleurs : rechargez-le.",
        "en": "This roster was just changed elsewhere: load it again.",
    },
    "dispatch.turn_outside": {
        "fr": "Une prise de poste tombe hors de la période enregistrée.",
        "en": "A turn begins outside the period being written.",
    },
    "dispatch.turn_length": {
        "fr": "Une période dure plus de 0 et au plus {hours} h.",
        "en": "A turn lasts more than 0 and at most {hours} h.",
    },
    "dispatch.bad_rank": {
        "fr": "Rang d'appel de 1 à 3, délai de 0 à 24 h.",
        "en": "Rank of call from 1 to 3, delay from 0 to 24 h.",
    },
    "dispatch.turns_overlap": {
        "fr": "Deux périodes de la même personne ou équipe se chevauchent.",
        "en": "Two turns of the same person or crew overlap.",
    },
}

_EVENTS: dict[str, dict[str, str]] = {
    "dispatch.agent_set": {"fr": "Fiche d'agent enregistrée", "en": "Agent entered"},
    "dispatch.agent_forgotten": {
        "fr": "Nom et téléphone d'un agent effacés",
        "en": "Name and phone of an agent erased",
    },
    "dispatch.crew_set": {"fr": "Équipe {name} enregistrée", "en": "Crew {name} entered"},
    "dispatch.roster_set": {"fr": "Tableau de service ou d'astreinte enregistré", "en": "Roster written"},
    "dispatch.need_set": {"fr": "Besoins d'une catégorie enregistrés", "en": "Needs of a category decided"},
    "dispatch.engaged": {"fr": "Équipe engagée", "en": "Crew engaged"},
    "dispatch.accepted": {"fr": "Engagement accepté par l'équipe", "en": "Engagement accepted by the crew"},
    "dispatch.crew_moved": {"fr": "État d'équipe donné", "en": "State of a crew told"},
    "dispatch.move_undone": {"fr": "État d'équipe annulé", "en": "State of a crew taken back"},
    "dispatch.insisted": {
        "fr": "Équipe toujours sans réponse (rappel {step})",
        "en": "Crew still does not answer (reminder {step})",
    },
    "dispatch.note.insisted": {
        "fr": "{number} · {crew_fr} toujours sans réponse, deuxième rappel",
        "en": "{number} · {crew_en} still does not answer, second reminder",
    },
    "dispatch.note.to_chief": {
        "fr": "{number} · {crew_fr} toujours sans réponse, passé au chef de salle",
        "en": "{number} · {crew_en} still does not answer, now the shift supervisor's",
    },
    "dispatch.unanswered": {"fr": "Équipe engagée sans réponse", "en": "Crew engaged, no answer"},
    "dispatch.followed_event": {
        "fr": "Équipes et appels qui suivent leur événement : masqué, démasqué, déplacé, joint ou séparé",
        "en": "Crews and calls followed their event: masked, shown again, moved, joined or parted",
    },
    "dispatch.disengaged": {"fr": "Équipe libérée", "en": "Crew released"},
    "dispatch.call_attempted": {"fr": "Appel d'astreinte", "en": "On-call person called"},
    "dispatch.call_unanswered": {"fr": "Appel d'astreinte sans réponse", "en": "On-call person did not answer"},
    "dispatch.call_answered": {"fr": "Astreinte jointe", "en": "On-call person reached"},
    "dispatch.escalated": {"fr": "Appel d'astreinte : passer au suivant", "en": "Call-out: go to the next"},
    "dispatch.exhausted": {"fr": "Liste d'astreinte épuisée", "en": "Call-out list exhausted"},
    "dispatch.not_woken": {"fr": "Ne pas réveiller : reprise différée", "en": "Do not wake: resumed later"},
    "dispatch.resumed": {"fr": "Heure de reprise", "en": "Hour of resumption"},
    "dispatch.call_out_ended": {"fr": "Appel d'astreinte terminé", "en": "Call-out over"},
    "dispatch.rested": {"fr": "Repos de 11 h après intervention", "en": "11 h rest after a call-out"},
}

_NOTES: dict[str, dict[str, str]] = {
    "dispatch.note.engaged": {
        "fr": "{number} · {crew} engagée",
        "en": "{number} · {crew} engaged",
    },
    "dispatch.note.engaged_in": {
        "fr": "{number} · {crew} engagée, {minutes} min de route",
        "en": "{number} · {crew} engaged, {minutes} min by road",
    },
    "dispatch.note.refused": {"fr": "{number} · {crew_fr} refuse", "en": "{number} · {crew_en} refuses"},
    "dispatch.note.released": {"fr": "{number} · {crew_fr} libérée", "en": "{number} · {crew_en} released"},
    "dispatch.note.unanswered": {
        "fr": "{number} · {crew_fr} engagée ne répond pas : rappeler ou engager la suivante",
        "en": "{number} · {crew_en} engaged does not answer: call again or send the next",
    },
    "dispatch.note.on_site": {"fr": "{number} · {crew_fr} sur place", "en": "{number} · {crew_en} on site"},
    "dispatch.note.made_safe": {
        "fr": "{number} · {crew_fr} : mise en sécurité",
        "en": "{number} · {crew_en}: made safe",
    },
    "dispatch.note.available": {"fr": "{number} · {crew_fr} disponible", "en": "{number} · {crew_en} available"},
    "dispatch.note.corrected": {
        "fr": "{number} · {crew_fr} {state_fr} : heure corrigée",
        "en": "{number} · {crew_en} {state_en}: time corrected",
    },
    "dispatch.note.undone": {
        "fr": "{number} · {crew_fr} {state_fr} : annulé",
        "en": "{number} · {crew_en} {state_en}: taken back",
    },
    "dispatch.note.attempted": {
        "fr": "{number} · Appel astreinte {trade_fr}, {rank_fr}",
        "en": "{number} · Call to {trade_en} on-call, {rank_en}",
    },
    "dispatch.note.no_answer": {
        "fr": "{number} · Astreinte {trade_fr}, {rank_fr} : sans réponse",
        "en": "{number} · {trade_en} on-call, {rank_en}: no answer",
    },
    "dispatch.note.reached": {
        "fr": "{number} · Astreinte {trade_fr}, {rank_fr} : joint, attendu sous {minutes} min",
        "en": "{number} · {trade_en} on-call, {rank_en}: reached, expected within {minutes} min",
    },
    "dispatch.note.escalated": {
        "fr": "{number} · Astreinte {trade_fr} sans réponse : appeler {rank_fr}",
        "en": "{number} · {trade_en} on-call did not answer: call {rank_en}",
    },
    "dispatch.note.exhausted": {
        "fr": "{number} · Liste d'astreinte {trade_fr} épuisée sans réponse",
        "en": "{number} · {trade_en} call-out list exhausted, no answer",
    },
    "dispatch.note.not_woken": {
        "fr": "{number} · Ne pas réveiller, reprise {until} : {criteria_fr}",
        "en": "{number} · Do not wake, resumed {until}: {criteria_en}",
    },
    "dispatch.note.resumed": {
        "fr": "{number} · Reprise : l'événement attend une équipe",
        "en": "{number} · Resumed: the event waits for a crew",
    },
}

_REASONS: dict[str, dict[str, str]] = {
    "dispatch.why.travel": {"fr": "{minutes} min de route", "en": "{minutes} min by road"},
    "dispatch.why.no_position": {"fr": "position inconnue", "en": "position unknown"},
    "dispatch.why.no_way": {"fr": "aucune route connue jusqu'au lieu", "en": "no known way by road"},
    "dispatch.why.free": {"fr": "libre", "en": "free"},
    "dispatch.why.load": {"fr": "{n} événement(s) en cours", "en": "{n} event(s) in hand"},
    "dispatch.why.stale": {
        "fr": "position d'il y a {minutes} min : à vérifier par radio",
        "en": "position {minutes} min old: check by radio",
    },
    "dispatch.why.shift": {"fr": "en service jusqu'à {end}", "en": "on duty until {end}"},
    "dispatch.why.shift_short": {
        "fr": "fin de service {end}, avant la fin probable des travaux",
        "en": "end of shift {end}, before the work can be done",
    },
    "dispatch.why.behind": {"fr": "{minutes} min de plus que {other}", "en": "{minutes} min more than {other}"},
    "dispatch.why.behind_same": {
        "fr": "à égalité avec {other}, départagée par son numéro",
        "en": "equal to {other}, settled by its number",
    },
    "dispatch.why.behind_known": {
        "fr": "après {other}, dont le trajet est connu",
        "en": "after {other}, whose travel is known",
    },
    "dispatch.why.refused": {"fr": "vient de refuser cet événement", "en": "has just refused this event"},
    "dispatch.why.here": {"fr": "déjà engagée ici", "en": "already engaged here"},
    "dispatch.why.skill": {"fr": "compétence absente : {codes}", "en": "skill missing: {codes}"},
    "dispatch.why.authorisation": {"fr": "habilitation absente : {codes}", "en": "authorisation missing: {codes}"},
    "dispatch.why.expired": {
        "fr": "habilitation expirée le {until} : {codes}",
        "en": "authorisation expired on {until}: {codes}",
    },
    "dispatch.why.equipment": {"fr": "matériel absent : {codes}", "en": "equipment missing: {codes}"},
    "dispatch.why.out": {"fr": "déjà sur {number}", "en": "already on {number}"},
    "dispatch.why.out_elsewhere": {"fr": "déjà sur un autre événement", "en": "already on another event"},
    "dispatch.why.on_call": {
        "fr": "{rank_fr}, {minutes} min contractuelles, par téléphone",
        "en": "{rank_en}, {minutes} min by contract, by telephone",
    },
}

RANKS: dict[int, dict[str, str]] = {
    1: {"fr": "appel 1", "en": "call 1"},
    2: {"fr": "appel 2", "en": "call 2"},
    3: {"fr": "cadre d'astreinte", "en": "duty manager"},
}

_WORDS: dict[str, tuple[str, str]] = {
    "trade.": ("ville", "city"),
    "trade.lighting": ("éclairage", "lighting"),
    "trade.traffic": ("signalisation", "signals"),
    "trade.roads": ("voirie", "roads"),
    "trade.cleaning": ("propreté", "cleaning"),
    "trade.green_spaces": ("espaces verts", "green spaces"),
    "trade.police": ("police municipale", "municipal police"),
    "trade.bulky_waste": ("encombrants", "bulky waste"),
    "trade.buildings": ("bâtiments", "buildings"),
    "skill.lighting": ("éclairage", "lighting"),
    "skill.electrical": ("habilitation électrique", "electrical authorisation"),
    "skill.at_height": ("travaux en hauteur (CACES nacelle)", "work at height (platform)"),
    "skill.platform": ("nacelle", "platform"),
    "skill.signals": ("feux", "signals"),
    "skill.roads": ("voirie", "roads"),
    "skill.cones": ("balisage", "cones and signs"),
    "skill.cleaning": ("propreté", "cleaning"),
    "skill.washer": ("laveuse", "street washer"),
    "skill.green_spaces": ("espaces verts", "green spaces"),
    "skill.pruning": ("élagage", "pruning"),
    "skill.police": ("police", "police"),
    "skill.bulky_waste": ("encombrants", "bulky waste"),
    "skill.skip": ("benne", "skip lorry"),
    "skill.building": ("bâtiment", "buildings"),
    "skill.locksmith": ("serrurerie", "locksmith"),
    "criterion.no_danger": ("aucun danger", "no danger"),
    "criterion.made_safe": ("déjà mis en sécurité", "already made safe"),
    "criterion.no_public": ("lieu sans public la nuit", "nobody there at night"),
    "criterion.few_points": ("peu de points concernés", "few points concerned"),
    "criterion.lit_nearby": ("éclairage voisin suffisant", "lit by neighbours"),
    "criterion.work_at_day": ("réparation possible de jour seulement", "can be repaired by day only"),
    "state.engaged": ("engagée", "engaged"),
    "state.en_route": ("en route", "on its way"),
    "state.on_site": ("sur place", "on site"),
    "state.made_safe": ("mise en sécurité", "made safe"),
    "state.available": ("disponible", "available"),
}

TEXTS: dict[str, dict[str, str]] = {
    **_REFUSALS,
    **_EVENTS,
    **_NOTES,
    **_REASONS,
    **{f"dispatch.rank.{rank}": text for rank, text in RANKS.items()},
    **{f"dispatch.{name}": {"fr": french, "en": english} for name, (french, english) in _WORDS.items()},
}


def word(name: str, lang: str) -> str:
    """Return a word of dispatch (`trade.lighting`, `criterion.no_danger`), or its code when nobody translated it."""
    known = _WORDS.get(name)
    if known is None:
        return name.rpartition(".")[2]
    return known[0] if lang == "fr" else known[1]

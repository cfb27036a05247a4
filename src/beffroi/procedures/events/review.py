"""The review file of an event and its ATU draft, as PDF in one click: what happened, when, who, what is proved."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get

from beffroi.access.types import AccessState
from beffroi.incidents.api import get_whole
from beffroi.incidents.categories import find_category
from beffroi.incidents.rows import LATE, label_of, place_of, steps_of
from beffroi.incidents.texts import DEADLINES, REASONS, STAGES
from beffroi.incidents.types import CAUSES, RESULTS, Incident
from beffroi.model.time import Micros
from beffroi.procedures.events.timeline import IncidentView, TimelineItem, read_timeline
from beffroi.procedures.paper import MEDIA, answer, local_time
from beffroi.procedures.sentences import say
from beffroi.trade.doors import Caller
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

_STATES = {
    "new": "nouveau", "taken": "pris", "in_progress": "en cours", "resolved": "résolu", "joined": "rattaché",
    "closed": "clos",
}  # fmt: skip
_SOURCES = {
    "call": "appel", "radio": "radio", "camera": "caméra", "patrol": "patrouille", "alarm": "alarme", "other": "autre",
}  # fmt: skip
_CLOCKS = {"engaged": "Premier engagement", "on_site": "Sur place", "made_safe": "Mise en sécurité",
           "repaired": "Réparé"}  # fmt: skip
_CHANNELS = {"radio": "radio", "phone": "téléphone", "application": "application"}
_LINKS = {"alarm": "Alarme", "request": "Appel", "work": "Travaux", "order": "Ordre"}

REVIEW = """
#document-title(data.heading, data.sub)
#if data.masked [
  #block(stroke: 0.8pt, inset: 6pt, width: 100%)[*Événement masqué* : ce dossier reste dans son compartiment.]
]
#section[Faits]
#facts(data.facts)
#section[Horloges du contrat]
#if data.clocks.len() == 0 [#none-said[Aucune horloge arrêtée.]] else {
  rows((1fr, auto, auto, auto), ("Étape", "Heure des faits", "Délai", "Par"), data.clocks) }
#if data.steps.len() > 0 {
  section[Liste de contrôle (version #data.checklist)]
  rows((1fr, auto, auto, auto), ("Étape", "Heure", "Qui a été prévenu", "Par"), data.steps) }
#section[Chronologie]
#rows((auto, auto, 1fr, auto), ("Faits", "Saisie", "Quoi", "Qui"), data.lines)
#if data.links.len() > 0 {
  section[Rattachements]
  rows((auto, 1fr, 1fr), ("Quoi", "Nom", "Pourquoi"), data.links) }
#section[Pièces jointes]
#if data.files.len() == 0 [#none-said[Aucune pièce.]] else {
  rows((auto, auto, auto, 1fr), ("N°", "Type", "Taille", "Empreinte SHA-256"), data.files) }
#v(10pt)
#text(size: 8.5pt, fill: soft)[Établi depuis le journal, qui seul fait preuve : #data.proof.]
"""

ATU = """
#document-title("Avis de travaux urgents : brouillon", data.sub)
#block(stroke: 0.8pt, inset: 6pt, width: 100%)[*Brouillon, rien n'est envoyé.* Les exploitants de réseaux sensibles sont
appelés avant de creuser (art. R554-32 du code de l'environnement) ; l'avis réglementaire suit dès que possible.]
#section[Travaux]
#facts(data.facts)
#section[Exploitants appelés avant de creuser]
#rows((1fr, 1fr, auto, 1fr), ("Exploitant", "Téléphone", "Heure", "Réponse"), range(6).map(n => ("", "", "", "")
  .map(cell => box(height: 14pt))))
#section[Signature du responsable]
#v(40pt)
#line(length: 40%, stroke: 0.4pt)
"""


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handler of the review files."""
    view = IncidentView(core)

    @get(
        "/{name:str}", summary="Review file (<event>.pdf) or ATU draft (<event>.atu.pdf) of an event", media_type=MEDIA
    )
    async def get_review(caller: Caller, name: str) -> Response[bytes]:
        draft = name.endswith(".atu.pdf")
        incident = await get_whole(view, caller, _identity(name.removesuffix(".pdf").removesuffix(".atu")))
        if draft:
            template, data = ATU, _atu(core, incident)
        else:
            lines = await read_timeline(core.reader, caller, core.state("incidents"), incident)
            template, data = REVIEW, _review(core, caller, incident, lines)
        kind = "ATU" if draft else "evenement"
        return await answer(f"{kind}-{incident.number}.pdf", template, data)

    return [get_review]


def _identity(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Rejected("incidents.not_found", incident=text) from None


def _review(core: CoreDoor, caller: Caller, incident: Incident, lines: Sequence[TimelineItem]) -> dict[str, Any]:
    names, zone = _names(core), core.zone
    printed = f"imprimé le {local_time(core.clock.now(), zone, day=True)} par {names.get(caller.actor.id, '–')}"
    return {
        "title": f"Événement {incident.number}",
        "heading": f"Événement {incident.number} : {label_of(incident)['fr']}",
        "sub": f"{place_of(incident, core.city) or 'lieu non précisé'}",
        "footer": f"Événement {incident.number}, dossier de revue, {printed}",
        "masked": incident.masked,
        "facts": _facts(core, incident, names),
        "clocks": _clocks(incident, zone),
        "checklist": str(incident.version),
        "steps": [
            [
                step.text["fr"] + (f" ({step.note})" if step.note else ""),
                local_time(step.at, zone) or ("sans réponse" if step.required else "–"),
                step.told or ("sans objet" if step.outcome == "not_applicable" else ""),
                names.get(step.by, "") if step.by else "",
            ]
            for step in steps_of(incident)
        ],
        "lines": [_line(core, item, names) for item in lines],
        "links": _links(core, caller, incident),
        "files": [
            [str(one.n), one.media.split("/")[1].upper(), f"{one.bytes // 1024 + 1} ko", one.sha256]
            for one in incident.attachments
            if not one.gone
        ],
        "proof": f"lignes {lines[0].position} à {lines[-1].position}" if lines else "aucune ligne",
    }


def _names(core: CoreDoor) -> dict[UUID | None, str]:
    state: AccessState = core.state("access")
    return {account.id: account.name or account.login for account in state.accounts.values()}


def _facts(core: CoreDoor, incident: Incident, names: Mapping[UUID | None, str]) -> list[list[str]]:
    zone = core.zone
    late = " (saisie différée)" if incident.opened_at - incident.first_at > LATE else ""
    reason = f" ({REASONS[incident.no_result]['fr']})" if incident.no_result in REASONS else ""
    found = [
        ["Quoi", incident.what or label_of(incident)["fr"]],
        ["Lieu", place_of(incident, core.city) or "–"],
        ["Catégorie", f"{find_category(incident.category).label['fr']}, priorité {incident.priority}"],
        ["Source", _SOURCES[incident.source]],
        ["Heure des faits", local_time(incident.first_at, zone, day=True)],
        ["Heure de saisie", local_time(incident.opened_at, zone, day=True) + late],
        ["Ouvert par", names.get(incident.opened_by, "réaction à une alarme" if not incident.opened_by else "–")],
        ["Pris par", names.get(incident.taken_by, "–") if incident.taken_by else "–"],
        ["État", _STATES[incident.state] + (f", rouvert {incident.reopened} fois" if incident.reopened else "")],
    ]
    if incident.cause:
        found += [
            ["Cause", CAUSES.get(incident.cause, {"fr": incident.cause})["fr"]],
            ["Résultat", RESULTS.get(incident.result, {"fr": incident.result})["fr"] + reason],
            ["Clos le", local_time(incident.closed_at, zone, day=True)],
        ]
    if incident.skipped:
        found.append(
            [
                "Étapes non faites",
                f"{len(incident.skipped)} ({REASONS.get(incident.skip_reason, REASONS['other'])['fr']})",
            ]
        )
    return found


def _clocks(incident: Incident, zone: str) -> list[list[str]]:
    rows = [["Première alarme ou appel", local_time(incident.first_at, zone, day=True), "", ""]]
    for name, label in _CLOCKS.items():
        at = incident.clock(name)  # type: ignore[arg-type]
        if at is None:
            continue
        mark = next(mark for mark in incident.marks if mark.clock == name and mark.at == at)
        channel = _CHANNELS[mark.channel] if mark.channel else ""
        rows.append([label, local_time(at, zone, day=True), _span(at - incident.first_at), channel])
    return rows if len(rows) > 1 else []


def _span(us: Micros) -> str:
    minutes = max(0, us // 60_000_000)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d}"


def _line(core: CoreDoor, item: TimelineItem, names: Mapping[UUID | None, str]) -> list[str]:
    who = names.get(item.actor.id, "–") if item.actor.id else (item.actor.name or "système").split(".")[0]
    late = item.recorded_at - item.happened_at > LATE
    whose = {str(account): name for account, name in names.items()}.get(str(item.params.get("before")), "")
    return [
        local_time(item.happened_at, core.zone),
        local_time(item.recorded_at, core.zone) + (" *" if late else ""),
        say(item.code, in_words(item.params)) + (f" (à {whose})" if whose else ""),
        who if item.actor.kind == "person" else "automatique",
    ]


_WORDS: dict[str, Mapping[str, Mapping[str, str]]] = {
    "cause": CAUSES,
    "result": RESULTS,
    "reason": REASONS,
    "deadline": DEADLINES,
    "stage": STAGES,
    "clock": {name: {"fr": label.lower()} for name, label in _CLOCKS.items()},
}


def in_words(params: Mapping[str, Any], lang: str = "fr") -> dict[str, Any]:
    """Return the params of a line with the codes of the room's short lists in its words."""
    found = dict(params)
    for name, words in _WORDS.items():
        word = words.get(found.get(name, "")) if isinstance(found.get(name), str) else None
        if word is not None:
            found[name] = word.get(lang, word["fr"])
    return found


def _links(core: CoreDoor, caller: Caller, incident: Incident) -> list[list[str]]:
    rows = [
        [
            _LINKS[link.kind],
            link.name.get("fr", ""),
            link.why or (say(link.reason, link.reason_params) if link.reason else ""),
        ]
        for link in incident.links
    ]
    for other in core.state("incidents").joined.get(incident.id, {}).values():
        if not caller.sees(other.scope):
            continue
        why = other.why or (say(other.reason, other.reason_params) if other.reason else "")
        rows.append(["Événement", f"{other.number} {label_of(other)['fr']}", why])
    return rows


def _atu(core: CoreDoor, incident: Incident) -> dict[str, Any]:
    facts = core.city.topology.find(incident.asset) if incident.asset else None
    return {
        "title": f"ATU {incident.number} (brouillon)",
        "sub": f"Événement {incident.number}, {local_time(core.clock.now(), core.zone, day=True)}",
        "footer": f"Événement {incident.number}, ATU, brouillon",
        "facts": [
            ["Lieu", place_of(incident, core.city) or "–"],
            ["Commune", incident.scope.commune or "–"],
            ["Coordonnées WGS 84", f"{incident.lat:.6f}, {incident.lon:.6f}" if incident.lon and incident.lat else "–"],
            ["Équipement", facts.code if facts else "–"],
            [
                "Motif de l'urgence",
                f"{label_of(incident)['fr']} : {incident.what}" if incident.what else label_of(incident)["fr"],
            ],
            ["Travaux prévus", "Mise en sécurité, dépose et remplacement"],
            ["Début des faits", local_time(incident.first_at, core.zone, day=True)],
        ],
    }


PAGES = pages

"""The main courante leaves the screen: printed, or exported as a signed zip that anybody may verify."""

import asyncio
import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import Parameter

from beffroi.journal.actions import NoteExport
from beffroi.journal.signing import SigningKey, load_key
from beffroi.logbook import TRADE as LOGBOOK
from beffroi.logbook.api import FOREVER, MOST, Wanted, search
from beffroi.logbook.store import list_visas
from beffroi.logbook.types import Entry, EntrySource, Visa
from beffroi.logbook.visas import Visas
from beffroi.model.time import Micros, to_iso
from beffroi.procedures.paper import MEDIA, answer, local_time
from beffroi.procedures.sentences import say
from beffroi.trade.doors import AT_ROOT, Caller, acting_for
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

FORMAT = "beffroi-logbook-export/2"
NONE = Visas()
COLUMNS = (
    *("position", "faits_utc", "saisie_utc", "tape_utc", "faits_heure_locale", "origine", "auteur", "evenement"),
    *("rectifie", "rectifie_par", "compartiment", "visee_par", "visee_utc", "texte"),
)
WORDS = {
    "title": {"fr": "Main courante", "en": "Log"},
    "from_to": {"fr": "du {since} au {until}", "en": "from {since} to {until}"},
    "lines": {"fr": "{count} écritures", "en": "{count} lines"},
    "automatic": {"fr": "automatique", "en": "automatic"},
    "correction": {"fr": "Rectificatif : ", "en": "Correction: "},
    "deferred": {"fr": "saisie différée {at}", "en": "entered later {at}"},
    "signed": {"fr": "visée par {name}, {at}", "en": "signed by {name}, {at}"},
    "facts": {"fr": "Faits", "en": "Facts"},
    "line": {"fr": "Écriture", "en": "Line"},
    "who": {"fr": "Auteur", "en": "Author"},
    "none": {"fr": "Aucune écriture.", "en": "No line."},
}
TEMPLATE = """
#document-title(data.heading, data.sub)
#if data.rows.len() == 0 { none-said(data.none) } else { rows((auto, 1fr, auto), data.head, data.rows) }
"""


class FileProof(msgspec.Struct):
    """What the manifest promises of the file."""

    sha256: str
    bytes: int


class Manifest(msgspec.Struct):
    """What an export is; its signature is by the city's key, the journal's own."""

    format: str
    made_at: Micros
    made_by: str
    lines: int
    first: int
    last: int
    filters: dict[str, str]
    files: dict[str, FileProof]
    key_id: str


def text_of(entry: Entry, lang: str) -> str:
    """Return a line of the main courante as a sentence."""
    return entry.text if entry.source == "typed" else say(entry.code, entry.params, lang)


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handlers of print and export."""
    return [_print(core), _export(core)]


def _print(core: CoreDoor) -> Any:
    @get("/logbook/print.pdf", opt=AT_ROOT, summary="Print the main courante (PDF)", media_type=MEDIA)
    async def print_lines(
        caller: Caller,
        q: Annotated[str, Parameter(max_length=200)] = "",
        since: Annotated[Micros, Parameter(ge=0)] = 0,
        until: Annotated[Micros, Parameter(ge=0, le=FOREVER)] = FOREVER,
        author: UUID | None = None,
        incident: UUID | None = None,
        source: EntrySource | None = None,
        compartment: Annotated[str, Parameter(max_length=20)] = "",
    ) -> Response[bytes]:
        wanted = Wanted(
            q=q,
            since=since,
            until=until,
            author=author,
            incident=incident,
            source=source,
            compartment=compartment,
        )
        found = await _lines(core, caller, wanted, "view")
        visas = Visas(await list_visas(core.reader, found))
        data = printed(found, caller.lang, core.zone, _names(core), visas)
        return await answer("main-courante.pdf", TEMPLATE, data)

    return print_lines


def _export(core: CoreDoor) -> Any:
    @get("/logbook/export", opt=AT_ROOT, summary="Signed export of the main courante", media_type="application/zip")
    async def export(
        caller: Caller,
        q: Annotated[str, Parameter(max_length=200)] = "",
        since: Annotated[Micros, Parameter(ge=0)] = 0,
        until: Annotated[Micros, Parameter(ge=0, le=FOREVER)] = FOREVER,
        author: UUID | None = None,
        incident: UUID | None = None,
        source: EntrySource | None = None,
        compartment: Annotated[str, Parameter(max_length=20)] = "",
    ) -> Response[bytes]:
        if not (caller.trusted or caller.rights.names("export")):
            raise Rejected("forbidden", right="export")
        wanted = Wanted(
            q=q,
            since=since,
            until=until,
            author=author,
            incident=incident,
            source=source,
            compartment=compartment,
        )
        found = await _lines(core, caller, wanted, "view", "export")
        key = await asyncio.to_thread(load_key, core.data / "keys")
        made_at = core.clock.now()
        visas = Visas(await list_visas(core.reader, found))
        content, manifest = pack(found, key, wanted, made_at, str(caller.actor.id), core.zone, visas)
        note = NoteExport(
            first=manifest.first, last=manifest.last, lines=manifest.lines, filters=manifest.filters, with_bodies=True
        )
        await core.executor.execute(note, acting_for(caller))
        name = f"main-courante-{to_iso(made_at)[:10]}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/zip", headers=headers)

    return export


async def _lines(core: CoreDoor, caller: Caller, wanted: Wanted, *rights: str) -> list[Entry]:
    """Return what passes the filters, whole, in the order of the facts."""
    found: list[Entry] = []
    before = wanted.before
    while True:
        page = await search(
            core.reader,
            caller,
            msgspec.structs.replace(wanted, before=before),
            LOGBOOK.catalogue,
            MOST,
            rights=rights,
        )
        found += page
        if len(page) < MOST:
            return sorted(found, key=lambda entry: (entry.happened_at, entry.position))
        before = (page[-1].happened_at, page[-1].position)


def _names(core: CoreDoor) -> dict[UUID, str]:
    return {account.id: account.name or account.login for account in core.state("access").accounts.values()}


def printed(
    found: Sequence[Entry], lang: str, zone: str, names: Mapping[UUID, str], visas: Visas = NONE
) -> dict[str, Any]:
    """Return what the template prints, oldest first."""
    lang = lang if lang in ("fr", "en") else "fr"
    sub = WORDS["lines"][lang].format(count=len(found))
    if found:
        first, last = (local_time(entry.happened_at, zone, day=True) for entry in (found[0], found[-1]))
        sub = f"{WORDS['from_to'][lang].format(since=first, until=last)} · {sub}"
    title = WORDS["title"][lang]
    return {
        "title": title,
        "heading": title,
        "sub": sub,
        "footer": f"Beffroi · {title} · {sub}",
        "lang": lang,
        "none": WORDS["none"][lang],
        "head": [WORDS[name][lang] for name in ("facts", "line", "who")],
        "rows": [_row(entry, lang, zone, names, visas.find(entry)) for entry in found],
    }


def _row(entry: Entry, lang: str, zone: str, names: Mapping[UUID, str], visa: Visa | None) -> list[str]:
    said = (WORDS["correction"][lang] if entry.corrects else "") + text_of(entry, lang)
    whose = next((name for account, name in names.items() if str(account) == entry.params.get("whose")), "")
    said += f" ({whose})" if whose else ""
    who = WORDS["automatic"][lang] if entry.source == "automatic" else names.get(entry.author or UUID(int=0), "–")
    if entry.typed_at is not None:
        who += " · " + WORDS["deferred"][lang].format(at=local_time(entry.recorded_at, zone))
    if visa is not None:
        signer, at = names.get(visa.signed_by or UUID(int=0), "–"), local_time(visa.signed_at, zone, day=True)
        who += " · " + WORDS["signed"][lang].format(name=signer, at=at)
    return [local_time(entry.happened_at, zone, day=True), said, who]


def pack(
    found: Sequence[Entry],
    key: SigningKey,
    wanted: Wanted,
    made_at: Micros,
    made_by: str,
    zone: str,
    visas: Visas = NONE,
) -> tuple[bytes, Manifest]:
    """Return the zip of an export (table, manifest, signature, public key) and its manifest."""
    table = _table(found, zone, visas)
    default = Wanted()
    positions = [entry.position for entry in found]
    manifest = Manifest(
        format=FORMAT,
        made_at=made_at,
        made_by=made_by,
        lines=len(found),
        first=min(positions, default=0),
        last=max(positions, default=0),
        filters={
            name: str(getattr(wanted, name))
            for name in wanted.__struct_fields__
            if getattr(wanted, name) != getattr(default, name)
        },
        files={"main-courante.csv": FileProof(sha256(table).hexdigest(), len(table))},
        key_id=key.public.id,
    )
    said = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("main-courante.csv", table)
        zipped.writestr("manifest.json", said)
        zipped.writestr("manifest.sig", key.sign(said))
        zipped.writestr("public.key", key.public.raw.hex())
    return made.getvalue(), manifest


def _table(found: Sequence[Entry], zone: str, visas: Visas) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=";")
    rows.writerow(COLUMNS)
    for entry in found:
        visa = visas.find(entry)
        rows.writerow(
            [
                entry.position,
                to_iso(entry.happened_at),
                to_iso(entry.recorded_at),
                to_iso(entry.typed_at) if entry.typed_at is not None else "",
                local_time(entry.happened_at, zone, day=True),
                entry.source,
                entry.author or "",
                entry.incident or "",
                entry.corrects or "",
                entry.corrected_by or "",
                entry.compartment,
                (visa.signed_by or "") if visa else "",
                to_iso(visa.signed_at) if visa else "",
                _cell(text_of(entry, "fr")),
            ]
        )
    return text.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text


PAGES = pages

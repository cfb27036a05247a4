"""Files of events: upload checked by content, kept until their end date, read by who sees the event whole."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import psycopg
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from beffroi.incidents.actions import Attach
from beffroi.incidents.api import get_whole
from beffroi.incidents.logic import KEEP_PHOTO
from beffroi.incidents.store import ADD_FILE, READ_FILE
from beffroi.incidents.types import Attachment, IncidentsState
from beffroi.model.ids import ClockIds
from beffroi.trade.doors import Caller, View, acting_for
from beffroi.trade.rejected import Rejected

MEGABYTE = 1024 * 1024
MOST_MB = 10
ENVELOPE = 64 * 1024
"""What the form adds around the file."""


@dataclass
class Upload:
    """One file."""

    file: UploadFile


def media_of(content: bytes) -> str:
    """Return the media type that the first bytes of a file tell, empty for one that is not taken."""
    if content[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[:5] == b"%PDF-":
        return "application/pdf"
    return ""


def routes(view: View[IncidentsState]) -> Sequence[Any]:
    """Return the handlers of the files."""
    ids = ClockIds(view.clock.now)

    @post(
        "/{incident:uuid}/attachments",
        status_code=201,
        request_max_body_size=MOST_MB * MEGABYTE + ENVELOPE,
        summary="Attach a photograph or a PDF of at most 10 MB",
    )
    async def attach(
        caller: Caller, incident: UUID, data: Annotated[Upload, Body(media_type=RequestEncodingType.MULTI_PART)]
    ) -> Attachment:
        known = await get_whole(view, caller, incident)
        if not caller.may("incidents", known.scope):
            raise Rejected("forbidden", right="incidents")
        content = await data.file.read()
        media = _check(content)
        name = ids.new()
        action = Attach(
            incident=incident,
            attachment=name,
            name=(data.file.filename or "")[-120:],
            media=media,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        now = view.clock.now()

        def keep(cursor: psycopg.Cursor[Any]) -> None:
            cursor.execute(ADD_FILE, (name, incident, now, now + KEEP_PHOTO, media, content))

        await view.executor.execute(action, acting_for(caller), also=keep)
        return next(one for one in view.state.incidents[incident].attachments if one.id == name)

    @get("/{incident:uuid}/attachments/{n:int}", summary="Read a file of an event", opt={"no_compress": True})
    async def read(caller: Caller, incident: UUID, n: int) -> Response[bytes]:
        known = await get_whole(view, caller, incident)
        held = next((one for one in known.attachments if one.n == n), None)
        if held is None:
            raise Rejected("incidents.not_found", attachment=n)
        rows = [] if held.gone else await view.reader.fetch(READ_FILE, (held.id,))
        if not rows:
            raise Rejected("incidents.file_gone", attachment=n)
        suffix = held.media.split("/")[1]
        headers = {
            "Content-Disposition": f'inline; filename="{known.number}-{n}.{suffix}"',
            "Cache-Control": "no-store",
        }
        return Response(bytes(rows[0][1]), media_type=rows[0][0], headers=headers)

    return [attach, read]


def _check(content: bytes) -> str:
    if not content:
        raise Rejected("incidents.file_empty")
    if len(content) > MOST_MB * MEGABYTE:
        raise Rejected("incidents.file_too_large", most=MOST_MB)
    media = media_of(content)
    if not media:
        raise Rejected("incidents.file_kind")
    return media

"""The import wizard's door: mappings, upload, preview, refused rows, preview of an undo; bulk edit preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from beffroi.assets.edit import changed, edits_of, select
from beffroi.assets.importing.jobs import Job, Jobs, JobView, job_view, refused_csv
from beffroi.assets.importing.mapping import ImportMapping, builtin_mappings, read_mapping
from beffroi.assets.logic import visible
from beffroi.assets.state import AssetsState
from beffroi.assets.types import Edits, Filter, ImportRecord
from beffroi.model.scope import CITY
from beffroi.trade.doors import Caller, View
from beffroi.trade.rejected import Rejected

MAX_UPLOAD = 256 * 1024 * 1024
MAX_FILES = 100
SAMPLE = 20


class MappingView(msgspec.Struct, frozen=True):
    """A mapping that ships with Beffroi, and the files it expects."""

    name: str
    title: str
    attribution: str
    files: list[str]
    text: str


@dataclass
class Upload:
    """Files with a mapping: the name of a ready one, its TOML text, or nothing to have one proposed for `kind`."""

    files: list[UploadFile] = field(default_factory=list)
    mapping: str = ""
    kind: str = ""


class BulkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a bulk edit would change."""

    where: Filter
    edits: Edits


class BulkSample(msgspec.Struct, frozen=True):
    """One asset that a bulk edit would change, before and after."""

    id: UUID
    code: str
    label: str
    before: Edits
    after: Edits


class BulkPreview(msgspec.Struct, frozen=True):
    """How many assets the filter names, how many would change, and a sample."""

    selected: int
    changed: int
    sample: list[BulkSample]


class ImportRow(msgspec.Struct, frozen=True):
    """One line of the list of imports."""

    record: ImportRecord
    undoable: bool


def import_routes(view: View[AssetsState]) -> Sequence[Any]:
    """Return the handlers of imports and of the bulk edit's preview."""
    jobs = Jobs(view)
    return [*_list_routes(view), *_upload_routes(view, jobs), *_job_routes(view, jobs), _bulk_route(view)]


def _only_clerks(caller: Caller) -> None:
    """Refuse who may not write the register: an upload costs memory, and its preview shows the whole city."""
    if not caller.may("register", CITY):
        raise Rejected("forbidden", right="register")


def _list_routes(view: View[AssetsState]) -> list[Any]:
    @get("/mappings", summary="List the mappings that ship with Beffroi")
    async def list_mappings(caller: Caller) -> list[MappingView]:
        texts = builtin_mappings()
        return [_mapping_view(read_mapping(text), text) for text in texts.values()]

    @get("/imports", summary="List the imports, newest first")
    async def list_imports(caller: Caller) -> list[ImportRow]:
        if not caller.sees(CITY):
            return []
        records = sorted(view.state.imports.values(), key=lambda record: -record.position)
        return [ImportRow(record, record.state == "committed" and record.changed > 0) for record in records]

    return [list_mappings, list_imports]


def _mapping_view(mapping: ImportMapping, text: str) -> MappingView:
    files = list(dict.fromkeys(layer.file for layer in mapping.layers))
    return MappingView(mapping.name, mapping.title, mapping.attribution, files, text)


def _upload_routes(view: View[AssetsState], jobs: Jobs) -> list[Any]:
    @post("/imports", status_code=202, request_max_body_size=MAX_UPLOAD, summary="Upload files to import")
    async def upload(
        caller: Caller, data: Annotated[Upload, Body(media_type=RequestEncodingType.MULTI_PART)]
    ) -> JobView:
        _only_clerks(caller)
        files: dict[str, bytes] = {}
        for one in data.files[:MAX_FILES]:
            name = one.filename.replace("\\", "/").rsplit("/", 1)[-1]
            if name in files:
                raise Rejected("assets.file_twice", file=name)
            files[name] = await one.read()
        if not files:
            raise Rejected("assets.upload_needed")
        return job_view(jobs.start(files, data.mapping, data.kind), caller.lang)

    @post("/imports/{import_id:uuid}/undo", status_code=202, summary="Prepare the undo of an import")
    async def prepare_undo(caller: Caller, import_id: UUID) -> JobView:
        _only_clerks(caller)
        record = view.state.imports.get(import_id)
        if record is None:
            raise Rejected("assets.import_unknown")
        if record.state == "undone":
            raise Rejected("assets.import_undone_already", title=record.title)
        return job_view(jobs.start_undo(import_id), caller.lang)

    return [upload, prepare_undo]


def _job_routes(view: View[AssetsState], jobs: Jobs) -> list[Any]:
    def get_job(caller: Caller, job_id: UUID) -> Job:
        _only_clerks(caller)
        job = jobs.find(job_id)
        if job is None:
            raise Rejected("assets.job.not_found", job=str(job_id))
        return job

    @get("/imports/{job_id:uuid}", summary="Read the progress and the preview of an import or of an undo")
    async def read_job(caller: Caller, job_id: UUID) -> JobView:
        return job_view(get_job(caller, job_id), caller.lang)

    @get("/imports/{job_id:uuid}/refused.csv", media_type="text/csv", summary="Download the refused rows")
    async def read_refused(caller: Caller, job_id: UUID, lang: Literal["", "fr", "en"] = "") -> Response[str]:
        _only_clerks(caller)
        refusals = await jobs.refusals(job_id)
        if not refusals and jobs.find(job_id) is None and job_id not in view.state.imports:
            raise Rejected("assets.job.not_found", job=str(job_id))
        name = f"refus-{job_id}.csv"
        return Response(
            refused_csv(refusals, lang or caller.lang),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    return [read_job, read_refused]


def _bulk_route(view: View[AssetsState]) -> Any:
    @post("/bulk-preview", status_code=200, summary="Show what a bulk edit would change")
    async def preview_bulk(caller: Caller, data: BulkRequest) -> BulkPreview:
        state = view.state
        if data.where.empty:
            raise Rejected("assets.no_selection")
        mask = visible(state, caller.sees)
        chosen = [state.assets[index] for index in select(state, data.where) if mask[index]]
        pairs = [(asset, changed(asset, data.edits)) for asset in chosen]
        touched = [(asset, edits) for asset, edits in pairs if edits.given()]
        sample = [
            BulkSample(asset.id, asset.code, state.label_of(asset), edits_of(asset, edits), edits)
            for asset, edits in touched[:SAMPLE]
        ]
        return BulkPreview(len(chosen), len(touched), sample)

    return preview_bulk

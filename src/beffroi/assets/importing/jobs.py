"""Imports under way: uploaded, read in a thread, shown, then committed by the action `assets.import`."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec

from beffroi.assets import store
from beffroi.assets.held import Plan
from beffroi.assets.importing.mapping import (
    ImportMapping,
    MappingError,
    builtin_mappings,
    read_mapping,
)
from beffroi.assets.importing.plan import Draw, plan_import, plan_undo
from beffroi.assets.importing.propose import propose
from beffroi.assets.importing.readers import Notice, ReadError
from beffroi.assets.places import Feature
from beffroi.assets.state import AssetsState
from beffroi.assets.texts import TEXTS
from beffroi.assets.types import Change, LayerCount, Refusal
from beffroi.model.ids import ClockIds
from beffroi.trade.doors import View

MAX_JOBS = 8
"""Jobs remembered; the oldest is forgotten (policy: drop the oldest). Its import stays in the register."""
SAMPLE = 20
PAGE = 500
HELD_FOR_S = 3600.0
WATCH_S = 2.0
JobState = Literal["reading", "ready", "failed"]


class Sentence(msgspec.Struct, frozen=True):
    """Something to tell, as code and parameters and already in the caller's language."""

    code: str
    params: dict[str, Any]
    text: str
    file: str = ""
    line: int = 0
    excerpt: str = ""


class SampleChange(msgspec.Struct, frozen=True):
    """One change of the preview: which asset, and its fields before and after."""

    code: str
    label: str
    kind: str
    created: bool
    fields: dict[str, list[Any]]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What is worth remembering of a plan once it is prepared: the plan itself weighs tens of megabytes."""

    title: str
    counts: tuple[LayerCount, ...]
    changes: int
    refusals: list[Refusal]
    sample: list[SampleChange]
    notices: list[Notice]


class Job(msgspec.Struct, kw_only=True):
    """One import or undo being prepared; `id` is the identifier to commit once it is ready."""

    id: UUID
    purpose: Literal["import", "undo"] = "import"
    state: JobState = "reading"
    stage: str = ""
    progress: float = 0.0
    mapping_text: str = ""
    summary: Summary | None = None
    error: tuple[str, dict[str, Any]] | None = None


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job as a screen shows it."""

    id: UUID
    purpose: str
    state: str
    stage: str
    progress: float
    mapping_text: str
    title: str
    counts: tuple[LayerCount, ...]
    changes: int
    refused: int
    notices: list[Sentence]
    refusals: list[Sentence]
    sample: list[SampleChange]
    error: Sentence | None


def sentence(code: str, params: Mapping[str, Any], lang: str, **where: Any) -> Sentence:
    """Return a code and its parameters with their sentence."""
    text = TEXTS.get(code, {}).get(lang, code)
    shown = {name: _written(value, lang) for name, value in params.items()}
    return Sentence(code, dict(params), text.format_map(_Lenient(shown)), **where)


def _written(value: Any, lang: str) -> Any:
    return str(value).replace(".", ",") if lang == "fr" and isinstance(value, float) else value


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


class Jobs:
    """The imports under way of one running core; one is prepared at a time, the others wait."""

    def __init__(self, view: View[AssetsState]) -> None:
        self._view = view
        self._jobs: dict[UUID, Job] = {}
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ids = ClockIds(view.clock.now)

    def find(self, job: UUID) -> Job | None:
        """Return a job, or nothing once it is forgotten."""
        return self._jobs.get(job)

    def start(self, files: Mapping[str, bytes], mapping: str, kind: str) -> Job:
        """Begin to prepare an import in the background and return at once."""
        job = self._remember(Job(id=self._ids.new()))
        self._run(self._prepare(job, files, mapping, kind), job)
        return job

    def start_undo(self, import_id: UUID) -> Job:
        """Begin to prepare the undo of a committed import and return at once."""
        job = self._remember(Job(id=self._ids.new(), purpose="undo"))
        self._run(self._prepare_undo(job, import_id), job)
        return job

    def _remember(self, job: Job) -> Job:
        self._jobs[job.id] = job
        while len(self._jobs) > MAX_JOBS:
            del self._jobs[next(iter(self._jobs))]
        return job

    def _run(self, work: Any, job: Job) -> None:
        task = asyncio.create_task(self._guarded(work, job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Any, job: Job) -> None:
        try:
            async with self._turn:
                await work
        except (MappingError, ReadError) as error:
            job.error = (error.code, dict(error.params))
        except Exception as error:
            job.error = ("assets.import_failed", {"problem": f"{type(error).__name__}: {error}"})
            raise
        finally:
            job.state = "failed" if job.error else "ready"
            work.close()

    async def _prepare(self, job: Job, files: Mapping[str, bytes], mapping: str, kind: str) -> None:
        state = self._view.state

        def step(stage: str, share: float) -> None:
            job.stage, job.progress = stage, share

        parsed = await asyncio.to_thread(self._mapping_of, job, files, mapping, kind)
        touched = any(layer.layer for layer in parsed.layers)
        features = await self._features() if touched else {}
        draw = Draw(state=state, mapping=parsed, files=files, features=features, ids=self._ids, progress=step)
        plan = await asyncio.to_thread(plan_import, draw)
        plan.id = job.id
        plan.changes = [msgspec.structs.replace(change, import_id=job.id) for change in plan.changes]
        self._hold(state, job, plan, draw.notices)

    def _hold(self, state: AssetsState, job: Job, plan: Plan, notices: list[Notice]) -> None:
        """Keep the plan until it is committed, for an hour at most, and what the screen shows of it."""
        job.summary = Summary(
            title=plan.title,
            counts=plan.counts,
            changes=len(plan.changes) + len(plan.place_changes),
            refusals=plan.refusals,
            sample=_sample(state, plan.changes),
            notices=notices,
        )
        job.progress = 1.0
        state.held.keep(plan)
        task = asyncio.create_task(self._let_go(plan))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _let_go(self, plan: Plan) -> None:
        """Give the memory of a plan back once it is committed, or an hour later."""
        end = self._view.clock.monotonic() + HELD_FOR_S
        done = plan.undoes or plan.id
        wanted = "undone" if plan.undoes else "committed"
        while self._view.clock.monotonic() < end:
            record = self._view.state.imports.get(done)
            if record is not None and record.state == wanted:
                break
            await asyncio.sleep(WATCH_S)
        await asyncio.sleep(WATCH_S)
        self._view.state.held.plans.pop(plan.id, None)
        plan.changes, plan.place_changes, plan.places = [], [], None

    def _mapping_of(self, job: Job, files: Mapping[str, bytes], mapping: str, kind: str) -> ImportMapping:
        text = builtin_mappings().get(mapping, mapping)
        if not text.strip():
            text = propose(files, kind, self._view.state.kinds)
        job.mapping_text = text
        return read_mapping(text)

    async def _features(self) -> dict[tuple[str, str], Feature]:
        """Read the places by pages: decoding 50,000 rows at once would hold the loop for half a second."""
        found: dict[tuple[str, str], Feature] = {}
        last = ("", "")
        while rows := await self._view.reader.fetch(store.PLACES_PAGE, (*last, PAGE)):
            for row in rows:
                last = (row[0], row[1])
                found[last] = Feature(*row)
        return found

    async def _pages(self, query: str, first: tuple[Any, ...], import_id: UUID) -> list[tuple[Any, ...]]:
        """Read rows by pages on their first columns, which order them."""
        found: list[tuple[Any, ...]] = []
        while rows := await self._view.reader.fetch(query, (import_id, *first, PAGE)):
            found += rows
            first = rows[-1][: len(first)]
        return found

    async def refusals(self, job: UUID) -> list[Refusal]:
        """Return the refused rows of a job, or of an import committed long ago."""
        known = self._jobs.get(job)
        if known is not None and known.summary is not None:
            return known.summary.refusals
        return store.refusals_from_rows(await self._pages(store.REFUSALS_PAGE, (-1,), job))

    async def _prepare_undo(self, job: Job, import_id: UUID) -> None:
        state = self._view.state
        job.stage = "undo"
        asset_rows = await self._pages(store.PLAN_ASSETS, (UUID(int=0),), import_id)
        place_rows = await self._pages(store.PLAN_PLACES, ("", ""), import_id)
        features = await self._features() if place_rows else {}

        def work() -> Plan:
            changes = store.changes_from_rows(asset_rows, import_id)
            places = store.place_changes_from_rows(place_rows)
            return plan_undo(state, import_id, changes, places, features, job.id)

        self._hold(state, job, await asyncio.to_thread(work), [])


def job_view(job: Job, lang: str) -> JobView:
    """Return a job as a screen shows it, in the caller's language."""
    summary = job.summary
    refusals = summary.refusals if summary else []
    return JobView(
        id=job.id,
        purpose=job.purpose,
        state=job.state,
        stage=job.stage,
        progress=job.progress,
        mapping_text=job.mapping_text,
        title=summary.title if summary else "",
        counts=summary.counts if summary else (),
        changes=summary.changes if summary else 0,
        refused=len(refusals),
        notices=[sentence(one.code, one.params, lang, file=one.file) for one in summary.notices] if summary else [],
        refusals=[refused_sentence(one, lang) for one in refusals[:SAMPLE]],
        sample=summary.sample if summary else [],
        error=sentence(*job.error, lang) if job.error else None,
    )


def refused_sentence(refusal: Refusal, lang: str) -> Sentence:
    """Return a refused row with its reason in words."""
    return sentence(refusal.code, refusal.params, lang, file=refusal.file, line=refusal.line, excerpt=refusal.excerpt)


def refused_csv(refusals: Sequence[Refusal], lang: str) -> str:
    """Return the refused rows as CSV that French spreadsheets open: semicolons, header in the caller's language."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    french = lang == "fr"
    writer.writerow(
        ("fichier", "ligne", "motif", "code", "extrait") if french else ("file", "line", "reason", "code", "excerpt")
    )
    for refusal in refusals:
        shown = refused_sentence(refusal, lang)
        writer.writerow([_safe(cell) for cell in (shown.file, shown.line, shown.text, shown.code, shown.excerpt)])
    return "\ufeff" + out.getvalue()


def _safe(cell: Any) -> str:
    """Keep a spreadsheet from running a cell that looks like a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def _sample(state: AssetsState, changes: Sequence[Change]) -> list[SampleChange]:
    """Show some updates first, which deserve a look, then some creations."""
    ordered = sorted(changes[:2000], key=lambda change: change.before is None)[:SAMPLE]
    return [
        SampleChange(
            change.after.code,
            state.label_of(change.after),
            change.after.kind,
            change.before is None,
            _differences(change),
        )
        for change in ordered
    ]


_QUIET = frozenset({"id", "index", "revision", "first_series", "source_hash", "source", "kind", "merged_into"})


def _differences(change: Change) -> dict[str, list[Any]]:
    found = {}
    for name in change.after.__struct_fields__:
        before = getattr(change.before, name) if change.before else None
        after = getattr(change.after, name)
        if name not in _QUIET and before != after and (change.before or after not in ("", None, "{}")):
            found[name] = [before, after]
    return found

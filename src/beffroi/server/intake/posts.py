"""What the HTTP doors answer: readings posted by machines, positions of trackers."""

import asyncio
import math
from typing import Any

import msgspec

from beffroi.links.http.codec import BodyError, decode_body
from beffroi.links.http.messages import Accepted, RefusedLine
from beffroi.links.osmand.codec import FixError, decode_request, without_key
from beffroi.links.readings import Item
from beffroi.model.time import Clock
from beffroi.server.intake.counts import UNKNOWN, Counts
from beffroi.server.intake.doors import Answer, Request
from beffroi.server.intake.gather import Post, cost_of
from beffroi.server.intake.pipeline import Pipeline
from beffroi.server.intake.registry import Sources

READINGS = "/v1/readings"
LONGEST_WAIT_S = 3600
BUSY_S = "1"
NOTHING = b"[]"
"""What asks whether a token is known yet (`beffroi source add`): nothing was lost, nothing is counted."""


class Posts:
    """The answers of both doors; 200 means committed."""

    def __init__(self, pipeline: Pipeline, counts: Counts, clock: Clock) -> None:
        self._pipeline = pipeline
        self._counts = counts
        self._clock = clock

    @property
    def _sources(self) -> Sources:
        return self._pipeline.registry.sources

    async def readings(self, request: Request) -> Answer:
        """Answer one request of the readings' door."""
        if request.path == "/healthz":
            return Answer(200)
        if request.path != READINGS:
            return _refusal(404, "http.no_such_path", path=READINGS)
        if request.method != "POST":
            return Answer(405, headers=(("Allow", "POST"),))
        source = self._sources.find_secret(request.bearer())
        if source < 0:
            if request.body != NOTHING:
                self._counts.add(UNKNOWN, "bad_credentials", self._clock.now(), where="http")
            return _refusal(401, "http.bad_credentials", ("WWW-Authenticate", "Bearer"))
        try:
            items, lines, refused = decode_body(request.body)
        except BodyError as error:
            self._counts.add(self._name(source), "malformed", self._clock.now(), 1, request.body[:512], "http")
            return _refusal(400, "http.malformed", detail=str(error))
        return await self._take(source, items, lines, refused, cost_of(items) + len(refused))

    async def position(self, request: Request) -> Answer:
        """Answer one request of the trackers' door."""
        if request.method not in {"GET", "POST"}:
            return Answer(405, headers=(("Allow", "GET, POST"),))
        try:
            fix = decode_request(request.query, request.body)
        except FixError as error:
            sample = without_key(request.query).encode("utf-8", "replace")[:200]
            self._counts.add(UNKNOWN, error.code, self._clock.now(), 1, sample, "osmand")
            return _refusal(400, error.code, **error.params)
        source = self._sources.find_secret(fix.key or request.bearer())
        if source < 0:
            self._counts.add(UNKNOWN, "bad_credentials", self._clock.now(), where=f"osmand {fix.device}")
            return _refusal(401, "http.bad_credentials")
        item = Item(fix.device, fix.t_ms, dict(fix.points()))
        answer = await self._take(source, [item], [1], [], len(item.p))
        if answer.status != 200:
            return answer
        refused = msgspec.json.decode(answer.body, type=Accepted).refused
        # trackers repeat for ever what is not answered 200: only what could change is refused
        return _refusal(400, "osmand.refused", reason=refused[0].reason) if refused else Answer(200)

    async def _take(
        self, source: int, items: list[Item], lines: list[int], refused: list[RefusedLine], cost: int
    ) -> Answer:
        buckets = self._sources.buckets
        buckets.refill(self._clock.monotonic())
        wait_s = buckets.wait_s(source, cost)
        name = self._name(source)
        if wait_s > 0:
            self._counts.add(name, "over_quota", self._clock.now(), cost)
            after = str(min(max(1, math.ceil(wait_s)), LONGEST_WAIT_S))
            return _refusal(429, "http.over_quota", ("Retry-After", after), wait_s=after)
        if refused:
            self._counts.add(name, "malformed", self._clock.now(), len(refused), where="http")
        post = Post(name, items, lines, refused, asyncio.get_running_loop().create_future())
        if not self._pipeline.offer(post):
            return _refusal(503, "http.busy", ("Retry-After", BUSY_S))
        buckets.tokens[source] -= cost
        return Answer(200, msgspec.json.encode(await post.answer))

    def _name(self, source: int) -> str:
        return self._sources.facts[source].name


def _refusal(status: int, code: str, *headers: tuple[str, str], **params: Any) -> Answer:
    return Answer(status, msgspec.json.encode({"code": code, "params": params}), headers)

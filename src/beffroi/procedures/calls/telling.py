"""Those who asked to be told are told at each step, once, by the channel they chose.

Reactions turn what happens to an event into steps of its requests; the trade owes one message for each; this service
delivers. A letter handed over when we fell is *doubtful*: the room decides, a machine never sends it twice.
"""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import structlog

from beffroi.dispatch import events as crews
from beffroi.dispatch.types import Engagement
from beffroi.incidents import events as said
from beffroi.model.actor import Actor
from beffroi.model.ports import City
from beffroi.model.time import DAY, MINUTE, Micros
from beffroi.procedures.calls.mail import (
    MailError,
    MailSettings,
    Recipient,
    Talk,
    address_of,
    letter,
    read_settings,
    words_of,
)
from beffroi.procedures.calls.matches import crew_of, spoken_time
from beffroi.procedures.calls.sms import SMS_FOLDER, FolderGateway, TextGateway, TextMessage
from beffroi.requests.actions import NoteTold, Progress
from beffroi.requests.events import Attached, Followed, Forgotten, Moved, Recorded
from beffroi.requests.types import Owed, Request, Told
from beffroi.trade.action import Action
from beffroi.trade.doors import trusted
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

LOOK_EVERY_S = 1.0
AT_ONCE = 20
PAUSES = (MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE)
GIVE_UP_AFTER = DAY
"""A server away for longer than this leaves the message to a voice."""

_ME = trusted(Actor(kind="system", name="tell_callers"))
_SENDING = "UPDATE requests_owed SET state = 'sending' WHERE id = %s AND state = 'waiting'"
_LEFT = "SELECT id FROM requests_owed WHERE state = 'sending'"
_OWED_TO = "SELECT id FROM requests_owed WHERE request = ANY(%s)"
_ORPHANS = """SELECT id FROM requests_owed WHERE id = ANY(%s)
    AND request NOT IN (SELECT request FROM requests_contact WHERE request IS NOT NULL)"""
_WHO = "SELECT name, phone, email, lang FROM requests_contact WHERE subject = %s"
REASONS = {
    "repaired": "repaired",
    "back": "came_back",
    "made_safe": "made_safe",
    "handed_over": "not_ours",
    "nothing_found": "nothing_found",
    "false_report": "nothing_found",
    "duplicate": "duplicate",
    "cleared_itself": "came_back",
    "other_operator": "not_ours",
    "not_found": "nothing_found",
}
"""What the room's results say honestly to a citizen; without result, the reason why."""

log = structlog.get_logger("callers")


def progress(line: Line, city: City) -> Sequence[Action]:
    """Tell the requests of an event how far it is."""
    event = line.event
    match event:
        case said.Taken(before=None):
            # taken over, it is where it was
            return [Progress(incident=event.incident, step="in_progress")]
        case crews.Engaged(expected_at=expected_at):
            return [Progress(incident=event.incident, step="in_progress", expected_at=expected_at)]
        case crews.CrewMoved(state="on_site"):
            return [Progress(incident=event.incident, step="on_site")]
        case said.Resolved():
            return [Progress(incident=event.incident, step="done")]
        case said.Closed(result=result, no_result=no_result):
            reason = REASONS.get(no_result) or REASONS.get(result, "refused")
            return [Progress(incident=event.incident, step="closed", reason=reason)]
        case said.Reopened():
            return [Progress(incident=event.incident, step="reopened")]
    return []


REACTION = Reaction(
    name="tell_callers",
    listens=(said.Taken, crews.Engaged, crews.CrewMoved, said.Resolved, said.Closed, said.Reopened),
    react=progress,
)


def step_of(taken: bool, resolved: bool, engagements: Iterable[Engagement], incident: UUID) -> Progress | None:
    """Return how far an event is already, for the requests that join it; nothing while nobody has it."""
    crew, expected_at = crew_of(engagements, incident)
    if resolved:
        return Progress(incident=incident, step="done")
    if crew in ("on_site", "made_safe"):
        return Progress(incident=incident, step="on_site")
    return Progress(incident=incident, step="in_progress", expected_at=expected_at) if crew or taken else None


class CatchUp:
    """Brings the requests that join an event under way to where it is: what happened before is not told again."""

    def __init__(self, core: CoreDoor) -> None:
        self._core = core
        self._joined: dict[UUID, None] = {}

    def begin(self) -> None:
        """Look once at every event that holds requests: we may have fallen before their step was told."""
        self._joined.update(dict.fromkeys(self._core.state("requests").of_incident))

    def committed(self, lines: tuple[Line, ...]) -> None:
        """Note the events that requests have just joined."""
        for line in lines:
            if isinstance(line.event, Recorded | Attached | Followed | Moved) and line.event.incident is not None:
                self._joined[line.event.incident] = None

    async def run(self) -> None:
        """Tell each of these events' requests how far it is."""
        for one in list(self._joined):
            incident = self._core.state("incidents").incidents.get(one)
            if incident is not None and incident.open:
                engagements = self._core.state("dispatch").engagements.values()
                step = step_of(incident.taken_by is not None, incident.state == "resolved", engagements, one)
                if step is not None:
                    await self._core.executor.execute(step, _ME)
            del self._joined[one]


class Teller:
    """Delivers what is owed, one message after another."""

    def __init__(self, core: CoreDoor, texts: TextGateway) -> None:
        self._core = core
        self._texts = texts
        self._zone = ZoneInfo(core.zone)
        self._gone: dict[UUID, None] = {}

    async def recover(self) -> None:
        """Mark what was on its way when we fell: nobody can know, so a person decides."""
        for (message,) in await self._core.reader.fetch(_LEFT):
            await self._note(message, "doubtful", "requests.fell_while_sending")
        kept = await self._texts.waiting()
        await self._texts.forget([one for (one,) in await self._core.reader.fetch(_ORPHANS, (kept,))])

    async def deliver_due(self) -> None:
        """Deliver what is due now."""
        now = self._core.clock.now()
        waiting = [
            one
            for one in self._core.state("requests").owed.values()
            if one.state == "waiting" and one.channel in ("email", "sms") and one.next_at <= now
        ]
        for owed in sorted(waiting, key=lambda one: one.created_at)[:AT_ONCE]:
            await self._deliver(msgspec.structs.replace(owed))

    async def _deliver(self, owed: Owed) -> None:
        request = self._core.state("requests").requests.get(owed.request)
        rows = await self._core.reader.fetch(_WHO, (str(owed.request),))
        if request is None or not rows:
            await self._note(owed.id, "waived", "requests.contact_gone")
            return
        try:
            await self._send(request, owed, Recipient(*rows[0]))
        except MailError as error:
            await self._failed(owed, error)
        except OSError as error:
            # the letter was being handed over: it may be there
            log.warning("letter in doubt", message=str(owed.id), error=type(error).__name__)
            await self._note(owed.id, "doubtful", "requests.link_lost_while_sending")
        except (psycopg.Error, Rejected):
            raise
        except Exception as error:  # one message that cannot be written stops neither the others nor the core
            # its type only: the words of an error may repeat the address
            log.error("message left to a voice", message=str(owed.id), error=type(error).__name__)
            await self._note(owed.id, "failed", "requests.unwritable")
        else:
            await self._note(owed.id, "sent", "")

    async def _send(self, request: Request, owed: Owed, who: Recipient) -> None:
        spoken = partial(spoken_time, zone=self._zone, lang=who.lang)
        if owed.channel == "sms":
            words = words_of(request, owed, who.lang, spoken)
            text = TextMessage(
                id=owed.id, request=owed.request, number=who.phone, text=words[0], created_at=owed.created_at
            )
            await self._texts.send(text)
            return
        settings = read_settings(self._core.data)
        if settings is None:
            raise MailError("requests.no_mail_server", "", lasting=True)
        if not who.email:
            raise MailError("requests.no_address", "", lasting=True)
        words = words_of(request, owed, who.lang, spoken, settings.follow_url)
        await self._post(settings, who, words, owed)

    async def _post(self, settings: MailSettings, who: Recipient, words: list[str], owed: Owed) -> None:
        # written before anything leaves: what cannot be is known for sure not to have left
        written = letter(settings, who, words, owed.id, self._core.clock.now()).as_bytes()
        talk = Talk(settings)
        try:
            await asyncio.to_thread(talk.prepare, address_of(who.email))
            await self._core.work(lambda connection: connection.execute(_SENDING, (owed.id,)))
            await asyncio.to_thread(talk.hand_over, written)
        finally:
            await asyncio.to_thread(talk.close)

    async def _failed(self, owed: Owed, error: MailError) -> None:
        now = self._core.clock.now()
        if error.lasting or now - owed.created_at > GIVE_UP_AFTER:
            await self._note(owed.id, "failed", error.code)
            return
        pause = PAUSES[min(owed.attempts, len(PAUSES) - 1)]
        log.warning("message tried again later", message=str(owed.id), code=error.code, detail=error.detail)
        await self._note(owed.id, "retry", error.code, now + pause)

    async def _note(self, message: UUID, result: Told, problem: str, next_at: Micros | None = None) -> None:
        action = NoteTold(message=message, result=result, problem=problem, next_at=next_at)
        await self._core.executor.execute(action, _ME)

    def forgotten(self, lines: tuple[Line, ...]) -> None:
        """Note who was forgotten; the files of a gateway are no work for a commit."""
        for line in lines:
            if isinstance(line.event, Forgotten):
                self._gone.update(dict.fromkeys(line.event.requests))

    async def forget(self) -> None:
        """Let go of what waits outside for those who were forgotten."""
        gone = list(self._gone)
        if gone:
            await self._texts.forget([one for (one,) in await self._core.reader.fetch(_OWED_TO, (gone,))])
            for one in gone:
                self._gone.pop(one, None)


async def run(core: CoreDoor) -> None:
    """Deliver until the core ends."""
    teller = Teller(core, FolderGateway(core.data / SMS_FOLDER))
    joined = CatchUp(core)
    joined.begin()
    core.on_commit(teller.forgotten)
    core.on_commit(joined.committed)
    recovered = False
    while True:
        try:
            if not recovered:
                await teller.recover()
                recovered = True
            await teller.forget()
            await joined.run()
            await teller.deliver_due()
        except (psycopg.OperationalError, Rejected, OSError) as error:
            log.warning("messages wait", error=type(error).__name__)
        await asyncio.sleep(LOOK_EVERY_S)


SERVICE = run

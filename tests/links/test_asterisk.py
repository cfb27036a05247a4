"""AMI: codec, session, mapping; our exchange against a client nobody here wrote; our link against our exchange."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import panoramisk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import beffroi.links.asterisk
from beffroi.links.asterisk.codec import LONGEST_BYTES, AmiError, Decoder, encode
from beffroi.links.asterisk.link import run as run_link
from beffroi.links.asterisk.mapping import Calls, extension_of
from beffroi.links.asterisk.messages import Message, action, event, response
from beffroi.links.asterisk.session import Session, SessionError, Step
from beffroi.links.asterisk.simulator import SimulatedExchange
from beffroi.model.calls import AGAIN, ASKED, TOLD, Asked, Told

CAPTURES = Path(beffroi.links.asterisk.__file__).parent / "captures"
SAFE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0\x85\u2028\u2029"), max_size=40)
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-()", min_size=1, max_size=20)


def heard_of(name: str) -> Calls:
    calls, decoder = Calls(), Decoder()
    for at, message in enumerate(decoder.feed((CAPTURES / name).read_bytes())):
        calls.hear(message, at)
    return calls


def test_a_call_through_the_queue() -> None:
    (line,) = heard_of("queue_call.txt").lines.values()
    assert (line.state, line.number, line.extension, line.queue) == ("ended", "0639980112", "201", "allo-mairie")


def test_a_caller_who_gives_up_without_a_number() -> None:
    calls = heard_of("abandoned.txt")
    (line,) = calls.lines.values()
    assert (line.state, line.number, line.extension) == ("ended", "", "")
    assert [news.state for news in calls.take_changed()] == ["ended"]


def test_an_answered_call_that_is_over_still_says_that_it_was_answered() -> None:
    calls = heard_of("queue_call.txt")
    (news,) = calls.everything(10)
    assert news.state == "ended"
    assert news.answered_at is not None
    assert news.rang_at < news.answered_at < news.since
    (lost,) = heard_of("abandoned.txt").everything(10)
    assert lost.answered_at is None


def test_the_capture_reads_the_same_with_bare_line_ends() -> None:
    data = (CAPTURES / "queue_call.txt").read_bytes().replace(b"\r\n", b"\n")
    assert Decoder().feed(data) == Decoder().feed(data.replace(b"\n", b"\r\n"))


@given(st.lists(st.lists(st.tuples(NAMES, SAFE), min_size=1, max_size=6), max_size=5), st.integers(1, 9))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_however_it_is_cut(blocks: list[list[tuple[str, str]]], cut: int) -> None:
    messages = [Message(tuple(headers)) for headers in blocks]
    data = b"".join(map(encode, messages))
    decoder = Decoder()
    found = [one for at in range(0, len(data), cut) for one in decoder.feed(data[at : at + cut])]
    assert found == messages


@given(st.binary(max_size=4000))
@settings(max_examples=200, deadline=None)
def test_noise_raises_nothing_but_its_own_error(data: bytes) -> None:
    calls = Calls()
    try:
        for message in Decoder().feed(data):
            calls.hear(message, 0)
    except AmiError:
        pass


def test_a_value_cannot_add_a_header() -> None:
    (read,) = Decoder().feed(encode(action("Redirect", Exten="201\r\nAction: Command")))
    assert len(read.headers) == 2
    assert read.find("action") == "Redirect"


def test_an_endless_block_is_refused() -> None:
    with pytest.raises(AmiError):
        Decoder().feed(b"a: b\r\n" * (LONGEST_BYTES // 4))
    with pytest.raises(AmiError):
        Decoder().feed(b"x" * (LONGEST_BYTES + 1))


def test_latin_1_and_lines_without_a_colon() -> None:
    (message,) = Decoder().feed("Event: X\r\nName: Mairie annexée\r\nsome output\r\n\r\n".encode("latin-1"))
    assert message.find("name") == "Mairie annexée"
    assert message.headers[-1] == ("", "some output")


@pytest.mark.parametrize(
    ("interface", "extension"),
    [
        ("PJSIP/201", "201"),
        ("PJSIP/201-0000001a", "201"),
        ("Local/201@agents-00;1", "201"),
        ("", ""),
        ("Local/201@from-queue/n", "201"),
        ("PJSIP/jean-marc", "jean-marc"),
        ("PJSIP/jean-marc-0000001a", "jean-marc"),
        ("DAHDI/33-1", "33"),
        ("SIP/agent-12", "agent-12"),
    ],
)
def test_extensions(interface: str, extension: str) -> None:
    assert extension_of(interface) == extension


def session(heard: list[Message]) -> Session:
    return Session("beffroi", "s3cret", ("allo-mairie",), heard.append, lambda: None, 0.0)


def test_the_password_never_crosses_the_line() -> None:
    talk = session([])
    (challenge,) = talk.start()
    (login,) = talk.receive(response("Success", ActionID=challenge.find("ActionID"), Challenge="840415273"), 0)
    assert b"s3cret" not in encode(login)
    assert len(login.find("Key")) == 32


def test_a_refused_login_says_so_and_another_queue_is_not_ours() -> None:
    heard: list[Message] = []
    talk = session(heard)
    talk.start()
    talk.receive(response("Success", ActionID="challenge-1", Challenge="1"), 0)
    with pytest.raises(SessionError, match="Authentication failed"):
        talk.receive(response("Error", ActionID="login-2", Message="Authentication failed"), 0)
    talk.receive(event("QueueCallerJoin", Queue="other", Uniqueid="1.1"), 0)
    assert heard == []


def test_silence_ends_the_line_and_a_missing_right_does_not() -> None:
    talk = session([])
    talk.start()
    talk.receive(response("Success", ActionID="challenge-1", Challenge="1"), 0)
    asked = talk.receive(response("Success", ActionID="login-2"), 0)
    for one in asked:
        talk.receive(response("Error", ActionID=one.find("ActionID"), Message="Permission denied"), 1)
    assert talk.step is Step.LIVE
    assert [one.name for one in talk.tick(16)] == ["Ping"]
    with pytest.raises(SessionError):
        talk.tick(60)


def run(scenario: Callable[[SimulatedExchange], Awaitable[None]]) -> None:
    async def main() -> None:
        exchange = SimulatedExchange("beffroi", "s3cret", time.monotonic)
        await exchange.start()
        try:
            await asyncio.wait_for(scenario(exchange), 30)
        finally:
            await exchange.stop()

    asyncio.run(main())


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_client_nobody_here_wrote_understands_our_exchange() -> None:
    async def scenario(exchange: SimulatedExchange) -> None:
        names: list[tuple[str, str]] = []
        manager = panoramisk.Manager(
            host="127.0.0.1", port=exchange.port, username="beffroi", secret="s3cret", ping_delay=60
        )
        manager.register_event("*", lambda _manager, message: names.append((message.event, message.uniqueid)))
        await manager.connect()
        await until(lambda: exchange.managers == 1)
        unique = exchange.ring("0639980112", "lampadaire éteint")
        answers = await manager.send_action({"Action": "QueueStatus"})
        rows = [one.event for one in answers if one.event]
        assert rows == ["QueueParams", "QueueEntry", "QueueStatusComplete"]
        channel = exchange.calls[unique].channel
        moved = await manager.send_action(
            {"Action": "Redirect", "Channel": channel, "Exten": "201", "Context": "x", "Priority": "1"}
        )
        assert moved.success
        refused = await manager.send_action({"Action": "Redirect", "Channel": "PJSIP/none", "Exten": "201"})
        assert not refused.success
        exchange.hang_up(unique)
        await until(lambda: ("Hangup", unique) in names)
        of_call = [name for name, of in names if of == unique]
        assert of_call == [
            "Newchannel",
            "QueueCallerJoin",
            "UserEvent",
            "QueueCallerLeave",
            "AgentConnect",
            "Hangup",
        ]
        manager.close()

    run(scenario)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_client_nobody_here_wrote_is_refused_with_a_wrong_secret() -> None:
    async def scenario(exchange: SimulatedExchange) -> None:
        manager = panoramisk.Manager(
            host="127.0.0.1", port=exchange.port, username="beffroi", secret="wrong", ping_delay=60
        )
        refused: list[Any] = []
        manager.on_login = refused.append
        await manager.connect()
        await asyncio.sleep(0.3)
        assert exchange.managers == 0
        manager.close()

    run(scenario)


class Hall:
    """The core's side of a link's door."""

    def __init__(self, exchange: SimulatedExchange, folder: Path) -> None:
        (folder / "ami.secret").write_text("s3cret\n")
        self.settings: dict[str, Any] = {
            "host": "127.0.0.1", "port": exchange.port, "username": "beffroi", "simulated": True,
            "secret_file": str(folder / "ami.secret"), "queues": ["allo-mairie"],
        }  # fmt: skip
        self.told: list[Told] = []
        self.handlers: dict[str, Any] = {}

    def now(self) -> int:
        return time.time_ns() // 1000

    async def tell(self, subject: str, payload: bytes) -> None:
        assert subject == TOLD
        self.told.append(msgspec.json.decode(payload, type=Told))

    async def listen(self, subject: str, handler: Any) -> None:
        self.handlers[subject] = handler

    def states(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for told in self.told:
            found.update({news.call: news.state for news in told.calls})
        return found


async def _nothing(exchange: SimulatedExchange) -> None:
    pass


def with_link(
    folder: Path,
    scenario: Callable[[SimulatedExchange, Hall], Awaitable[None]],
    before: Callable[[SimulatedExchange], Awaitable[None]] = _nothing,
) -> None:
    async def main(exchange: SimulatedExchange) -> None:
        await before(exchange)
        hall = Hall(exchange, folder)
        task = asyncio.create_task(run_link(hall))  # type: ignore[arg-type]
        try:
            await scenario(exchange, hall)
        finally:
            task.cancel()
            await asyncio.wait({task})

    run(main)


def test_our_link_follows_a_call_and_picks_it_up(tmp_path: Path) -> None:
    async def scenario(exchange: SimulatedExchange, hall: Hall) -> None:
        before = exchange.ring("0639980001")
        await until(lambda: exchange.managers == 1)
        await hall.handlers[AGAIN](AGAIN, b"")
        await until(lambda: hall.states().get(before) == "waiting")
        unique = exchange.ring("0639980112", "lampadaire éteint")
        await until(lambda: any(news.said for told in hall.told for news in told.calls))
        assert hall.states()[unique] == "waiting"
        await hall.handlers[ASKED](ASKED, msgspec.json.encode(Asked(call=unique, extension="204")))
        await until(lambda: hall.states().get(unique) == "talking")
        assert exchange.calls[unique].extension == "204"
        exchange.hang_up(unique)
        await until(lambda: hall.states().get(unique) == "ended")

    with_link(tmp_path, scenario)


def test_our_link_comes_back_and_learns_what_ended_meanwhile(tmp_path: Path) -> None:
    async def scenario(exchange: SimulatedExchange, hall: Hall) -> None:
        gone, stays = exchange.ring("0639980001"), exchange.ring("0639980002")
        await until(lambda: {gone, stays} <= set(hall.states()))
        exchange.drop()
        await until(lambda: exchange.managers == 0)
        exchange.hang_up(gone)
        late = exchange.ring("0639980003")
        await until(lambda: hall.states().get(gone) == "ended" and hall.states().get(late) == "waiting")
        assert hall.states()[stays] == "waiting"

    with_link(tmp_path, scenario)


def test_our_link_learns_a_conversation_that_began_before_it(tmp_path: Path) -> None:
    """A restart of the intake ends nobody's call: it is found alive, with who has it, and told when it is over."""

    async def scenario(exchange: SimulatedExchange, hall: Hall) -> None:
        await until(lambda: exchange.managers == 1)
        await hall.handlers[AGAIN](AGAIN, b"")
        await until(lambda: hall.states().get("1.talk") == "talking")
        (told,) = [news for news in hall.told[-1].calls if news.call == "1.talk"]
        assert (told.found, told.extension) == (True, "204")
        assert hall.states()["1.wait"] == "waiting"
        exchange.hang_up("1.talk")
        await until(lambda: hall.states()["1.talk"] == "ended")

    async def begun(exchange: SimulatedExchange) -> None:
        exchange.ring("0639980001", unique="1.talk")
        exchange.answer("1.talk", "204")
        exchange.ring("0639980002", unique="1.wait")

    with_link(tmp_path, scenario, begun)


def test_a_call_answered_while_the_link_was_away_is_in_conversation(tmp_path: Path) -> None:
    async def scenario(exchange: SimulatedExchange, hall: Hall) -> None:
        unique = exchange.ring("0639980001")
        await until(lambda: hall.states().get(unique) == "waiting")
        exchange.drop()
        await until(lambda: exchange.managers == 0)
        exchange.answer(unique, "204")
        await until(lambda: hall.states()[unique] == "talking")

    with_link(tmp_path, scenario)


def test_a_refused_pick_up_is_told_at_once(tmp_path: Path) -> None:
    async def scenario(exchange: SimulatedExchange, hall: Hall) -> None:
        unique = exchange.ring("0639980001")
        await until(lambda: hall.states().get(unique) == "waiting")
        exchange.refusing = True
        await hall.handlers[ASKED](ASKED, msgspec.json.encode(Asked(call=unique, extension="204")))
        await until(lambda: any(news.refused_at for told in hall.told for news in told.calls))
        assert hall.states()[unique] == "waiting"
        exchange.refusing = False
        await hall.handlers[ASKED](ASKED, msgspec.json.encode(Asked(call=unique, extension="204")))
        await until(lambda: hall.states().get(unique) == "talking")

    with_link(tmp_path, scenario)

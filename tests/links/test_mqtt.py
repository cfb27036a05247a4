"""The MQTT codec and session: round trips, pieces of a stream, garbage, and every transition of a connection."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.links.mqtt import messages
from beffroi.links.mqtt.codec import MqttError, decode, encode, pubacks, split
from beffroi.links.mqtt.session import Session, SessionLost, SessionPlan, SessionRefused
from beffroi.links.mqtt.simulator import GatewayClient

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=20)
ids = st.integers(1, 65_535)
packets = st.one_of(
    st.builds(
        messages.Connect,
        client_id=texts,
        username=texts,
        password=texts,
        clean=st.booleans(),
        keepalive_s=st.integers(0, 65_535),
    ),
    st.builds(messages.Connack, st.integers(0, 5), st.booleans()),
    st.builds(messages.Puback, ids),
    st.builds(messages.Subscribe, ids, st.lists(st.tuples(texts, st.integers(0, 2)), min_size=1).map(tuple)),
    st.builds(messages.Suback, ids, st.lists(st.sampled_from([0, 1, 2, 0x80]), min_size=1).map(tuple)),
    st.just(messages.Pingreq()),
    st.just(messages.Pingresp()),
    st.just(messages.Disconnect()),
)
publishes = st.builds(
    messages.Publish,
    topic=texts,
    payload=st.binary(max_size=300),
    qos=st.just(1),
    packet_id=ids,
    retain=st.booleans(),
    duplicate=st.booleans(),
)


@given(packets | publishes)
def test_a_packet_read_back_is_the_packet_written(packet):
    data = encode(packet)
    assert decode(data) == ([packet], len(data))


@given(st.lists(publishes, max_size=8), st.binary(max_size=4))
def test_a_stream_is_cut_into_its_messages_wherever_it_breaks(sent, extra):
    data = b"".join(map(encode, sent))
    for end in {0, len(data) // 2, len(data)}:
        first = split(data[:end])
        rest = split(data[first.consumed :])
        told = [(one.retain, (one.topic.encode(), one.packet_id, one.payload)) for one in sent]
        assert first.frames + rest.frames == [frame for retain, frame in told if not retain]
        assert first.retained + rest.retained == [frame for retain, frame in told if retain]
        assert first.consumed + rest.consumed == len(data)


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_waits_but_never_breaks(data):
    for read in (split, decode):
        try:
            read(data)
        except MqttError:
            continue
        except UnicodeDecodeError:
            assert read is decode


def test_a_packet_above_the_limit_is_refused_before_it_is_held():
    with pytest.raises(MqttError):
        split(b"\x30\xff\xff\xff\x7f", limit=1000)
    with pytest.raises(MqttError):
        split(b"\x30\xff\xff\xff\xff\x01")


def test_acknowledgements_are_one_piece_of_bytes():
    assert pubacks([1, 0x1234]) == b"\x40\x02\x00\x01\x40\x02\x12\x34"
    assert pubacks([]) == b""


PLAN = SessionPlan(client_id="me", username="u", password="p", filters=("bf1/+", "bf1/+/+"), keepalive_s=30)


def opened() -> Session:
    session = Session(PLAN)
    session.open(0.0)
    return session


def test_a_session_is_persistent_and_ready_once_both_filters_are_granted():
    session = Session(PLAN)
    ((connect,), _) = decode(session.open(0.0))
    assert connect.clean is False
    ((subscribe,), _) = decode(session.receive(messages.Connack(0, True)))
    assert subscribe.filters == (("bf1/+", 1), ("bf1/+/+", 1))
    assert not session.ready
    assert session.receive(messages.Suback(1, (1, 1))) == b""
    assert session.ready
    assert session.session_present


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        (messages.Connack(4), "mqtt.bad_credentials"),
        (messages.Connack(5), "mqtt.not_authorised"),
        (messages.Connack(99), "mqtt.refused"),
        (messages.Suback(1, (1, 0x80)), "mqtt.subscription_refused"),
        (messages.Suback(1, (1,)), "mqtt.subscription_refused"),
        (messages.Suback(1, (0, 1)), "mqtt.qos_lowered"),
        (messages.Puback(1), "mqtt.unexpected_packet"),
    ],
)
def test_a_refusal_says_what_to_mend(packet, code):
    with pytest.raises(SessionRefused) as refused:
        opened().receive(packet)
    assert refused.value.code == code


def test_a_quiet_line_is_pinged_then_given_up():
    session = opened()
    assert session.tick(10.0) == b""
    assert decode(session.tick(15.0))[0] == [messages.Pingreq()]
    assert session.tick(20.0) == b""
    session.hear(21.0)
    assert session.receive(messages.Pingresp()) == b""
    assert session.tick(30.0) == b""
    session.tick(40.0)
    with pytest.raises(SessionLost):
        session.tick(56.0)


def test_a_gateway_repeats_in_order_what_was_not_acknowledged():
    client = GatewayClient("gw", "secret", clean=False)
    client.connect()
    client.receive(encode(messages.Connack(0)))
    for number in range(3):
        client.publish(b"%d" % number)
    client.receive(pubacks([2]))
    client.connect()
    answer, _ = client.receive(encode(messages.Connack(0, True)))
    repeated = [packet for packet in decode(answer)[0] if isinstance(packet, messages.Publish)]
    assert [packet.payload for packet in repeated] == [b"0", b"2"]
    assert all(packet.duplicate for packet in repeated)

"""What a telephone exchange tells the core on the bus (`bf.call`), and what the core asks of it (`bf.call.do`)."""

from typing import Literal

import msgspec

from beffroi.model.time import Micros

TOLD = "bf.call"
ASKED = "bf.call.do"
AGAIN = "bf.call.ask"
"""Empty nudge of the core: tell everything again."""


class CallNews(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call as the exchange knows it now; `since` is when it came to this state, `rang_at` when it entered.

    `answered_at` stays when it is over: who learns of it late knows that somebody answered. `refused_at` is when the
    exchange refused to bring it to an extension. `found`: seen in conversation after an absence, whether or not it came
    through a queue; only a core that knows the call believes it.
    """

    call: str
    state: Literal["waiting", "talking", "ended"]
    rang_at: Micros
    since: Micros
    queue: str = ""
    number: str = ""
    extension: str = ""
    said: str = ""
    answered_at: Micros | None = None
    refused_at: Micros | None = None
    found: bool = False


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Calls that changed; or, when `complete`, all there are: a call unknown to it is over."""

    exchange: str
    calls: list[CallNews] = []
    complete: bool = False
    simulated: bool = False


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Bring a waiting call to an extension."""

    call: str
    extension: str

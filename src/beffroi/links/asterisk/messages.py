"""A message of AMI: a block of headers; the first one says what it is."""

from typing import Literal, NamedTuple

Kind = Literal["Action", "Response", "Event", "Other"]
KINDS: tuple[Kind, ...] = ("Action", "Response", "Event")


class Message(NamedTuple):
    """Headers in their order, as received; names are compared without case."""

    headers: tuple[tuple[str, str], ...]

    @property
    def kind(self) -> Kind:
        """Return what the message is; `Other` when its first header tells nothing known."""
        name = self.headers[0][0].lower() if self.headers else ""
        return next((kind for kind in KINDS if kind.lower() == name), "Other")

    @property
    def name(self) -> str:
        """Return the value of the first header: the name of the event, of the action, or the verdict."""
        return self.headers[0][1] if self.headers else ""

    def find(self, name: str, default: str = "") -> str:
        """Return the value of a header, the last one when it is repeated."""
        wanted = name.lower()
        return next((value for key, value in reversed(self.headers) if key.lower() == wanted), default)


def action(name: str, /, **headers: str) -> Message:
    """Return an action; underscores of header names are no part of AMI and are not expected."""
    return Message((("Action", name), *headers.items()))


def event(name: str, /, **headers: str) -> Message:
    """Return an event."""
    return Message((("Event", name), *headers.items()))


def response(verdict: str, /, **headers: str) -> Message:
    """Return a response."""
    return Message((("Response", verdict), *headers.items()))

"""Bytes ↔ messages of AMI; no socket, no clock. Blocks of `Name: value` lines end with an empty line."""

from beffroi.links.asterisk.messages import Message

LONGEST_BYTES = 64_000
"""One block beyond this is no AMI: the connection is to be closed."""

MOST_HEADERS = 400
BANNER = "Asterisk Call Manager"
FORBIDDEN = str.maketrans({"\r": " ", "\n": " ", "\0": " "})


class AmiError(ValueError):
    """Bytes that are no AMI; its text says why."""


class Decoder:
    """Takes bytes as they come, gives whole messages; remembers the greeting."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._size = 0
        self.banner = ""

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that are now whole; raises AmiError when this cannot be AMI."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_BYTES:
            raise AmiError("line too long")
        found = []
        for raw in lines:
            line = raw.rstrip(b"\r")
            if line:
                self._take(line)
            elif self._lines:
                found.append(_message(self._lines))
                self._lines, self._size = [], 0
        return found

    def _take(self, line: bytes) -> None:
        # the greeting is one line alone, not followed by an empty one
        if not self._lines and not self.banner and line.startswith(BANNER.encode()):
            self.banner = line.decode("utf-8", "replace")
            return
        self._size += len(line)
        if self._size > LONGEST_BYTES or len(self._lines) >= MOST_HEADERS:
            raise AmiError("block too long")
        self._lines.append(line)


def _message(lines: list[bytes]) -> Message:
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        text = _text(value if colon else line)
        # a line without a colon is a part of some output: kept under no name
        headers.append((_text(name).strip() if colon else "", text.removeprefix(" ")))
    return Message(tuple(headers))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def encode(message: Message) -> bytes:
    """Return the bytes of a message; line ends inside a value become spaces: nobody adds a header by them."""
    lines = [f"{name.translate(FORBIDDEN)}: {value.translate(FORBIDDEN)}" for name, value in message.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()

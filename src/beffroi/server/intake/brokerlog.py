"""Reads the broker's log for publishes that it acknowledged and dropped: MQTT 3.1.1 cannot tell the sender."""

import re
from pathlib import Path
from typing import NamedTuple

PIECE = 1 << 18
_VIOLATION = re.compile(
    r'- mid:\d+ - "(?P<client>[^"]*)" - Publish Violation - (?:User .*?, )?Subject "(?P<subject>[^"]*)"'
)


class Violation(NamedTuple):
    """A client published where it may not."""

    client: str
    topic: str


def parse(line: str) -> Violation | None:
    """Return the violation that a line of the log tells, or nothing."""
    found = _VIOLATION.search(line)
    return Violation(found["client"], found["subject"].replace(".", "/")) if found else None


class BrokerLog:
    """Follows the log from its present end; a log that shrank was rotated and is read from its beginning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def read(self) -> list[Violation]:
        """Return the violations told since the last call, a piece of 256 kB at a time."""
        try:
            size = self._path.stat().st_size
            if size < self._position:
                self._position, self._rest = 0, b""
            with self._path.open("rb") as file:
                file.seek(self._position)
                data = file.read(PIECE)
        except OSError:
            return []
        self._position += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [found for line in lines if (found := parse(line.decode("utf-8", "replace"))) is not None]

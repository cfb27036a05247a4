"""Follows the chain as it grows and signs its head, but only what follows from what was signed before."""

from collections.abc import Iterable
from pathlib import Path

from beffroi.journal.signing import HEADS_FOLDER, LATEST, SignedHead, SigningKey, is_signed, read_heads, write_head
from beffroi.journal.types import GENESIS, Head
from beffroi.journal.verify import Checked, Problem, Verifier
from beffroi.model.time import HOUR, Micros


class Watch:
    """The last head that this process vouches for; nothing here reads a clock or a database."""

    def __init__(self, key: SigningKey, folder: Path) -> None:
        self._key = key
        self._heads = folder / HEADS_FOLDER
        self.head = self._signed_before()
        self._signed: Head | None = None
        self._hourly_at: Micros | None = None

    def follow(self, lines: Iterable[Checked]) -> list[Problem]:
        """Verify lines that come after the head and move it; return what is wrong with them."""
        verifier = Verifier(start=self.head)
        last = self.head
        for line in lines:
            verifier.line(line)
            last = Head(line.position, line.hash)
        if verifier.report.problems:
            self._keep_evidence()
        self.head = last
        return verifier.report.problems

    def behind(self, position: int) -> Problem | None:
        """Return the problem of a journal that ends before what was signed, and start again from its beginning."""
        if position >= self.head.position:
            return None
        self._keep_evidence()
        self.head = GENESIS
        return Problem("journal.truncated", position)

    def sign(self, now: Micros) -> SignedHead | None:
        """Sign the head if it moved since the last time, keep it outside the database, and return it."""
        if self.head in (self._signed, GENESIS):
            return None
        signed = self._key.sign_head(self.head, now)
        hourly = self._hourly_at is None or now - self._hourly_at >= HOUR or now < self._hourly_at
        write_head(self._heads, signed, hourly=hourly)
        self._signed = self.head
        if hourly:
            self._hourly_at = now
        return signed

    def _keep_evidence(self) -> None:
        """Put the last sound head under its own name, so that the next one does not replace it."""
        latest = self._heads / LATEST
        if latest.exists():
            latest.replace(self._heads / f"before-break-{self.head.position}.json")

    def _signed_before(self) -> Head:
        for name, head in read_heads(self._heads):
            if name == LATEST and head is not None and is_signed(head, [self._key.public]):
                return Head(head.position, bytes.fromhex(head.hash))
        return GENESIS

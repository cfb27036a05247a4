"""What travels beside the events between a decision and its rows: contacts and numbers, which no line may hold."""

from uuid import UUID

from beffroi.requests.types import Contact

MOST = 1_000
"""Contacts waiting for their rows at once; the oldest leaves: its transaction failed long ago."""


class Held:
    """Contacts by request or call, from the decision until the transaction that writes them."""

    def __init__(self) -> None:
        self._contacts: dict[UUID | str, Contact] = {}

    def keep(self, subject: UUID | str, contact: Contact) -> None:
        """Hold a contact until its row is written."""
        self._contacts[subject] = contact
        while len(self._contacts) > MOST:
            del self._contacts[next(iter(self._contacts))]

    def take(self, subject: UUID | str) -> Contact | None:
        """Return and let go of a contact; nothing when none waits."""
        return self._contacts.pop(subject, None)

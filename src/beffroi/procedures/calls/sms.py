"""Text messages to callers: a seam for whatever carries them, and a folder of intents behind it."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from uuid import UUID

import msgspec

from beffroi.model.time import Micros
from beffroi.procedures.calls.mail import MailError

SMS_FOLDER = "sms"
MODE = 0o640
"""Us, and the group of the program that takes them."""


class TextMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One SMS to send: `id` is its identity, whoever sends it again."""

    id: UUID
    request: UUID
    number: str
    text: str
    created_at: Micros


class TextGateway(Protocol):
    """The seam of SMS: whatever carries them. `send` returns once the gateway is answerable for the message.

    Raises MailError when it is not; the same `id` again must not be sent twice.
    """

    async def send(self, message: TextMessage) -> None:
        """Hand a message over."""

    async def waiting(self) -> list[UUID]:
        """List the messages that nobody took yet."""

    async def forget(self, messages: Sequence[UUID]) -> None:
        """Let go of messages that nobody took yet; raises OSError when it cannot now."""


class FolderGateway:
    """A folder of intents, `<data>/sms/<id>.json`: a program of the operator's takes and removes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: TextMessage) -> None:
        """Write the intent, whole or not at all."""
        if not self._folder.is_dir():
            raise MailError("requests.no_sms_gateway", "", lasting=True)
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise MailError("requests.sms_folder", type(error).__name__) from error

    def _write(self, message: TextMessage) -> None:
        draft = self._folder / f"{message.id}.part"
        # nobody else reads it, even for the moment that it takes to write
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(message))
        draft.chmod(MODE)
        draft.replace(draft.with_suffix(".json"))

    async def waiting(self) -> list[UUID]:
        """List the intents that nobody took yet, those half written too."""
        return await asyncio.to_thread(self._list)

    def _list(self) -> list[UUID]:
        found: list[UUID] = []
        for path in self._folder.glob("*"):
            try:
                found.append(UUID(path.stem))
            except ValueError:
                continue  # not ours
        return found

    async def forget(self, messages: Sequence[UUID]) -> None:
        """Remove the intents that nobody took yet, those half written too."""
        await asyncio.to_thread(self._unlink, messages)

    def _unlink(self, messages: Sequence[UUID]) -> None:
        for message in messages:
            for suffix in (".part", ".json"):
                (self._folder / f"{message}{suffix}").unlink(missing_ok=True)

"""Events: what happened, in the past tense; structs are never edited, only superseded by a next version."""

from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of every event. Its `tag` is "<trade>.<past tense>"; `version` grows when a new struct supersedes it.

    `erasable` names the fields of free text or personal data, each with the purpose that decides its end date: the
    journal keeps them outside the hashed line, which holds a salted hash in their place (house convention 4).
    """

    version: ClassVar[int] = 1
    erasable: ClassVar[dict[str, str]] = {}

    @classmethod
    def event_type(cls) -> str:
        """Return the tag under which this event is journalled."""
        return str(cls.__struct_config__.tag)

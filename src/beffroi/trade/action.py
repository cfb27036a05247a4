"""Actions: what somebody asks, in the imperative."""

from typing import ClassVar

import msgspec


class Action(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """Base of every action. A subclass gives its `tag` ("alarms.acknowledge") and the `right` that its author needs.

    `right` empty means that no person asks it: only the system, a machine's door or a reaction does.
    """

    right: ClassVar[str] = ""

    @classmethod
    def action_type(cls) -> str:
        """Return the tag under which this action travels."""
        return str(cls.__struct_config__.tag)

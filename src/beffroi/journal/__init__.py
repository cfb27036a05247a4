"""The journal: append-only, chained, signed; what Beffroi proves (house convention 4)."""

from beffroi.journal.codec import Decoder, JournalError, encode_lines
from beffroi.journal.room import TRADE
from beffroi.journal.types import GENESIS, Body, Head, StoredLine

__all__ = ["GENESIS", "TRADE", "Body", "Decoder", "Head", "JournalError", "StoredLine", "encode_lines"]

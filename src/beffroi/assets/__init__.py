"""The register: what the city has, where it stands, who feeds it, and every change of it."""

from beffroi.assets.room import TRADE

__all__ = ["TRADE"]

"""Access: people, machines, communes, rights as filters, purposes (house conventions 9 and 10)."""

from beffroi.access.room import TRADE
from beffroi.access.session import COOKIE, CSRF_HEADER, Gate

__all__ = ["COOKIE", "CSRF_HEADER", "TRADE", "Gate"]

"""Orders to the lights, followed point by point; *forçages* with an end; *consignations*, above every order."""

from beffroi.orders.room import TRADE

__all__ = ["TRADE"]

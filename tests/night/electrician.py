"""The electrician at a seat of his own: what he says that he locks out, he enters, and he alone lifts it."""

import re

from tests.fault.room import Refused
from tests.night.city import NightCity
from tests.night.voices import Heard

CODE = "4711"
LOCKS = re.compile(r"je consigne le départ (\S+) : chargé de consignation (.+), certificat (\S+?)\.")
LIFTS = re.compile(r"consignation levée sur (\S+), certificat (\S+) rendu")


class Electrician:
    """Whoever works in the street, at the desk's other end."""

    def __init__(self, city: NightCity) -> None:
        self._city = city
        self._seat = city.seat("electricien")
        self.certificates: dict[str, str] = {}
        """Every lock-out of the night, by circuit."""

    def follow(self, heard: Heard) -> None:
        """Enter the lock-out, or lift it, that a sentence tells."""
        if found := LOCKS.search(heard.text):
            circuit, holder, certificate = found.groups()
            self.certificates[circuit] = certificate
            asset = self._city.asset(circuit)
            try:
                self._seat.act("orders.consign", asset=asset, holder=holder, certificate=certificate, code=CODE)
            except Refused as refusal:
                # a night broken off left it locked out, under the same certificate: the same seed says the same
                assert refusal.code == "orders.already_locked", refusal
        elif found := LIFTS.search(heard.text):
            circuit, certificate = found.groups()
            self._seat.act("orders.lift", asset=self._city.asset(circuit), certificate=certificate, code=CODE)

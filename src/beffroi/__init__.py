"""Beffroi, an open-source urban hypervisor: one command post for the equipment of a metropole."""

__version__ = "0.2.0"

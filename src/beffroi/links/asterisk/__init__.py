"""Asterisk Manager Interface (AMI): the calls of the telephone exchange, and picking one up."""

from beffroi.links.asterisk.link import run
from beffroi.links.registry import Link

LINK = Link(name="asterisk", run=run)

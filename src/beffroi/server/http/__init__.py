"""The HTTP and WebSocket application: actions generated from the trades, their readings, the feed, the desk."""

from beffroi.server.http.app import build_app

__all__ = ["build_app"]

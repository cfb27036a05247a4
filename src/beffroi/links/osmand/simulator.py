"""The other end of the OsmAnd protocol: a tracker that says where it is."""

from beffroi.links.osmand.codec import encode_query
from beffroi.links.osmand.messages import Fix


def request_bytes(fix: Fix, host: str) -> bytes:
    """Return the HTTP/1.1 request that sends a fix on a connection kept open."""
    return f"POST /?{encode_query(fix)} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode("ascii")

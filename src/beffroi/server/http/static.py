"""The desk's files: compressed once, cached for ever when their name carries their hash, the page itself never."""

import gzip
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from beffroi.trade.doors import PUBLIC

FOLDER = Path(__file__).parent.parent / "static"
INDEX = "index.html"
SMALLEST = 1_024
COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg", "application/wasm")
FOR_EVER = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"
HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.\w+$")

NOT_BUILT = """<!doctype html><html lang="fr"><meta charset="utf-8"><title>Beffroi</title>
<h1>Beffroi</h1>
<p>L'interface n'est pas construite. Lancez&nbsp;: <code>scripts/demo</code>, ou dans <code>web/desk</code>&nbsp;:
<code>npm ci &amp;&amp; npm run build</code>. L'API répond sous <code>/api</code>, sa description est à
<code>/api/schema</code>.</p>
<p lang="en">The front end is not built. Run: <code>scripts/demo</code>, or in <code>web/desk</code>:
<code>npm ci &amp;&amp; npm run build</code>. The API answers under <code>/api</code>, described at
<code>/api/schema</code>.</p></html>"""


class File(NamedTuple):
    """One file as it is sent: its bodies by encoding, "" for none."""

    media: str
    tag: str
    cache: str
    bodies: Mapping[str, bytes]


class Files:
    """Reads each file of the desk once; a name that leads nowhere is the page of the desk, or nothing under assets."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder.resolve()
        self._known: dict[str, tuple[int, File]] = {}

    def find(self, name: str) -> File | None:
        """Return a file of the folder, or nothing; a file built again is read again."""
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file() or path.name.startswith("."):
            return None
        changed = path.stat().st_mtime_ns
        known = self._known.get(name)
        if known is None or known[0] != changed:
            known = self._known[name] = (changed, _read(path, changed))
        return known[1]


def _read(path: Path, changed: int) -> File:
    content = path.read_bytes()
    media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    bodies = {"": content}
    brotli = path.with_name(path.name + ".br")
    if brotli.is_file():
        bodies["br"] = brotli.read_bytes()
    if len(content) >= SMALLEST and media.startswith(COMPRESSED):
        bodies["gzip"] = gzip.compress(content, 6, mtime=0)
    cache = FOR_EVER if path.name != INDEX and HASHED.search(path.name) else ALWAYS_ASK
    return File(media, f'"{changed:x}-{len(content):x}"', cache, bodies)


def static_routes(files: Files) -> list[Any]:
    """Return the routes of the desk: every path that is no API is a file, or the desk's own page."""

    @get(["/", "/{path:path}"], include_in_schema=False, opt=PUBLIC | {"no_compress": True})
    async def serve(request: Request[Any, Any, Any], path: str = "") -> Response[bytes]:
        name = path.strip("/")
        file = files.find(name or INDEX)
        if file is None and (name.split("/")[0] in {"api", "assets"} or "." in name.split("/")[-1]):
            raise NotFoundException
        file = file or files.find(INDEX)
        if file is None:
            return Response(NOT_BUILT.encode(), media_type="text/html; charset=utf-8", status_code=200)
        return _send(request, file)

    return [serve]


def _send(request: Request[Any, Any, Any], file: File) -> Response[bytes]:
    accepted = request.headers.get("accept-encoding", "")
    encoding = next((name for name in ("br", "gzip") if name in file.bodies and name in accepted), "")
    headers = {"ETag": file.tag, "Cache-Control": file.cache, "Vary": "Accept-Encoding"}
    if encoding:
        headers["Content-Encoding"] = encoding
    if request.headers.get("if-none-match") == file.tag:
        return Response(b"", status_code=304, headers=headers, media_type=file.media)
    return Response(file.bodies[encoding], headers=headers, media_type=file.media)

"""A capture is a test: a file saved into a link's `captures/` must decode."""

from pathlib import Path

import msgspec
import pytest

import beffroi.links
from beffroi.links.asterisk.codec import Decoder as AmiDecoder
from beffroi.links.http.codec import decode_body
from beffroi.links.osmand.codec import decode_request
from beffroi.links.readings import Item

LINKS = Path(beffroi.links.__file__).parent
CAPTURES = sorted(LINKS.glob("*/captures/*"))


def test_every_link_has_a_capture_and_a_page():
    folders = [path for path in LINKS.iterdir() if (path / "__init__.py").exists()]
    assert {path.parents[1] for path in CAPTURES} == set(folders)
    assert all((folder / "README.md").exists() for folder in folders)


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: f"{path.parents[1].name}/{path.name}")
def test_a_capture_decodes(capture):
    data = capture.read_bytes()
    match capture.parents[1].name:
        case "mqtt":
            assert msgspec.json.decode(data, type=list[Item])
        case "http":
            items, _, refused = decode_body(data)
            assert items
            assert not refused
        case "osmand":
            assert decode_request(data.decode(), b"").device
        case "asterisk":
            assert AmiDecoder().feed(data)
        case other:
            pytest.fail(f"say here how a capture of {other} is read")

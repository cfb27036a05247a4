"""What leaves the main courante: a print, and an export whose signature anybody may check."""

import io
import json
import zipfile
from hashlib import sha256
from uuid import UUID

from beffroi.journal.signing import PublicKey, SigningKey
from beffroi.logbook.actions import Correct, Note, Write
from beffroi.logbook.api import Wanted
from beffroi.logbook.events import Written
from beffroi.model.time import MINUTE
from beffroi.procedures.logbook_paper import TEMPLATE, pack, printed
from beffroi.procedures.paper import pdf
from tests.logbook.room import CAMILLE, REACTION, START, Room


def _room() -> Room:
    room = Room()
    (first,) = room.do(Write(text="=cmd|' /C calc'!A0", local=UUID(int=4), typed_at=START - 30 * MINUTE))
    assert isinstance(first.event, Written)
    room.do(Correct(entry=first.event.entry, text="Équipe sur place"))
    room.do(Note(code="seats.note.held", params={"label_fr": "Éclairage", "seat": "Poste 1"}), actor=REACTION)
    return room


def test_one_altered_byte_of_an_export_is_seen() -> None:
    entries = list(_room().state.entries.values())
    key = SigningKey(bytes(range(32)))
    content, manifest = pack(entries, key, Wanted(q="équipe"), START, "x", "Europe/Paris")
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        said, signature = zipped.read("manifest.json"), zipped.read("manifest.sig").decode()
        table = zipped.read("main-courante.csv")
        public = PublicKey.of(bytes.fromhex(zipped.read("public.key").decode()))
    assert public.signed(said, signature)
    assert not public.signed(said.replace(b'"lines": 3', b'"lines": 4'), signature)
    assert json.loads(said)["files"]["main-courante.csv"]["sha256"] == sha256(table).hexdigest()
    assert (manifest.lines, manifest.filters) == (3, {"q": "équipe"})
    lines = table.decode("utf-8-sig").splitlines()
    assert lines[1].endswith(";'=cmd|' /C calc'!A0")
    assert lines[3].endswith("Prise de poste : Éclairage (Poste 1)")


def test_the_print_says_corrections_late_lines_and_names() -> None:
    entries = list(_room().state.entries.values())
    assert CAMILLE.id
    data = printed(entries, "fr", "Europe/Paris", {CAMILLE.id: "Camille"})
    assert data["rows"][1][1] == "Rectificatif : Équipe sur place"
    assert "saisie différée" in data["rows"][0][2]
    assert [row[2].split(" · ")[0] for row in data["rows"]] == ["Camille", "Camille", "automatique"]
    assert pdf(TEMPLATE, data).startswith(b"%PDF")
    assert pdf(TEMPLATE, printed([], "en", "Europe/Paris", {})).startswith(b"%PDF")

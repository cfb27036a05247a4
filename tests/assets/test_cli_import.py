"""`beffroi import` against the whole product, as somebody types it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

PASSWORD = "un-mot-de-passe-assez-long-2026"
MAPPING = """name = "ville"
[[layer]]
file = "l.csv"
kind = "street_light"
key = "{num}"
fields.code = "{num}"
"""
LAMPS = "num;lon;lat\nA1;5,02;47,32\nA2;5,03;47,32\nA2;5,03;47,32\n"


def _key(product: Any, wait_until: Callable[..., Any]) -> str:
    """Sign the first administrator in, change the one-time password, make a key."""
    first = product.settings.keys / "first-password.txt"
    wait_until(first.exists, 20)
    login, once = first.read_text().split()
    with httpx.Client(base_url=product.settings.http_url, timeout=20) as client:
        wait_until(
            lambda: client.post("/api/login", json={"login": login, "password": once}).status_code == 200, 20, 0.3
        )
        me = client.get("/api/me").json()
        headers = {"X-Beffroi-CSRF": me["csrf"]}
        changed = client.post("/api/access/password", json={"present": once, "new": PASSWORD}, headers=headers)
        assert changed.status_code == 204, changed.text
        me = client.post("/api/login", json={"login": login, "password": PASSWORD}).json()
        form = {"name": "import", "grants": [{"role": "administrator"}]}
        made = client.post("/api/access/keys", json=form, headers={"X-Beffroi-CSRF": me["csrf"]})
        return str(made.json()["secret"])


@pytest.mark.slow
def test_import_list_and_undo_from_the_command_line(
    run_beffroi: Any, wait_until: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "lampadaires.csv").write_text(LAMPS, "utf-8")
    with run_beffroi() as product:
        key = _key(product, wait_until)

        def beffroi(*arguments: str, status: int = 0, **environment: str) -> str:
            done = subprocess.run(
                [sys.executable, "-m", "beffroi.server.cli", "--data", str(product.settings.data), *arguments],
                capture_output=True,
                text=True,
                cwd=tmp_path,
                env={**os.environ, "BEFFROI_KEY": key, "COLUMNS": "200", **environment},
                timeout=60,
                check=False,
            )
            assert done.returncode == status, done.stdout + done.stderr
            return done.stdout + done.stderr

        assert "rien n'a été enregistré" in beffroi("import", "lampadaires.csv", "--preview")
        assert not list(tmp_path.glob("refus-*")), "a preview writes nothing that was not asked for"
        english = beffroi("import", "lampadaires.csv", "--preview", BEFFROI_LANG="en")
        assert "Columns separated by" in english
        assert "Duplicate: the identifier A2 is already that of line 3." in english
        told = beffroi("import", "lampadaires.csv", "--refused", "refus.csv")
        assert "2 changements enregistrés" in told
        assert "Doublon : l'identifiant A2 est déjà celui de la ligne 3." in (tmp_path / "refus.csv").read_text("utf-8")
        assert "Aucun changement" in beffroi("import", "lampadaires.csv")
        identity = told.rsplit("Import ", 1)[1].split()[0]
        listed = beffroi("import", "--list", COLUMNS="80")
        assert identity in listed
        assert "enregistré" in listed
        assert "Import annulé" in beffroi("import", "--undo", identity)
        (tmp_path / "ville").mkdir()
        (tmp_path / "ville" / "l.csv").write_text(LAMPS.replace("A", "B"), "utf-8")
        (tmp_path / "ville.toml").write_text(MAPPING, "utf-8")
        assert "2 changements" in beffroi("import", "--mapping", "ville.toml", "--from", "ville")
        assert "il manque : l.csv" in beffroi("import", "--mapping", "ville.toml", status=1)
        assert "Correspondance illisible" in beffroi("import", "--mapping", "absent.toml", status=1)
        assert "ni une correspondance connue" in beffroi("import", "absent.csv", status=1)
        assert "manque" in beffroi("import", "dijon", status=1)

"""The command line as a person uses it: both languages, sentences for failures, statuses for scripts."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from beffroi.server.cli.texts import TEXTS
from beffroi.server.cli.texts_doctor import TEXTS as DOCTOR

SOURCE = Path(__file__).parents[2] / "src" / "beffroi" / "server"


def beffroi(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "beffroi.server.cli", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", **environment},
        timeout=60,
    )


@pytest.mark.parametrize("catalogue", [TEXTS, DOCTOR])
def test_every_sentence_exists_in_both_languages_with_the_same_params(catalogue: dict[str, dict[str, str]]) -> None:
    for code, sentence in catalogue.items():
        assert set(sentence) == {"fr", "en"}, code
        params = [set(re.findall(r"\{(\w+)\}", sentence[language])) for language in ("fr", "en")]
        assert params[0] == params[1], code


def test_every_code_raised_by_these_files_has_its_sentence() -> None:
    raised = set()
    for path in [*SOURCE.glob("*.py"), *(SOURCE / "engines").glob("*.py")]:
        errors = r"(?:Settings|Engine|Migration|Backup)Error\(\s*\"([a-z_.]+)\""
        raised |= set(re.findall(errors, path.read_text(encoding="utf-8")))
    assert raised
    assert raised <= set(TEXTS)


def test_help_is_french_first_and_english_on_demand() -> None:
    assert "hyperviseur urbain" in beffroi("--help").stdout
    assert "urban hypervisor" in beffroi("--lang", "en", "--help").stdout
    assert "urban hypervisor" in beffroi("--help", BEFFROI_LANG="en").stdout


def test_each_command_teaches_with_an_example() -> None:
    for command in ("up", "demo", "status", "doctor", "backup", "restore"):
        assert "Exemple" in beffroi(command, "--help").stdout, command


def test_failure_is_one_sentence_and_status_one(tmp_path: Path) -> None:
    (tmp_path / "beffroi.toml").write_text("htp_port = 80")
    done = beffroi("--data", str(tmp_path), "up")
    assert done.returncode == 1
    assert "Réglage inconnu « htp_port »" in done.stderr
    assert "Traceback" not in done.stderr


def test_status_of_a_stopped_city_is_three(tmp_path: Path) -> None:
    done = beffroi("--data", str(tmp_path), "status")
    assert (done.returncode, done.stdout.strip()) == (3, f"Rien ne tourne sur {tmp_path}.")


def test_restore_refuses_a_folder_that_is_not_a_backup(tmp_path: Path) -> None:
    done = beffroi("--data", str(tmp_path / "new"), "restore", str(tmp_path))
    assert done.returncode == 1
    assert "n'est pas une sauvegarde complète" in done.stderr


def test_doctor_on_a_new_folder_finds_no_error(tmp_path: Path, ephemeral: dict[str, str]) -> None:
    done = beffroi("--data", str(tmp_path), "doctor", **ephemeral)
    assert done.returncode == 0, done.stdout
    assert "PostgreSQL" in done.stdout
    assert "beffroi backup" in done.stdout


def test_doctor_hides_passwords_and_tells_a_common_role(database: Any, tmp_path: Path) -> None:
    done = beffroi("--data", str(tmp_path), "doctor", BEFFROI_DATABASE=database.app)
    assert database.app not in done.stdout
    assert "•••" in done.stdout
    assert "BEFFROI_DATABASE_OWNER" in done.stdout

"""The command line as a person uses it: both languages, sentences for failures, statuses for scripts."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from beffroi.server.cli import build
from beffroi.server.cli.source import _inside
from beffroi.server.cli.texts import TEXTS
from beffroi.server.cli.texts_doctor import TEXTS as DOCTOR
from beffroi.server.plugins import PluginError, ensure_usable
from beffroi.server.settings import load_settings

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
    def leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield path, command
        for name, below in getattr(command, "commands", {}).items():
            yield from leaves(below, (*path, name))

    found = list(leaves(typer.main.get_command(build()), ()))[1:]
    assert len(found) > 25
    for path, command in found:
        assert "Exemple" in command.help, path


def test_the_terminals_own_language_is_followed_unless_told_otherwise() -> None:
    assert "urban hypervisor" in beffroi("--help", LANG="en_GB.UTF-8").stdout
    assert "hyperviseur urbain" in beffroi("--help", LANG="C.UTF-8").stdout
    assert "hyperviseur urbain" in beffroi("--help", LANG="en_GB.UTF-8", BEFFROI_LANG="fr").stdout


def test_failure_in_the_settings_is_one_sentence_and_nobody_tries_again(tmp_path: Path) -> None:
    (tmp_path / "beffroi.toml").write_text("htp_port = 80")
    done = beffroi("--data", str(tmp_path), "up")
    assert done.returncode == 78
    assert "Réglage inconnu « htp_port »" in done.stderr
    assert "Traceback" not in done.stderr


def test_status_of_a_stopped_city_is_three(tmp_path: Path) -> None:
    done = beffroi("--data", str(tmp_path), "status")
    assert (done.returncode, done.stdout.strip()) == (3, f"Rien ne tourne sur {tmp_path}.")


def test_a_bad_plugin_is_refused_before_anything_starts(tmp_path: Path) -> None:
    folder = tmp_path / "plugins" / "trap"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("print('noise')\n\nimport nothing_here\n")
    done = beffroi("--data", str(tmp_path), "up", LANG="en")
    assert done.returncode == 78
    assert f"{folder}/__init__.py:3" in done.stderr
    assert "No module named 'nothing_here'" in done.stderr
    assert "beffroi up --without trap" in done.stderr
    assert not (tmp_path / "engines").exists()


def test_a_plugin_left_out_is_not_even_read(tmp_path: Path) -> None:
    for name in ("trap", "good"):
        (tmp_path / "plugins" / name).mkdir(parents=True)
        (tmp_path / "plugins" / name / "__init__.py").write_text("raise OSError\n" if name == "trap" else "")
    settings = load_settings({"BEFFROI_PLUGINS_OFF": "trap, other"}, data=tmp_path)
    ensure_usable(settings)
    with pytest.raises(PluginError, match="trap"):
        ensure_usable(load_settings({}, data=tmp_path))


def test_every_rule_of_a_plugin_has_its_sentence() -> None:
    rules = set()
    for path in (SOURCE.parent / "equipment" / "__init__.py", SOURCE.parent / "links" / "registry.py"):
        rules |= set(re.findall(r"(?:Equipment|Link)Error\(\"([a-z_.]+)\"", path.read_text(encoding="utf-8")))
    assert rules
    assert rules <= set(TEXTS)


def test_the_line_to_try_speaks_of_an_asset_inside_the_pattern() -> None:
    assert [_inside([pattern]) for pattern in ("T*", "A045-??", "[FG]*x", "*")] == ["T1", "A045-11", "F1x", "A045-12"]


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

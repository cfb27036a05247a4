"""The documents say what exists: commands, settings, routes, kinds; their links lead somewhere, their commands run."""

import os
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import typer

from beffroi.equipment import registry
from beffroi.server.cli import build
from beffroi.server.settings import PREFIX, Settings
from beffroi.server.wiring import find_trades

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
TEXTS = {name: page.read_text(encoding="utf-8") for name, page in zip(NAMES, PAGES, strict=True)}
ALL = "\n".join(text for name, text in TEXTS.items() if name != "CHANGELOG.md")

LINK = re.compile(r"\]\(([^)\s]+)\)")
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`(?:\.venv/bin/)?(beffroi [^`\n]+|scripts/[^`\n]+)`")
PROGRAMS = re.compile(r"^(?:\.venv/bin/|/opt/beffroi/\.venv/bin/)?beffroi$")


def commands() -> dict[str, click.Command]:
    """Return every command that does something, by its words."""
    found: dict[str, click.Command] = {}

    def walk(command: Any, words: tuple[str, ...]) -> None:
        children = getattr(command, "commands", None)
        if children is None:
            found[" ".join(words)] = command
            return
        for name, child in children.items():
            walk(child, (*words, name))

    walk(typer.main.get_command(build()), ())
    return found


COMMANDS = commands()
GLOBAL = {
    option: getattr(parameter, "is_flag", False)
    for parameter in typer.main.get_command(build()).params
    for option in parameter.opts
} | {"--help": True}
"""Options before the command, and whether each stands alone."""


def anchors(text: str) -> set[str]:
    """Return the anchors that the headings of a page give, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    for target in LINK.findall(TEXTS[name]):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        page = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert page.exists(), f"{name}: {target}"
        if anchor:
            assert anchor in anchors(page.read_text(encoding="utf-8")), f"{name}: {target}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_page_is_in_the_index(page: Path) -> None:
    assert page.name == "index.md" or f"({page.name})" in TEXTS["docs/index.md"]


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_is_documented(words: str) -> None:
    assert re.search(rf"\bbeffroi (?:--\S+ \S+ )?{words}\b", ALL)


@pytest.mark.parametrize("field", [field for field in Settings.__struct_fields__ if field != "origins"])
def test_every_setting_is_documented(field: str) -> None:
    assert f"`{PREFIX}{field.upper()}`" in TEXTS["docs/install.md"]


def test_no_setting_is_invented() -> None:
    known = {f"{PREFIX}{field.upper()}" for field in Settings.__struct_fields__} | {f"{PREFIX}KEY"}
    told = set(re.findall(r"BEFFROI_[A-Z_]*[A-Z]", ALL))
    assert {name for name in told - known if not name.startswith(f"{PREFIX}REHEARSAL")} <= {
        *(f"{PREFIX}{name}" for name in ("TEST_POSTGRES_BIN", "MOMENTS", "NIGHT", "NIGHT_RATE")),
        *(f"{PREFIX}NIGHT_{name}" for name in ("LEDGER", "WITHIN_S")),
    }


@pytest.mark.parametrize(
    "prefix", sorted({trade.name for trade in find_trades()} | {"actions", "feed", "map", "search"})
)
def test_every_prefix_of_the_api_is_documented(prefix: str) -> None:
    assert re.search(rf"`/api/{prefix}\b", TEXTS["docs/index.md"])


@pytest.mark.parametrize("kind", registry())
def test_every_kind_is_documented(kind: str) -> None:
    assert f"`{kind}`" in TEXTS["docs/add-equipment.md"]


def lines_of(text: str) -> list[str]:
    """Return the shell lines of a page, continued ones joined, and the commands named in its sentences."""
    blocks = [line for block in SHELL.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in [*blocks, *INLINE.findall(text)] if line.strip()]


def split(line: str) -> list[str]:
    """Return the words of a shell line; nothing when it is a piece of a quoted text."""
    try:
        return shlex.split(line.replace("$(", " ").replace(")", " "), comments=True)
    except ValueError:
        return []


@pytest.mark.parametrize("name", NAMES)
def test_the_commands_shown_exist(name: str) -> None:
    for line in lines_of(TEXTS[name]):
        words = split(line)
        for place, word in enumerate(words):
            if PROGRAMS.match(word):
                _check_command(name, line, words[place + 1 :])
            elif word.startswith("scripts/"):
                assert os.access(ROOT / word, os.X_OK), f"{name}: {line}"


def _check_command(name: str, line: str, words: list[str]) -> None:
    """Check the words after `beffroi`: global options, a command that exists, options that it knows."""
    while words and words[0].startswith("--"):
        option, *words = words
        assert option in GLOBAL, f"{name}: {line}"
        words = words if GLOBAL[option] else words[1:]
    if not words or not re.match(r"^[a-z]+$", words[0]):
        return
    found = [known for known in COMMANDS if " ".join(words[: known.count(" ") + 1]) == known]
    if not found and len(words) == 1:
        assert any(known.startswith(f"{words[0]} ") for known in COMMANDS), f"{name}: {line}"
        return
    assert found, f"{name}: {line}"
    known = {option for parameter in COMMANDS[found[0]].params for option in parameter.opts} | {"--help"}
    for word in words:
        if word in {"|", "&&", ";"}:
            break
        assert not word.startswith("--") or word in known, f"{name}: {word} in {line}"

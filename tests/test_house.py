"""The size of things: a function is read in one look, a file in one sitting."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "beffroi"
FILE_LINES = 400
FUNCTION_LINES = 40

EXCEPTIONS: dict[str, str] = {
    "server/cli/texts.py": "a catalogue: data, not logic",
}
"""Files (or `file::function`) allowed to be longer, each with its reason."""

FILES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


def _functions(text: str) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append((node.name, (node.end_lineno or node.lineno) - node.lineno + 1))
    return found


@pytest.mark.parametrize("name", FILES)
def test_sizes(name: str) -> None:
    text = (SOURCE / name).read_text(encoding="utf-8")
    lines = text.count("\n")
    if name not in EXCEPTIONS and not name.endswith("texts.py"):
        assert lines <= FILE_LINES, f"{name}: {lines} lines"
    long = [f"{function}: {size}" for function, size in _functions(text) if size > FUNCTION_LINES]
    long = [item for item in long if f"{name}::{item.partition(':')[0]}" not in EXCEPTIONS]
    assert not long, f"{name}: {long}"


def test_exceptions_still_exist() -> None:
    assert {key.partition("::")[0] for key in EXCEPTIONS} <= set(FILES)

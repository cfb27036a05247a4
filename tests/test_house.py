"""The size of things: a function is read in one look, a file in one sitting, a module without those that use it."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "beffroi"
FILE_LINES = 400
FUNCTION_LINES = 40

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

EXCEPTIONS: dict[str, str] = {}
"""Files (or `file::function`) allowed to be longer, each with its reason."""

FILES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


def _functions(text: str) -> list[tuple[str, int]]:
    """Return each function with its own lines: a factory of handlers is read handler by handler."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = [child for child in ast.walk(node) if child is not node]
            inside = {line for child in inner if isinstance(child, FUNCTIONS) for line in _lines(child)}
            found.append((node.name, len(_lines(node) - inside)))
    return found


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


@pytest.mark.parametrize("name", FILES)
def test_sizes(name: str) -> None:
    text = (SOURCE / name).read_text(encoding="utf-8")
    lines = text.count("\n")
    # catalogues are data, read by code and not from top to bottom
    if name not in EXCEPTIONS and "texts" not in Path(name).stem:
        assert lines <= FILE_LINES, f"{name}: {lines} lines"
    long = [f"{function}: {size}" for function, size in _functions(text) if size > FUNCTION_LINES]
    long = [item for item in long if f"{name}::{item.partition(':')[0]}" not in EXCEPTIONS]
    assert not long, f"{name}: {long}"


def test_exceptions_still_exist() -> None:
    assert {key.partition("::")[0] for key in EXCEPTIONS} <= set(FILES)


def _module(name: str) -> str:
    return ".".join(("beffroi", *Path(name).with_suffix("").parts)).removesuffix(".__init__")


def _imported(name: str, modules: set[str]) -> Iterator[str]:
    """Yield the modules of ours that a file imports, those of its functions and of its types alone included."""
    for node in ast.walk(ast.parse((SOURCE / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules else node.module


def test_no_circle_of_imports() -> None:
    modules = set(map(_module, FILES))
    graph = {_module(name): modules.intersection(_imported(name, modules)) - {_module(name)} for name in FILES}
    TopologicalSorter(graph).prepare()

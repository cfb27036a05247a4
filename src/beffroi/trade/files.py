"""Files that a city writes by hand: read as UTF-8, whatever the editor put first; what cannot be says where."""

from pathlib import Path


class FileError(Exception):
    """A file that cannot be read: its name, the line where known, and what is wrong."""

    def __init__(self, file: str, line: int | None, problem: str) -> None:
        super().__init__(f"{file}, line {line}: {problem}" if line else f"{file}: {problem}")
        self.file, self.line, self.problem = file, line, problem


def read_text(path: Path) -> str:
    """Return the text of a file, without the mark that some editors put first; raises FileError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(str(path), None, error.strerror or type(error).__name__) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(str(path), line, "not UTF-8: save the file again in UTF-8") from error

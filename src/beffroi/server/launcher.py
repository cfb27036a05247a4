"""The last step before a child of the supervisor: change user, ask to die with the parent, become the program.

Run as a script by path (`python -I -S launcher.py …`), so that nothing of the package is imported: it must start in
milliseconds. The kernel signals the child when the *thread* that forked it ends, and forgets the request at a change
of user: hence the order below, and the supervisor's forks from its main thread only.
"""

import argparse
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Become the command of `argv`; exits 111 when the parent is already gone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--user", default="", help="uid:gid to become")
    parser.add_argument("--signal", type=int, default=int(signal.SIGKILL), help="sent to the child when we die")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--folder", default="")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(argv)
    if options.folder:
        os.chdir(options.folder)
    if options.user:
        become(options.user)
    die_with_parent(options.signal, options.parent)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    os.execv(command[0], command)  # noqa: S606 - this is what a launcher is for


def become(user: str) -> None:
    """Drop every right of the present user for those of `uid:gid`."""
    uid, gid = (int(part) for part in user.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with_parent(number: int, parent: int) -> None:
    """Ask the kernel for a signal at the parent's death; exits when it died before the request."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit(111)


if __name__ == "__main__":
    main(sys.argv[1:])

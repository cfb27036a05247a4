"""The standby pack: what a seat needs on paper when the post falls (room.md, moment 5).

`/api/pack` is read each hour by every seat, which keeps it on its disk; `/api/pack/print` is the same as one page that
needs nothing else. Both show what their reader may see. The core also leaves the whole pack of each hour in its data
folder, for a printer that no seat drives.
"""

from beffroi.procedures.pack.hourly import run as SERVICE  # noqa: N812 - the name that the wiring looks for
from beffroi.procedures.pack.pages import pages as PAGES  # noqa: N812 - the name that the wiring looks for

__all__ = ["PAGES", "SERVICE"]

"""`lineage status`: what is in the index?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.cli.output import JsonOption, StoreOption, answers, in_number, print_json
from lineage.machine.one_line import one_line

if TYPE_CHECKING:
    from indexer.books.status import Status


def status(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Say what the index holds, what could not be read, what is under quarantine, and whether false claims stay as
    rare as promised.

    Example: lineage status --store /srv/lineage
    """
    from lineage import library
    from lineage.cli.promising import sentences

    with library.open(store) as index:
        found = index.status()
    if as_json:
        print_json(found.as_json())
        return
    out = answers()
    held = f"{in_number(found.assets, 'asset')} from {in_number(found.files, 'file')}"
    network = f"{found.dim} numbers a picture, weights {found.weights[:12]}…"
    out.print(f"{held} in {one_line(found.store)}", markup=False)
    out.print(f"backbone {found.backbone} ({network})", markup=False)
    out.print(f"decision {_told(found)}", markup=False)
    for sentence in sentences(found.promise) if found.promise else ():
        out.print(sentence, markup=False)
    for root in found.roots:
        out.print(f"indexed  {one_line(root)}", markup=False)
    for path, reason in found.failed.items():
        out.print(f"failed   {one_line(path)}: {reason}", markup=False)
    if found.failed:
        out.print("         read again once they change, or with: lineage index FOLDER --retry", markup=False)
    for path, reason in found.quarantined.items():
        out.print(f"under quarantine   {one_line(path)}" + (f": {one_line(reason)}" if reason else ""), markup=False)


def _told(status: Status) -> str:
    """Which decision answers, and since when."""
    since = (status.calibration_since or "").replace("T", " ")[:16]
    fitted = f"fitted {since}" if since else "the file is not there"
    return {
        "package": "shipped; fit one to this index with: lineage train decision",
        "index": f"of this index, {fitted}",
        "setting": f"{one_line(status.calibration)} (setting calibration), {fitted}",
    }[status.calibration_of]

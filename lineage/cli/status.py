"""`lineage status`: what is in the index?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.cli.output import JsonOption, StoreOption, answers, counted, print_json
from lineage.one_line import one_line

if TYPE_CHECKING:
    from lineage.settings import Settings


def status(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Say what the index holds, which files could not be read, and which assets are under quarantine.

    Example: lineage status --store /srv/lineage
    """
    from indexer.opening import open_index
    from lineage.build import calibration_of
    from lineage.cli.deciding import opened_journal
    from lineage.feedback.state import quarantined
    from lineage.settings import load_settings

    settings = load_settings(store=store)
    with open_index(settings) as (opened, ledger), opened_journal(settings) as journal:
        held = {note.path: note.reason for note in quarantined(journal.notes()).values()}
        stamp = opened.stamp
        assets, files, failed, roots = opened.count(), 0, dict[str, str](), dict[str, None]()
        for record in ledger.records():  # one at a time, there may be millions
            roots[record.location.root] = None
            files += not record.failure
            failed |= {record.location.path: record.failure} if record.failure else {}
        decision = calibration_of(settings, stamp)
        facts = {
            "store": settings.store,
            "assets": assets,
            "files": files,
            "failed": failed,
            "quarantined": held,
            "roots": [*roots],
            "backbone": stamp.backbone,
            "weights": stamp.weights,
            "dim": stamp.dim,
            "schema": stamp.schema,
            "index": stamp.index,
            "calibration": {"file": str(decision), "of": _whose(settings, decision), "since": _since(decision)},
        }
    if as_json:
        print_json(facts)
        return
    out = answers()
    held_in = f"{counted(assets, 'asset')} from {counted(files, 'file')}"
    out.print(f"{held_in} in {one_line(settings.store)}", markup=False)
    out.print(f"backbone {stamp.backbone} ({stamp.dim} numbers a picture, weights {stamp.weights[:12]}…)", markup=False)
    out.print(f"decision {_told(settings, decision)}", markup=False)
    for root in roots:
        out.print(f"indexed  {one_line(root)}", markup=False)
    for path, reason in failed.items():
        out.print(f"failed   {one_line(path)}: {reason}", markup=False)
    for path, reason in held.items():
        out.print(f"under quarantine   {one_line(path)}" + (f": {one_line(reason)}" if reason else ""), markup=False)


def _whose(settings: Settings, decision: Path) -> str:
    """Where the decision comes from: `setting`, `index` or `package`."""
    from lineage.decide import SHIPPED

    if settings.calibration:
        return "setting"
    return "package" if decision == SHIPPED else "index"


def _since(decision: Path) -> str | None:
    """When the file was written, ISO 8601 in local time; None where it is not there."""
    if not decision.is_file():
        return None
    return datetime.fromtimestamp(decision.stat().st_mtime).astimezone().isoformat(timespec="seconds")


def _told(settings: Settings, decision: Path) -> str:
    since = (_since(decision) or "").replace("T", " ")[:16]
    fitted = f"fitted {since}" if since else "the file is not there"
    return {
        "package": "shipped; fit one to this index with: lineage train decision",
        "index": f"of this index, {fitted}",
        "setting": f"{one_line(str(decision))} (setting calibration), {fitted}",
    }[_whose(settings, decision)]

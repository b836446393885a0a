"""`lineage status`: what is in the index?"""

from __future__ import annotations

from lineage.cli.output import JsonOption, StoreOption, answers, counted, print_json
from lineage.one_line import one_line


def status(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Say what the index holds, which files could not be read, and which assets are under quarantine.

    Example: lineage status --store /srv/lineage
    """
    from indexer.opening import open_index
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
        }
    if as_json:
        print_json(facts)
        return
    out = answers()
    held_in = f"{counted(assets, 'asset')} from {counted(files, 'file')}"
    out.print(f"{held_in} in {one_line(settings.store)}", markup=False)
    out.print(f"backbone {stamp.backbone} ({stamp.dim} numbers a picture, weights {stamp.weights[:12]}…)", markup=False)
    for root in roots:
        out.print(f"indexed  {one_line(root)}", markup=False)
    for path, reason in failed.items():
        out.print(f"failed   {one_line(path)}: {reason}", markup=False)
    for path, reason in held.items():
        out.print(f"under quarantine   {one_line(path)}" + (f": {one_line(reason)}" if reason else ""), markup=False)

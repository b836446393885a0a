"""Hands every file of a folder to `lineage` at each of its doors: `index`, `query`, the API and the page of a service.

Each must be a picture or one sentence there, none may be passed over unsaid, and nothing may print a traceback. Prints
a table, and how often which sentence was said; at the first thing that does not hold it stops with an error. Without a
folder it takes what `tests/bad_input.py` makes. The files are copied, and nothing is written beside them.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

from tests.bad_asked import Told, by_api, by_index, by_page, by_query
from tests.bad_input import write_all
from tests.indexed import indexed
from tests.serving import served

_WAITED = 600.0  # s for an answer: a decoder may work for a minute, on a busy machine


def main() -> None:
    """Do what was asked for, and print the table."""
    parser = argparse.ArgumentParser("scripts/bad-input", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="of files, at any depth")
    given = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="bad-input-"))
    folder = place / "bad"
    if given.folder:
        shutil.copytree(given.folder, folder)
    else:
        folder.mkdir()
        write_all(folder)
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    print(
        "| door | files | pictures | one sentence | passed over, and said so | seconds |",
        "|---|---|---|---|---|---|",
        sep="\n",
    )
    began = time.monotonic()
    told, skipped = by_index(folder, place / "filled")
    assert len(told) + sum(skipped.values()) == len(files), (len(told), skipped, len(files))
    _print("`index`", told, len(files), began)
    began, store = time.monotonic(), indexed(place, 3) / "index"
    asked = by_query(folder, store)
    _print("`query`", asked, len(files), began)
    highest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    with served(store, rate_limit="1000000") as address, httpx.Client(base_url=address, timeout=_WAITED) as client:
        for door, ask in (("`POST /v1/query`", by_api), ("the page", by_page)):
            began = time.monotonic()
            told = {str(file.relative_to(folder)): ask(client, file) for file in files}
            _print(door, told, len(files), began)
            assert [name for name in asked if bool(asked[name]) != bool(told[name])] == []
    shutil.rmtree(place)
    print(f"\nNo process that decodes for index or query held more than {highest} MB; index passes over: {skipped}\n")
    sentences = Counter(sentence.rpartition(": ")[2] for sentence in told.values() if sentence)
    print(*(f"{count:4} {sentence}" for sentence, count in sentences.most_common()), sep="\n")


def _print(door: str, told: Told, count: int, began: float) -> None:
    """A line of the table, at once."""
    refused = sum(map(bool, told.values()))
    row = (door, count, len(told) - refused, refused, count - len(told), f"{time.monotonic() - began:.0f}")
    print(f"| {' | '.join(map(str, row))} |", flush=True)


if __name__ == "__main__":
    main()

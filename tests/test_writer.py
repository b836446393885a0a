from __future__ import annotations

from indexer.books.ledger import Ledger
from indexer.run.workers import Outcome
from indexer.run.writer import Batch, Writer
from lineage.records import Location
from lineage.store.memory import MemoryStore
from tests.store_samples import stamp


def test_a_file_whose_asset_was_dropped_while_it_was_read_is_left_to_the_next_run(tmp_path):
    told_by_its_bytes = Outcome(Location("/dam", "a.jpg", 1, 1), sha256="ab" * 32)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        with Writer(MemoryStore(stamp()), ledger) as writer:
            writer.write(Batch([told_by_its_bytes], {}))
        assert writer.failed == [("a.jpg", "its asset was dropped meanwhile; run again")]
        assert list(ledger.records()) == []

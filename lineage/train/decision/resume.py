"""Evidence that an interrupted run had collected: kept beside what it was to write, and gone on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import UsageError
from lineage.train.decision.table import Table, load_run, load_table, save_table


@dataclass(frozen=True, slots=True)
class Begun:
    """A file beside a calibration that is being fitted: the evidence so far, and in it what it is evidence of.

    In one file, since a run that is stopped between two would leave evidence of one run under the name of another.

    Attributes:
        output: file of the calibration
        run: what settles which posts are made and what is answered, by names that mean something to a person
    """

    output: Path
    run: Mapping[str, str]

    @property
    def _table(self) -> Path:
        return self.output.with_name(f"{self.output.name}.evidence.npz")

    def load(self) -> tuple[Table | None, str]:
        """What an earlier run had collected, and why that is not gone on with, a clause; empty: it is, or was none."""
        try:
            former = load_run(self._table)
            table = load_table(self._table)
        except FileNotFoundError:
            return None, ""
        except UsageError:
            return None, "it cannot be read"
        changed = [
            f"{name} {former.get(name)}, now {value}" for name, value in self.run.items() if former.get(name) != value
        ]
        return (None, "; ".join(changed)) if changed else (table, "")

    def save(self, table: Table) -> None:
        """Keep what was collected so far, whole or not at all."""
        part = self._table.with_name(f"{self._table.name}.part")
        save_table(table, part, run=self.run)
        part.replace(self._table)

    def remove(self) -> None:
        """What was collected has been used."""
        self._table.unlink(missing_ok=True)

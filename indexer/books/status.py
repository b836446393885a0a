"""What an index holds, and what answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from indexer.books.ledger import Ledger
from indexer.books.promised import Promised, promise_of
from lineage.build import calibration_of
from lineage.decide.calibration_file import SHIPPED
from lineage.feedback.state import assets_in_quarantine
from lineage.protocols import Journal, Store
from lineage.settings import Settings


@dataclass(frozen=True, slots=True)
class DecidingTold:
    """The decision that answers, as a program is told of it.

    Attributes:
        file: of its calibration
        of: whose it is: set by a setting, fitted to this index, or come with the package
        since: when that file was written, ISO 8601 in local time; None where it is not there
    """

    file: str
    of: Literal["setting", "index", "package"]
    since: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What an index holds.

    Attributes:
        store: folder or address
        assets: how many
        files: that they lie in
        failed: path → reason of each file that could not be read
        quarantined: path → reason of each asset that is not claimed
        roots: the folders and places that were indexed
        backbone, weights, dim: name of the network, SHA-256 of its weights, numbers a picture
        schema: version of the stored form
        index: UUID
        calibration: file of the decision that answers
        calibration_of: whose it is: set by a setting, fitted to this index, or come with the package
        calibration_since: when that file was written, ISO 8601 in local time; None where it is not there
        promise: what it promises about novel posts here, and whether that holds; None where it promises nothing
    """

    store: str
    assets: int
    files: int
    failed: Mapping[str, str]
    quarantined: Mapping[str, str]
    roots: tuple[str, ...]
    backbone: str
    weights: str
    dim: int
    schema: int
    index: str
    calibration: str
    calibration_of: Literal["setting", "index", "package"]
    calibration_since: str | None
    promise: Promised | None

    def as_json(self) -> dict[str, Any]:
        """What `lineage status --json` prints of it; names are stable."""
        names = [field.name for field in fields(self) if not field.name.startswith("calibration_")]
        own = {name: getattr(self, name) for name in names}
        deciding = asdict(DecidingTold(self.calibration, self.calibration_of, self.calibration_since))
        promise = asdict(self.promise.told()) if self.promise else None
        return own | {"roots": [*self.roots], "calibration": deciding, "promise": promise}


def status_of(settings: Settings, store: Store, ledger: Ledger, journal: Journal) -> Status:
    """The status of an index, by its store, its ledger and its journal."""
    files, failed, roots = 0, dict[str, str](), dict[str, None]()
    for record in ledger.records():  # one at a time, there may be millions
        roots[record.location.root] = None
        files += not record.failure
        failed |= {record.location.path: record.failure} if record.failure else {}
    stamp = store.stamp
    decision = calibration_of(settings, stamp)
    return Status(
        store=settings.store,
        assets=store.count(),
        files=files,
        failed=failed,
        quarantined={note.path: note.reason for note in assets_in_quarantine(journal.notes()).values()},
        roots=tuple(roots),
        backbone=stamp.backbone,
        weights=stamp.weights,
        dim=stamp.dim,
        schema=stamp.schema,
        index=stamp.index,
        calibration=str(decision),
        calibration_of=_whose(settings, decision),
        calibration_since=_since(decision),
        promise=promise_of(settings, stamp, journal),
    )


def _whose(settings: Settings, decision: Path) -> Literal["setting", "index", "package"]:
    if settings.calibration:
        return "setting"
    return "package" if decision == SHIPPED else "index"


def _since(decision: Path) -> str | None:
    if not decision.is_file():
        return None
    return datetime.fromtimestamp(decision.stat().st_mtime).astimezone().isoformat(timespec="seconds")

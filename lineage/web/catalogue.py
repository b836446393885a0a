"""What a table says of the assets: campaign, brand, label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lineage.insight.exposure.answers import Owner, owner_of
from lineage.insight.exposure.join import read_owners
from lineage.read.tables import read_rows


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is known of assets besides their files, by their paths.

    Attributes:
        owners: campaign and brand
        labels: one of each asset that has any
    """

    owners: Mapping[str, Owner] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def campaign(self, path: str) -> str:
        """Of an asset; without an entry its first folder, empty where it lies in none."""
        return owner_of(path, self.owners).campaign


def read_catalogue(file: Path) -> Catalogue:
    """From a CSV with the column asset, and if wanted campaign, brand and label.

    Raises:
        UsageError: the file or the column asset is missing
    """
    labels = {row["asset"]: row["label"] for row in read_rows(file, needed=("asset",)) if row.get("label")}
    return Catalogue(read_owners(file), labels)

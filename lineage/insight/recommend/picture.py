"""The suggestion as a picture: what led to it, the faces that were looked at, and below what suits it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from PIL import Image

from lineage.insight.recommend.choose import Suggestion
from lineage.insight.recommend.nearest import Near
from lineage.records import Pixels
from lineage.reporting.contact_sheet import contact_sheet

COLUMNS = 5
_SIDE = 200  # px
_NONE = np.full((1, 1, 3), 255, np.uint8)


def draw_suggestion(
    suggestion: Suggestion,
    leads: Sequence[Pixels],
    faces: Sequence[Pixels | None],
    near: Sequence[Near],
    assets: Sequence[Pixels],
    *,
    nothing: str = "",
) -> Image.Image:
    """A sheet titled with the suggestion.

    Args:
        suggestion: its title and its leads
        leads: (H, W, 3) pictures of the first leads; of a profile without suggestion any of its pictures
        faces: (h, w, 3) of each of them what the model looked at, None where it found no face; empty: it seeks none
        near: assets that suit
        assets: (H, W, 3) their pictures
        nothing: why no asset suits; empty where some do, or nobody asked
    """
    named = [[Path(lead.name).name, f"{suggestion.label} {lead.probability:.2f}"] for lead in suggestion.leads]
    shown = [(pixels, named[n] if n < len(named) else [""]) for n, pixels in enumerate(leads[:COLUMNS])]
    sheets = [contact_sheet(shown, columns=COLUMNS, side=_SIDE, title=suggestion.title)]
    if faces:
        cells = [(_NONE, ["no face found"]) if face is None else (face, [""]) for face in faces[:COLUMNS]]
        sheets.append(contact_sheet(cells, columns=COLUMNS, side=_SIDE, title="the faces that were looked at"))
    suiting = [
        (pixels, [one.path, f"similarity {one.similarity:.2f}"])
        for one, pixels in zip(near[:COLUMNS], assets[:COLUMNS], strict=True)
    ]
    if suiting or nothing:
        sheets.append(contact_sheet(suiting, columns=COLUMNS, side=_SIDE, title=nothing or "nearest in the library"))
    return _stacked(sheets)


def file_name(profile: str) -> str:
    """The profile without what no file name may hold; one that such a letter was taken from keeps a check sum."""
    safe = re.sub(r"[^\w@.-]+", "_", profile).lstrip(".")
    return safe if safe == profile else f"{safe}.{crc32(profile.encode()):08x}"


def _stacked(sheets: Sequence[Image.Image]) -> Image.Image:
    width, height = max(sheet.width for sheet in sheets), sum(sheet.height for sheet in sheets)
    page = Image.new("RGB", (width, height), "white")
    top = 0
    for sheet in sheets:
        page.paste(sheet, (0, top))
        top += sheet.height
    return page

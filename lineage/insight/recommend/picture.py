"""The suggestion as a picture: what led to it above, what suits it below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

from PIL import Image

from lineage.insight.contact import contact_sheet
from lineage.insight.recommend.choose import Suggestion
from lineage.insight.recommend.nearest import Near
from lineage.records import Pixels

COLUMNS = 5
_SIDE = 200  # px


def draw_suggestion(
    suggestion: Suggestion, leads: Sequence[Pixels], near: Sequence[Near], assets: Sequence[Pixels]
) -> Image.Image:
    """A sheet titled with the suggestion.

    Args:
        suggestion: its title and its leads
        leads: (H, W, 3) pictures of the first leads; of a profile without suggestion any of its pictures
        near: assets that suit
        assets: (H, W, 3) their pictures
    """
    named = [[lead.name.rsplit("/", 1)[-1], f"p {lead.probability:.2f}"] for lead in suggestion.leads] or [["", ""]]
    rows = [(pixels, named[n] if n < len(named) else ["", ""]) for n, pixels in enumerate(leads[:COLUMNS])]
    upper = contact_sheet(rows, columns=COLUMNS, side=_SIDE, title=suggestion.title)
    suiting = [
        (pixels, [one.path, f"similarity {one.similarity:.2f}"])
        for one, pixels in zip(near[:COLUMNS], assets[:COLUMNS], strict=True)
    ]
    lower = contact_sheet(suiting, columns=COLUMNS, side=_SIDE, title="nearest in the library") if suiting else None
    return _stacked([sheet for sheet in (upper, lower) if sheet])


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

"""Pages on which people look and decide, a file for each.

frame      what every page has            callers    who looks, and may; signing in
post       one post: drop it, see why     queue      reviews, worked off
library    folders, labels, look-alikes   asset      all that is known of one
sightings  exposure over time             atlas      all pictures on a map
decisions  what is decided, on any page   pictures   what pages show, as files

looks, plots and uploads are what these are made of.
Everything works without a script; scripts of `static/` add keys, zoom and what lies over what.
"""

from __future__ import annotations

from fastapi import APIRouter

from lineage.web.pages import asset, atlas, callers, decisions, library, pictures, post, queue, sightings
from lineage.web.pages.frame import STATIC, error_page

__all__ = ["STATIC", "error_page", "router"]

router = APIRouter(include_in_schema=False)
router.include_router(callers.open_router)
for part in (post, queue, library, asset, sightings, atlas, decisions, pictures):
    router.include_router(part.router)

"""Find the file in a digital asset library that a picture seen in the wild was made from, or say that there is none.

    with lineage.open("index") as index:
        report = index.query("post.jpg")

What is named here is imported when it is first used (PEP 562), so that `import lineage` costs nothing.
"""

__version__ = "0.1.0"

__all__ = [
    "Alignment",
    "Asset",
    "AuditError",
    "Edit",
    "EntryDamaged",
    "Evidence",
    "Guarantee",
    "ImageError",
    "ImageOutOfReach",
    "ImageTooLarge",
    "Index",
    "LineageError",
    "Location",
    "Match",
    "MissingExtra",
    "NoteDamaged",
    "Objection",
    "RemoteError",
    "Report",
    "StampMismatch",
    "Status",
    "StoreError",
    "StoreLocked",
    "StoreMissing",
    "Summary",
    "UsageError",
    "Verdict",
    "WeightsError",
    "__version__",
    "as_text",
]  # and `open`, which `from lineage import *` must not put in place of Python's own

TYPE_CHECKING = False  # type checkers take it for true; `typing`, which has it too, takes 20 ms to import

if TYPE_CHECKING:
    from indexer.books.status import Status
    from indexer.pipeline import Summary
    from lineage.errors import (
        AuditError,
        EntryDamaged,
        ImageError,
        ImageOutOfReach,
        ImageTooLarge,
        LineageError,
        MissingExtra,
        NoteDamaged,
        RemoteError,
        StampMismatch,
        StoreError,
        StoreLocked,
        StoreMissing,
        UsageError,
        WeightsError,
    )
    from lineage.library import Index
    from lineage.library import open as open  # noqa: A004 - called with its module's name: `lineage.open`
    from lineage.records import Alignment, Asset, Edit, Evidence, Guarantee, Location, Match, Objection, Report, Verdict
    from lineage.tell.report import as_text
else:  # a type checker would take whatever is misspelt for one of these
    _HOMES = (  # the light ones first
        *("lineage.errors", "lineage.records", "lineage.tell.report", "lineage.library"),
        *("indexer.books.status", "indexer.pipeline"),
    )

    def __getattr__(name: str) -> object:
        if name != "open" and name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        homes = map(import_module, _HOMES)
        globals()[name] = found = next(getattr(home, name) for home in homes if hasattr(home, name))
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "open"})

"""What `lineage eval` does, apart from reading its flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path
from rich.console import Console

from eval.corpora.corpus import TIMED, Corpus, Source
from eval.corpora.duplicates import near_duplicates
from eval.corpora.folder import Folder, read_folder, split
from eval.corpora.given import given_posts
from eval.corpora.groups import folder_groups, read_groups
from eval.corpora.previews import read_index
from eval.recognisers.baselines import load_peer
from eval.recognisers.recogniser import Recogniser
from eval.report.tables import ablation_tables, legend, summary_tables, track_tables
from eval.report.write import write_report
from eval.run import Progress, evaluate
from eval.scores.gate import regressions, require_comparable
from eval.speed.pace import measure
from eval.speed.pace_table import markdown as pace_markdown
from eval.speed.pace_table import pace_table
from eval.suites import GROUPED, SUITES
from eval.suites.material import Material
from lineage.errors import UsageError
from lineage.machine.whole_file import write_whole
from lineage.settings import Settings
from lineage.store import open_store


@dataclass(frozen=True, slots=True)
class Options:
    """What a user asks for.

    Attributes:
        suites: names of suites, in the order of the tables
        library: folder of pictures; None: the previews of the index that the settings name
        posts, truth: given posts and the table of their truth
        groups: CSV of look-alikes; None: sub-folders
        against: names of peers
        product: whether the product itself is measured
        without: parts of it to leave out, one at a time, or `each`
        standing: ask the index that the settings name as it stands; for given posts only
        report: folder for the report
        baseline: report.json to compare with
        assets: pictures drawn from the library; None: all
        seed: of every choice
        rescore: only score the predictions that are there
    """

    suites: tuple[str, ...] = ()
    library: Path | None = None
    posts: Path | None = None
    truth: Path | None = None
    groups: Path | None = None
    against: tuple[str, ...] = ()
    product: bool = True
    without: tuple[str, ...] = ()
    standing: bool = False
    report: Path | None = None
    baseline: Path | None = None
    assets: int | None = None
    seed: int = 0
    rescore: bool = False


def run(
    options: Options,
    settings: Settings,
    *,
    command: str,
    answers: Console,
    complain: Callable[[str], None],
    progress: Progress,
) -> bool:
    """Measure, print the tables, write the report; False where figures fell behind the baseline.

    Raises:
        UsageError: the options make no sense together, or a file they name does
        MissingExtra: a report is asked for and the extra `reports` is not installed
    """
    _check(options)
    fallen: list[str] = []
    with ExitStack() as stack:
        folder = stack.enter_context(_library(options, settings))
        for name, reason in folder.unreadable.items():
            complain(f"left out: {name}: {reason}")
        corpora = list(_corpora(options, folder))
        if options.baseline:
            require_comparable(options.baseline, corpora)
        recognisers = [stack.enter_context(closing(one)) for one in _recognisers(options, settings, folder)]
        results = evaluate(
            corpora,
            recognisers,
            predictions=(options.report or _cache()) / "predictions",
            progress=progress,
            rescore=options.rescore,
            seed=options.seed,
        )
        for table in (*summary_tables(results), *track_tables(results), *ablation_tables(results)):
            answers.print(table)
        answers.print(legend(results), markup=False)
        if TIMED in options.suites and options.product:
            with progress("speed of this machine", 0):
                pace = measure(next(one for one in corpora if one.name == TIMED), settings, peers=options.against)
            answers.print(pace_table(pace))
            if options.report is not None:
                write_whole(options.report / "speed.md", pace_markdown(pace))
        # Before the report is written, which may take the baseline's place.
        if options.baseline:
            fallen = regressions(results, options.baseline)
        if options.report is not None:
            write_report(options.report, results, corpora, command=command, seed=options.seed)
    for sentence in fallen:
        complain(sentence)
    return not fallen


def _check(options: Options) -> None:
    if unknown := [name for name in options.suites if name not in SUITES]:
        raise UsageError(f"{unknown[0]}: no such suite; there are {', '.join(SUITES)}")
    if not options.suites and options.posts is None:
        raise UsageError("nothing to measure: name a suite, or give posts by --posts and --truth")
    if TIMED in options.suites and options.rescore:
        raise UsageError(f"{TIMED} measures times, which are not kept; leave it or --rescore out")
    if (options.posts is None) != (options.truth is None):
        raise UsageError("--posts and --truth belong together")
    if options.posts is not None and options.posts.resolve().name in options.suites:
        raise UsageError(f"{options.posts}: named like a suite; rename the folder, or measure the suite on its own")
    if options.groups is not None and not GROUPED.intersection(options.suites):
        raise UsageError(f"{options.groups}: groups of look-alikes are for {', '.join(GROUPED)}; leave --groups out")
    if options.standing and options.suites:
        raise UsageError(
            "suites hide some pictures from the index, so they cannot ask one that stands; leave --standing out"
        )
    if options.posts is not None and options.assets is not None:
        raise UsageError("given posts are asked of the whole library; leave --assets out, or measure the suites alone")
    if options.without and not options.product:
        raise UsageError(
            "--without leaves out parts of lineage itself, and --peers-only leaves out all of it; drop one"
        )
    if options.standing and not options.product:
        raise UsageError("--standing asks the index of lineage itself, and --peers-only leaves it out; drop one")
    if options.without:
        from eval.recognisers.ablation import left_out

        left_out(options.without)
    if not options.product and not options.against:
        raise UsageError("nobody to measure: --peers-only needs --against")


@contextmanager
def _library(options: Options, settings: Settings) -> Iterator[Folder]:
    if options.library is not None:
        yield read_folder(options.library, limit=options.assets, seed=options.seed)
        return
    with TemporaryDirectory(prefix="lineage-previews-") as folder:
        with closing(open_store(settings.store, server=settings.server)) as store:
            library = read_index(store, Path(folder), limit=options.assets, seed=options.seed)
        yield library


def _corpora(options: Options, folder: Folder) -> Iterator[Corpus]:
    if options.posts is not None and options.truth is not None:
        yield given_posts(options.posts, options.truth, folder)
    if not options.suites:
        return
    groups: tuple[tuple[Source, ...], ...] = ()
    if GROUPED.intersection(options.suites):
        groups = tuple(read_groups(options.groups, folder) if options.groups else folder_groups(folder))
    duplicates = tuple(near_duplicates(folder.sources))
    known, held_out = split(folder.sources, seed=options.seed, together=duplicates)
    material = Material(known, held_out, groups, options.seed, _cache() / "made", duplicates)
    for name in dict.fromkeys(options.suites):
        yield from SUITES[name](material)


def _recognisers(options: Options, settings: Settings, folder: Folder) -> Iterator[Recogniser]:
    if options.product:
        from eval.recognisers.ablation import Without, left_out
        from eval.recognisers.engine import LineageEngine

        whole = LineageEngine(settings, standing=folder.by_content if options.standing else None)
        yield whole
        yield from (Without(whole, part) for part in left_out(options.without))
    for name in dict.fromkeys(options.against):
        yield load_peer(name, cache=_cache())


def _cache() -> Path:
    return user_cache_path("lineage") / "eval"

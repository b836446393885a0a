"""`lineage recommend`: what suits this profile?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import JsonOption, StoreOption, complain, print_json, progress_bar, require_writable, say
from lineage.cli.pictures import Decoded, files_below
from lineage.errors import UsageError
from lineage.machine.whole_file import whole

FLOOR = 0.3  # of 100 pairs of sample garments of different kinds 4 are more similar to `lite`, of one kind 74

if TYPE_CHECKING:
    from lineage.insight.labels.examples import Member
    from lineage.insight.labels.model import LabelModel
    from lineage.insight.labels.regions import Cut
    from lineage.insight.recommend.choose import Suggestion
    from lineage.insight.recommend.nearest import Near
    from lineage.protocols import Embedder, Store
    from lineage.records import Pixels

    Library = tuple[Embedder, Store]


def recommend(
    profile: Annotated[
        Path, typer.Argument(help="Folder, each sub-folder a profile; or CSV: post, account.", show_default=False)
    ],
    *,
    model: Annotated[Path, typer.Option(help="Model that `labels fit` wrote.")],
    nearest: Annotated[int, typer.Option(min=0, help="Assets of the index to name beside the label; 0: none.")] = 5,
    catalogue: Annotated[
        Path | None, typer.Option(help="CSV: asset, label; only assets of the suggested label are named.")
    ] = None,
    least_similar: Annotated[
        float, typer.Option(min=-1, max=1, help="Assets less similar than this to the pictures are not suggested.")
    ] = FLOOR,
    one_profile: Annotated[bool, typer.Option("--one-profile", help="All sub-folders are one profile.")] = False,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the pictures that must show a label for it to count.")
    ] = 0.25,
    pictures: Annotated[Path | None, typer.Option(help="Folder of the posts' pictures; else that of the CSV.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder to draw the suggestions into: a picture for each profile."),
    ] = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Suggest the label that most pictures of a profile show, and the assets of the index that suit them.

    Example: lineage recommend profile --model products.labels --output suggestions
    """
    from lineage.backbones.load import load
    from lineage.insight.labels.model import load_model
    from lineage.insight.labels.predict import load_members
    from lineage.insight.recommend.nearest import read_catalogue

    if not nearest and (flag := "--catalogue" if catalogue else "--store" if store else ""):
        raise UsageError(f"--nearest 0 names no assets; leave {flag} out")
    fitted = load_model(model)
    profiles = _profiles(profile, pictures, together=one_profile)
    labels = read_catalogue(catalogue) if catalogue else None
    if output:
        require_writable(output)
    members = load_members(fitted, load)
    failed = 0
    with _library(store, wanted=nearest > 0) as library:
        if catalogue and labels and library:
            _tell_unmatched(catalogue, labels, library[1])
        for name, files in profiles.items():
            try:
                suggestion, unread = _suggest(name, files, fitted, members, share)
                near = _near(suggestion, library, nearest, labels) if library and suggestion.label else []
            except UsageError as error:
                if len(profiles) == 1:
                    raise
                complain(str(error))
                failed += 1
                continue
            failed += unread
            suiting = [one for one in near if one.similarity >= least_similar]
            nothing = "" if suiting or not near else _nothing(near[0], least_similar)
            seen = _face_region(members)
            drawn = _draw(suggestion, files, seen, suiting, nothing, library, output) if output else None
            _show(suggestion, suiting, nothing, drawn, as_json=as_json)
    if failed:
        raise typer.Exit(1)


def _profiles(profile: Path, pictures: Path | None, *, together: bool) -> Mapping[str, Sequence[Path]]:
    from lineage.insight.recommend.profiles import profiles_of_folder, read_profiles

    if profile.is_file() and profile.suffix.lower() == ".csv":
        if together:
            raise UsageError(f"{profile}: a table has a profile an account; leave --one-profile out")
        return read_profiles(profile, pictures=pictures)
    if pictures:
        raise UsageError(f"{profile}: a folder holds its own pictures; leave --pictures out")
    files = files_below([profile])
    return {profile.resolve().name: files} if together else profiles_of_folder(profile, files)


def _nothing(nearest: Near, floor: float) -> str:
    below = f"similarity {nearest.similarity:.2f}, below {floor:g}"
    return f"nothing in the library suits; the nearest is {nearest.path}, {below}"


def _face_region(members: Sequence[Member]) -> Cut | None:
    """The region of faces that the model looks at, if it does."""
    from lineage.insight.labels.regions import WITH_FACES, region

    return next((region(one.region) for one in members if one.region.partition("@")[0] in WITH_FACES), None)


@contextmanager
def _library(store: str | None, *, wanted: bool) -> Iterator[Library | None]:
    """The index and the backbone that wrote it; None where nobody wants assets named."""
    if not wanted:
        yield None
        return
    from lineage.backbones.load import load
    from lineage.build import backbone_of, new_stamp
    from lineage.settings import load_settings
    from lineage.store import open_store

    settings = load_settings(store=store)
    embedder = load(backbone_of(settings))
    with closing(open_store(settings.store, server=settings.server, expect=new_stamp(embedder))) as opened:
        yield embedder, opened


def _tell_unmatched(file: Path, catalogue: Mapping[str, str], store: Store) -> None:
    from lineage.read.tables import unmatched_entries

    paths = (asset.path for ids in store.ids() for asset in store.assets(ids).values())
    if left := unmatched_entries(catalogue, paths):
        complain(f"{file}: {len(left)} of {len(catalogue)} entries match nothing in the index, first {left[0]}")


def _suggest(
    name: str, files: Sequence[Path], model: LabelModel, members: Sequence[Member], share: float
) -> tuple[Suggestion, int]:
    """The suggestion, and how many pictures could not be read."""
    from lineage.insight.labels.examples import LONGEST
    from lineage.insight.labels.predict import predict
    from lineage.insight.recommend.choose import choose

    with progress_bar(name, len(files)) as progress:
        decoded = Decoded(files, LONGEST, progress)
        labelled = list(predict(model, members, decoded))
    if not labelled:
        raise UsageError(f"{name}: none of its {len(files)} pictures can be read")
    return choose(name, labelled, model.classes, least=share), decoded.failed


def _near(suggestion: Suggestion, library: Library, count: int, labels: Mapping[str, str] | None) -> list[Near]:
    from lineage.insight.recommend.nearest import nearest_assets

    embedder, store = library
    leads = _pictures([lead.name for lead in suggestion.leads])
    return nearest_assets(leads, embedder, store, count=count, label=suggestion.label or "", catalogue=labels)


def _draw(
    suggestion: Suggestion,
    files: Sequence[Path],
    seen: Cut | None,
    near: Sequence[Near],
    nothing: str,
    library: Library | None,
    folder: Path,
) -> Path:
    from lineage.insight.labels.regions import face_in
    from lineage.insight.recommend.picture import COLUMNS, draw_suggestion, file_name
    from lineage.read.images import decode

    shown = [lead.name for lead in suggestion.leads] or [str(file) for file in files]
    entries = library[1].entries([one.id for one in near]) if library else {}
    assets = [decode(entries[one.id].fingerprint.preview, name=one.path).pixels for one in near]
    place = folder / f"{file_name(suggestion.profile)}.png"
    leads = _pictures(shown[:COLUMNS])
    faces = [face_in(pixels, seen) for pixels in leads] if seen else []
    with whole(place) as part:
        draw_suggestion(suggestion, leads, faces, near, assets, nothing=nothing).save(part)
    return place


def _pictures(names: Sequence[str]) -> list[Pixels]:
    from lineage.insight.labels.examples import LONGEST
    from lineage.read.images import decode

    return [decode(Path(name), longest=LONGEST).pixels for name in names]


def _show(suggestion: Suggestion, near: Sequence[Near], nothing: str, drawn: Path | None, *, as_json: bool) -> None:
    if as_json:
        record = asdict(suggestion) | {"assets": [asdict(one) for one in near], "nothing_suits": nothing}
        print_json(record | ({"picture": str(drawn)} if drawn else {}))
        return
    say(suggestion.title)
    for lead in suggestion.leads:
        say(f"        {lead.name}  {suggestion.label} {lead.probability:.2f}")
    for one in near:
        say(f"        suits {one.path}  similarity {one.similarity:.2f}")
    if nothing:
        say(f"        {nothing}")
    if drawn:
        say(f"        {drawn}")

"""`lineage explain --label`: why was a picture given a label, or why not?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lineage.cli.output import complain, print_json, say
from lineage.machine.whole_file import whole

if TYPE_CHECKING:
    from lineage.insight.explain.label import LabelHeat


def explain_label(post: Path, label: str, model: Path, output: Path, *, as_json: bool) -> None:
    """Draw what in a picture speaks for a label, and say whether it was given."""
    from lineage.backbones.load import load_module
    from lineage.cli.pictures import read_picture
    from lineage.insight.explain.draw import draw_label
    from lineage.insight.explain.label import label_heat
    from lineage.insight.labels.examples import LONGEST
    from lineage.insight.labels.model import load_model
    from lineage.insight.labels.predict import load_members
    from lineage.settings import load_settings

    fitted = load_model(model)
    fitted.require(label)
    members = load_members(fitted, load_module)
    picture = read_picture(str(post), load_settings(), longest=LONGEST).pixels
    found = label_heat(fitted, members, str(post), picture, label)
    with whole(output / "heat.png") as part:
        draw_label(str(post), picture, found).save(part)
    if found.unseen:
        complain(f"{', '.join(found.unseen)}: cannot be looked into; the heat is that of the model's other backbones")
    _show(post, found, output / "heat.png", as_json=as_json)


def _show(post: Path, found: LabelHeat, drawn: Path, *, as_json: bool) -> None:
    if as_json:
        record = {"post": str(post), "label": found.label, "given": found.given, "because": found.because}
        names = ("probability", "needed", "half", "without")
        print_json(record | {name: round(getattr(found, name), 4) for name in names} | {"files": [str(drawn)]})
        return
    say(f"{post}: {found.label} {found.probability:.2f}, {found.because}")
    say(f"        half of what speaks for {found.label} lies in {100 * found.half:.0f} % of the picture")
    say(f"        with that blurred away: {found.label} {found.without:.2f}")
    say(f"        {drawn}")

"""What an audit log says, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lineage.audit.said import ANSWER
from lineage.cli.output import in_number
from lineage.records import Note
from lineage.tell.decisions import sentence, sentence_taken_back
from lineage.tell.wording import RELATIONS

if TYPE_CHECKING:
    from lineage.audit.chain import LogLine, Verified
    from lineage.audit.replay import Discrepancy, Replayed

_DIGITS = 12  # of a digest or an id: enough to tell one from another


def sentences_on(log: str, found: Verified) -> list[str]:
    """What a log is."""
    answers, decisions = (in_number(found.kinds.get(kind, 0), kind) for kind in ("answer", "decision"))
    when = f"{_moment(found.begun)} to {_moment(found.written)}" if found.line else ""
    holds = ", ".join(filter(None, (f"{answers} and {decisions}", when)))
    lines = [f"{log} holds: {holds}"]
    if broken := found.broken:
        lines = [f"{log} does not hold: line {broken.line} {broken.why}", f"what holds before it: {holds}"]
    lines += [f"line {line}: {torn_off(size)}" for line, size in found.torn.items()]
    return [*lines, f"head: line {found.line}, {found.head}"]


def torn_off(size: int) -> str:
    """What lies where a record was not finished."""
    return f"{in_number(size, 'byte')} of a record that was never finished; its writer was killed, or met a full disk"


def sentence_on_head(line: int, found: Verified) -> str:
    """Whether a head that was noted is in the log, by the line that it is of; 0: it is of none."""
    if not line and found.broken:
        return "the head that was noted is not in the part of it that holds"
    if not line:
        return "the head that was noted is not in it: lines were cut off or written anew"
    since = found.line - line
    return f"the head that was noted is that of line {line}; {in_number(since, 'line was', 'lines were')} added since"


def sentences_of(line: LogLine, taken_back: Mapping[str, Note]) -> list[str]:
    """A record, and what it depended on; what takes a decision back is told by the one that it takes back."""
    record = line.record
    head = f"line {line.number}  {_moment(record['time'])}  "
    if record["kind"] == ANSWER:
        grounds = record["grounds"]
        versions = " · ".join(f"{name} {version}" for name, version in _shown(grounds["versions"]))
        on = f"{versions} · {in_number(grounds['assets'], 'asset')}"
        told = f"{head}{verdict_of(record['said'])}  {record['post']['name']}"
        return [told, *_remarks(record["said"]), f"        {on}"]
    note = note_of(record)
    what = sentence_taken_back(taken_back[note.undoes]) if note.what == "undo" else sentence(note)
    return [f"{head}{note.who}: {what}"]


def sentence_on_replay(one: Replayed) -> str:
    """What became of an answer that was asked for again, where it is not the same."""
    if one.outcome == "not asked":
        return f"line {one.line}: {one.post} cannot be asked about again: {'; '.join(one.why)}"
    then, now = verdict_of(one.then), verdict_of(one.now)
    told = f"was {then}, and is {now} now" if then != now else f"was and is {then}, by other figures"
    why = f"since then: {'; '.join(one.why)}" if one.why else "nothing has changed since that it depends on"
    return f"line {one.line}: {one.post} {told}; {why}"


def sentence_on_discrepancy(one: Discrepancy) -> str:
    """In what log and journal differ."""
    where = f"line {one.line}: " if one.line else ""
    return f"{where}the decision {one.id[:8]} {one.why}" if one.id else f"{where}{one.why}"


def note_of(record: Mapping[str, Any]) -> Note:
    """The decision of a record, but for its hashes and limits."""
    names = ("id", "when", "who", "what", "picture", "asset", "path", "reason", "undoes")
    return Note(**{name: record["note"][name] for name in names})


def verdict_of(said: Mapping[str, Any]) -> str:
    """`KNOWN, made from shirts/00255.jpg (p 1.000)`."""
    matches = [one for one in said["matches"] if one["claimed"]] or said["matches"][:1]
    by = "" if said["probability"] is None else " (p {:.3f})"
    named = " and ".join(one["asset"] + by.format(one["probability"]) for one in matches)
    verdict = said["verdict"]
    return f"{verdict.upper()}, {RELATIONS[verdict]} {named}" if named else verdict.upper()


def _remarks(said: Mapping[str, Any]) -> list[str]:
    return [f"        {remark}" for remark in said["remarks"]]


def _shown(versions: Mapping[str, str]) -> list[tuple[str, str]]:
    told = ("lineage", "code", "backbone", "index", "calibration", "autoencoder")
    return [(name, versions[name][:_DIGITS] if name == "code" else versions[name]) for name in told if name in versions]


def _moment(time: str) -> str:
    """UTC, to the second: the records of several machines stand in one log."""
    return datetime.fromisoformat(time).strftime("%Y-%m-%d %H:%M:%S UTC")

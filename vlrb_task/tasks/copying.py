"""Copying a set of pairs to where a task finds them: checked first, with captions added or other pictures put in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from vlrb_task.judges import Judge, require_captions
from vlrb_task.pairs.benchmarks import DEFAULT
from vlrb_task.pairs.captions import Captions
from vlrb_task.pairs.health import PictureCheck, contradiction_warning, unread_warning
from vlrb_task.pairs.pair import Benchmark, parse_rows
from vlrb_task.pairs.perturbing import Pictures, with_pictures
from vlrb_task.pairs.pictures import PLACED, flattened
from vlrb_task.pairs.rows import hub_id, is_local, read_rows
from vlrb_task.support.errors import DataError, VlrbError

Row = dict[str, Any]

_METRICS = {
    "overall",
    "macro",
    "parsed_rate",
    "unanswered",
    "no_images",
    "first_rate",
    "consistency",
    "both_orders_right",
    "right_averaged",
    "right_better_first",
    "right_better_second",
    "vlrb_vote",
}


_NO_PLACE = "--after: judge {!r} has no place for the answers of a first step"


@dataclass(frozen=True)
class Copied:
    """What was copied.

    Attributes:
        subsets: of the pairs.
        warnings: what whoever runs the task is to know first.
        messages: whether some pictures stand within the text, or some pairs have a video or a sound.
        video: whether some pairs have a video in a file.
    """

    subsets: list[str]
    warnings: list[str]
    messages: bool
    video: bool


def copy_pairs(
    source: str, target: Path, judge: Judge, captions: Captions | None = None, pictures: Pictures | None = None
) -> Copied:
    """Copy pairs into one parquet file beside a task.

    Args:
        source: where they are, as ``--pairs`` names them.
        target: the file to write.
        judge: who is asked about them.
        captions: captions, or a first step's answers, to be added to the rows.
        pictures: what is shown in place of their own pictures; None shows those.

    Raises:
        VlrbError: rows that cannot be used or shown, that lack what the judge reads, or that make metrics' names clash.
    """
    from vlrb_task.pairs.parquet import write_rows

    template, sees = judge.prompt.template, judge.image != "none"
    holes = template.holes if template else set()
    if captions is not None and not holes & {"caption", captions.column.removesuffix("s")}:
        what = "--captions: judge {!r} reads no caption" if captions.column == "caption" else _NO_PLACE
        raise VlrbError(what.format(judge.name))
    if pictures is not None and not sees:
        raise VlrbError(f"--image {pictures}: judge {judge.name!r} is shown no picture")

    # The rows as the task will find them are checked before anything takes their place.
    benchmark = parse_rows(_with(captions, read_rows(source, network=True)), origin=source)
    if template is not None:
        require_captions(template, benchmark.pairs)
    subsets = list(benchmark.subset_counts)
    clash = sorted(set(subsets) & (_METRICS | {f"{name}_stderr" for name in (*_METRICS, *subsets)}))
    if clash:
        raise VlrbError(f"{source}: a subset named {clash[0]!r} would print under the name of a metric")

    def read() -> Iterator[Row]:
        return _shown(_with(captions, read_rows(source, images=sees, network=True)), source, judge)

    check, found = PictureCheck(), {PLACED: False, "video": False, "audio": False}
    rows = with_pictures(partial(_unplaced, read, pictures), pictures, _name(source)) if pictures else read()
    write_rows(_seen(rows, check, found), target)
    warnings = pair_warnings(benchmark, judge)
    if sees and pictures is None:
        warnings += check.warnings()
        if check.without and is_local(source):
            warnings += unread_warning(source, islice(read_rows(source), 50))
        if check.without == check.rows > check.texts:
            warnings.append(
                "runs of this task stop before their first request; if that is meant: vlrb task --no-images"
            )
    return Copied(subsets, warnings, any(found.values()), found["video"])


def _with(captions: Captions | None, rows: Iterator[Row]) -> Iterator[Row]:
    return rows if captions is None else captions.add_to(rows)


def _unplaced(read: Callable[[], Iterator[Row]], pictures: Pictures) -> Iterator[Row]:
    """The rows, whose pictures can be changed in this way.

    Raises:
        DataError: pictures with a place in the text, of which there would be other ones or none.
    """
    for row in read():
        if row.get(PLACED) and pictures in (Pictures.SHUFFLED, Pictures.NONE):
            raise DataError(
                f"--image {pictures}: id {row['id']!r}: its pictures have places in the text; blank or noise keep them"
            )
        yield row


def _seen(rows: Iterator[Row], check: PictureCheck, found: dict[str, bool]) -> Iterator[Row]:
    """The rows; what some of them have is noted."""
    for row in rows:
        check.add(row)
        for name in found:
            found[name] = found[name] or bool(row.get(name))
        yield row


def _shown(rows: Iterator[Row], source: str, judge: Judge) -> Iterator[Row]:
    """The rows with all their pictures in one list; none that the judge cannot be shown whole.

    Raises:
        DataError: answers that are pictures, for a judge that sees none.
    """
    for row in map(flattened, rows):
        if any((row.get(PLACED) or [0])[1:]) and judge.image == "none":
            raise DataError(f"{source}: id {row['id']!r}: an answer is a picture, and judge {judge.name!r} sees none")
        yield row


def _name(source: str) -> str:
    """What rows are called that do not say it."""
    return DEFAULT if source == hub_id() else Path(source).stem


def pair_warnings(benchmark: Benchmark, judge: Judge) -> list[str]:
    """What whoever asks a judge about these pairs is to know first."""
    template = judge.prompt.template
    by_criterion = sum(pair.criterion is not None for pair in benchmark.pairs)
    told = contradiction_warning(benchmark.pairs)
    if by_criterion and (template is None or "criterion" not in template.holes):
        told.append(
            f"{by_criterion} of {len(benchmark.pairs)} pairs are labelled by a criterion, and judge {judge.name!r} is not told "
            "which: judge `criterion` is"
        )
    return told

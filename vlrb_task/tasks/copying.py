"""Copying pairs to where a task finds them: checked first, with captions or a first step's answers, or other pictures put in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Schedule, ballots_of
from vlrb_task.judges import Judge, get_judge, require_captions
from vlrb_task.pairs.benchmarks import DEFAULT
from vlrb_task.pairs.captions import Captions
from vlrb_task.pairs.health import PictureCheck, contradiction_warning, unread_warning
from vlrb_task.pairs.pair import Benchmark, parse_rows
from vlrb_task.pairs.perturbing import Pictures, with_pictures
from vlrb_task.pairs.pictures import PLACED, flattened
from vlrb_task.pairs.rows import hub_id, is_local, read_rows
from vlrb_task.support.errors import DataError, VlrbError
from vlrb_task.votes import Pairs, read_runs
from vlrb_task.votes.schema import NONE

Row = dict[str, Any]

_METRICS = {
    *("overall", "macro", "parsed_rate", "unanswered", "no_images", "first_rate", "consistency", "both_orders_right"),
    *("right_averaged", "right_better_first", "right_better_second", "vlrb_vote"),
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

    def rows(*, images: bool) -> Iterator[Row]:
        found = read_rows(source, images=images, network=True)
        return found if captions is None else captions.add_to(found)

    # The rows as the task will find them are checked before anything takes their place.
    benchmark = parse_rows(rows(images=False), origin=source)
    if template is not None:
        require_captions(template, benchmark.pairs)
    subsets = list(benchmark.subset_counts)
    clash = sorted(set(subsets) & (_METRICS | {f"{name}_stderr" for name in (*_METRICS, *subsets)}))
    if clash:
        raise VlrbError(f"{source}: a subset named {clash[0]!r} would print under the name of a metric")

    def shown() -> Iterator[Row]:
        """The rows with all their pictures in one list, which can be shown to this judge, and changed as is wanted."""
        for row in map(flattened, rows(images=sees)):
            counts = row.get(PLACED)
            if counts and any(counts[1:]) and not sees:
                raise DataError(
                    f"{source}: id {row['id']!r}: an answer is a picture, and judge {judge.name!r} sees none"
                )
            if counts and pictures in (Pictures.SHUFFLED, Pictures.NONE):
                raise DataError(
                    f"--image {pictures}: id {row['id']!r}: its pictures have places in the text; blank or noise keep them"
                )
            yield row

    check, found = PictureCheck(), {PLACED: False, "video": False, "audio": False}

    def noted(rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            check.add(row)
            found.update({name: True for name in found if row.get(name)})
            yield row

    name = DEFAULT if source == hub_id() else Path(source).stem  # of rows that do not say it
    write_rows(noted(with_pictures(shown, pictures, name) if pictures else shown()), target)
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


def answers_of(
    logs: Sequence[Path], judge: Judge, schedule: Schedule, benchmark: Benchmark, *, trust_pickle: bool = False
) -> Captions:
    """The answers of a first step, for each pair in the order of its votes.

    Of a judge that is shown the question alone, one answer serves every vote. Of any other, each vote is given the answer to
    the same vote in the same order, so that both steps are shown the same.

    The logs are those of the one run that the first step is; judge and schedule are the second one's.

    Raises:
        DataError: logs of several runs, or a ballot that they do not answer.
        VlrbError: a second judge that rates single answers, after a first step that is shown answers.
    """
    runs = read_runs(
        logs, Pairs.of(benchmark), merge=True, keep_texts=True, keep_undecidable=True, trust_pickle=trust_pickle
    )
    if len(runs) != 1:
        raise DataError(f"--after needs the logs of one run, and has those of {len(runs)}")
    run, keys = runs[0], runs[0].labels.keys.to_pylist()
    if run.ballots.texts is None:
        raise DataError("--after: the logs hold no texts")
    alone = not get_judge(run.judge).sees_answers
    if judge.mode == "pointwise" and not alone:
        raise VlrbError(f"--after: judge {judge.name!r} rates single answers, and the first step is shown answers")
    texts = {
        (keys[pair], vote, None if alone or first == NONE else first): text
        for pair, vote, first, text in zip(
            run.ballots.pair.tolist(),
            run.ballots.vote.tolist(),
            run.ballots.first.tolist(),
            run.ballots.texts["text"].to_pylist(),
            strict=True,
        )
    }
    found: dict[str, list[str]] = {}
    missing = []
    for pair in benchmark.pairs:
        wanted = [(0, None)] if alone else [(one.vote, one.first) for one in ballots_of(pair, schedule, judge.mode)]
        said = [str(texts.get((pair.key, *one)) or "").strip() for one in wanted]
        missing += [f"id {pair.id!r}, vote {one[0]}" for one, text in zip(wanted, said, strict=True) if not text]
        found[pair.key] = said
    if missing:
        raise DataError(
            f"--after: the first step has no answer to {len(missing)} ballots (it needs the same --order and --votes; "
            "--votes-from completes it)",
            missing,
        )
    return Captions(found, hashlib.sha256(json.dumps(found).encode()).hexdigest(), "steps")

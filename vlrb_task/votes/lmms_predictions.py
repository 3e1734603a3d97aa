"""Reading the sample logs of ``lmms-eval --predict_only`` for our tasks: texts and prompts, but no votes.

The results file beside the log says which judge was asked in which order, and a sample's number which of the ballots it
answers. The prompt, which is in the log, must hold the ballot's question and answers: so another set of pairs is never taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Ballot, Schedule, ballots_of
from vlrb_task.judges import get_judge, neutralise
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.pair import Benchmark, Pair
from vlrb_task.pairs.rows import hub_id, load_benchmark
from vlrb_task.support.errors import DataError, UnknownName
from vlrb_task.votes.lmms_samples import logged_text
from vlrb_task.votes.records import RecordReader, benchmark_fields, make_record
from vlrb_task.votes.schema import Row

MARK = "bypass"
"""The field that lmms-eval writes in the place of metrics."""


def predicted_votes(path: Path, benchmark: Benchmark | None = None) -> Callable[[Mapping[str, Any]], Iterator[Row]]:
    """What gives the vote of a sample of a log.

    Args:
        path: the file.
        benchmark: the pairs; without them, those of the hub's dataset in the local cache.

    Raises:
        DataError: nothing beside the file says what was asked, or the pairs are not to be had.
    """
    judge, schedule = _task(path)
    benchmark = benchmark or load_benchmark(hub_id())
    asked = [(pair, ballot) for pair in benchmark.pairs for ballot in ballots_of(pair, schedule, judge.mode)]
    told = benchmark_fields(benchmark) | {"schedule": {"order": str(schedule.order), "votes": schedule.votes}}
    reader = RecordReader()

    def convert(sample: Mapping[str, Any]) -> Iterator[Row]:
        pair, ballot = _ballot(sample, asked)
        yield reader.record(make_record(pair, ballot, judge.name, prompt_record(judge), logged_text(sample), **told))

    return convert


def _task(path: Path) -> tuple[Any, Schedule]:
    """The judge and the schedule of the task that a log is of, from the results file beside it."""
    match = re.fullmatch(r"(.+)_samples_(.+)\.jsonl", path.name)
    results = path.with_name(f"{match[1]}_results.json") if match else path
    try:
        metadata = json.loads(results.read_text(encoding="utf-8"))["configs"][match[2] if match else ""]["metadata"]
        judge = get_judge(str(metadata["judge"]))
        schedule = Schedule.parse(str(metadata["order"]), int(metadata["votes"]))
    except (OSError, ValueError, KeyError, TypeError, UnknownName) as error:
        raise DataError(
            f"{path}: a log of --predict_only, and no results file of a vlrb task beside it says what was asked"
        ) from error
    if metadata.get("prompt_sha256") not in (None, judge.prompt.sha256):
        raise DataError(f"{path}: its prompt of judge {judge.name!r} is another one than this release's")
    return judge, schedule


def _ballot(sample: Mapping[str, Any], asked: list[tuple[Pair, Ballot]]) -> tuple[Pair, Ballot]:
    """The ballot that a sample answers.

    Raises:
        DataError: its prompt is not about these pairs.
    """
    number = sample.get("doc_id")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(asked):
        raise DataError(f"doc_id {number!r} is none of the {len(asked)} ballots on these pairs")
    pair, ballot = asked[number]
    shown = [pair.responses[ballot.answer]] if ballot.answer is not None else []
    if ballot.first is not None:
        shown = [pair.responses[ballot.first], pair.responses[1 - ballot.first]]
    at, prompt = 0, str(sample.get("input", ""))
    for text in (pair.query, *shown):
        at = prompt.find(neutralise(text).replace("<image>\n", ""), at)
        if at < 0:
            raise DataError(
                "its prompt does not ask about the pair that these pairs have in its place (other --pairs?)"
            )
    return pair, ballot

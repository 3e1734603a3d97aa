"""Reading lmms-eval's sample logs: our tasks', those of ``--predict_only``, and those of its own ``vl_rewardbench`` task."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import Ballot, Schedule, ballots_of, first_from_parity
from vlrb_task.judges import get_judge, neutralise
from vlrb_task.judges.base import PromptRecord
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.pair import Answer, Benchmark, Pair, file_row, pair_key
from vlrb_task.pairs.rows import hub_id, load_benchmark
from vlrb_task.support.errors import DataError, UnknownName, short
from vlrb_task.support.literals import literal
from vlrb_task.support.redact import without_secrets
from vlrb_task.votes.records import RecordReader, benchmark_fields, make_record
from vlrb_task.votes.schema import Convert, Row

VOTE_FIELD = "vlrb_vote"
"""The metric under which our tasks log a vote."""

NATIVE_FIELD = "vlreward_score"
"""The metric of lmms-eval's own task."""

PREDICTED_FIELD = "bypass"
"""What ``lmms-eval --predict_only`` writes in the place of metrics."""

# What stands between the parts of the paper's prompt, which lmms-eval's own task asks.
_QUESTION, _FIRST, _SECOND, _END = (
    "\n\nQuestion: ",
    "\n\nAnswer 1: ",
    "\n\nAnswer 2: ",
    "\n\nPlease evaluate both answers",
)


def native_votes(benchmark: Benchmark | None = None) -> Convert:
    """What gives the vote of a sample of lmms-eval's own task; samples that it did not judge (``--predict_only``) have none.

    A sample holds the prompt, the ranking and the text, but no order and no key: the answers stand in the prompt, and the
    order follows from their lengths.

    Args:
        benchmark: the pairs, if at hand. Where an answer holds the prompt's own headings, only they tell which pair it is.
    """
    reader, prompt = RecordReader(), PromptRecord("official")

    def convert(sample: Mapping[str, Any]) -> Iterator[Row]:
        if not isinstance(sample.get(NATIVE_FIELD), dict):
            raise DataError("no vote of ours and none of lmms-eval's vl_rewardbench")
        text = logged_text(sample)
        id = str(sample[NATIVE_FIELD].get("question_id"))
        query, first, second = _parts(str(sample.get("input", "")), id, benchmark)
        parity = first_from_parity((first, second))
        responses = (second, first) if parity else (first, second)
        source, subset, _ = file_row(id, {})
        key = pair_key(id, query, responses)
        pair = Pair(key, id, query, responses, _better(sample.get("target")), source, subset)
        yield reader.record(make_record(pair, Ballot(key, 0, parity), prompt.name, prompt, text))

    return convert


def _better(target: object) -> Answer:
    """The better response of a logged ranking."""
    try:
        ranking = literal(str(target))
    except ValueError as error:
        raise DataError(f"target {short(target)} is not a ranking") from error
    if ranking not in ([0, 1], [1, 0]):
        raise DataError(f"target {short(ranking)} is not a permutation of 0 and 1")
    return 1 if ranking == [1, 0] else 0


def logged_text(sample: Mapping[str, Any]) -> str:
    """What the model wrote: lmms-eval logs it beside what it made of it (``filtered_resps``), where that is not the same.

    Raises:
        DataError: there is none.
    """
    text = _only(sample.get("resps", sample.get("filtered_resps")))
    if not isinstance(text, str):
        raise DataError("no text of the judge")
    return text


def whole_text(sample: Mapping[str, Any], vote: Mapping[str, Any]) -> str | None:
    """The text of a vote whose thought lmms-eval removed before our task saw it; None where nothing was removed."""
    whole = _only(sample.get("resps"))
    cut = isinstance(whole, str) and vote.get("text") == _only(sample.get("filtered_resps")) != whole
    return whole if cut else None


def _only(value: Any) -> Any:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def _results(path: Path) -> tuple[dict[str, Any] | None, str]:
    """What the results file says that lmms-eval writes beside a sample log, if it is there, and the name of the task."""
    match = re.fullmatch(r"(.+)_samples_(.+)\.jsonl", path.name)
    if not match:
        return None, ""
    with suppress(OSError, ValueError, RecursionError):
        text = path.with_name(f"{match[1]}_results.json").read_text(encoding="utf-8")
        return _object(json.loads(text)), match[2]
    return None, match[2]


def samples_metadata(path: Path, native: bool = False) -> dict[str, Any]:
    """Model and settings of a sample log, from the results file that lmms-eval writes beside it."""
    logged, task = _results(path)
    found: dict[str, Any] = {"framework": "lmms-eval", "task": task or ("vl_rewardbench" if native else None)}
    if logged is not None:
        settings, of_task = _object(logged.get("config")), _object(_object(logged.get("configs")).get(task))
        commit = logged.get("lmms_eval_version")
        found |= {
            "model": _model(logged, path),
            "wrapper": settings.get("model"),
            "framework_version": None
            if commit == "unknown@unknown"
            else commit,  # what it says where it is no checkout
            "generation": without_secrets(
                _object(of_task.get("generation_kwargs")) | _object(settings.get("gen_kwargs"))
            ),
            "added_prompt": next(
                iter(re.findall("(?:system|reasoning)_prompt", str(settings.get("model_args")))), None
            ),
        }
    return {name: value for name, value in found.items() if value}


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _model(logged: Mapping[str, Any], path: Path) -> str:
    """The model's name as lmms-eval's folders have it, out of a results file: also where the files were moved.

    lmms-eval finds it in ``model_args`` (``pretrained=``, ``model_version=``, …), which themselves are not read here: they
    may hold keys. Where they name no model its name is empty, and it makes no folder for it: the wrapper is the model.
    """
    name = logged.get("model_name_sanitized")
    if name == "":
        name = _object(logged.get("config")).get("model")
    return name if isinstance(name, str) and name else path.absolute().parent.name


def _parts(prompt: str, id: str, benchmark: Benchmark | None) -> tuple[str, str, str]:
    """Question, first and second answer of a filled prompt of the paper."""
    for pair in benchmark.pairs if benchmark is not None else ():
        if pair.id == id:
            first = first_from_parity(pair.responses)
            shown = (pair.query, pair.responses[first], pair.responses[1 - first])
            if f"{_QUESTION}{shown[0]}{_FIRST}{shown[1]}{_SECOND}{shown[2]}{_END}" in prompt:
                return shown
    start, end = prompt.find(_QUESTION), prompt.rfind(_END)
    body = prompt[start + len(_QUESTION) : end]
    if start < 0 or end < 0 or not body.count(_FIRST) == body.count(_SECOND) == 1:
        raise DataError(f"the pair of id {id!r} cannot be identified from its prompt (give the pairs with --pairs)")
    query, _, answers = body.partition(_FIRST)
    one, _, two = answers.partition(_SECOND)
    return query, one, two


def predicted_votes(path: Path, benchmark: Benchmark | None = None) -> Convert:
    """What gives the vote of a sample of a log of ``--predict_only``, which has texts and prompts, but no votes.

    The results file beside the log says which judge was asked in which order, and a sample's number which of the ballots it
    answers. The prompt, which is in the log, must hold the ballot's question and answers: so another set of pairs is never
    taken.

    Args:
        path: the log.
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
    logged, task = _results(path)
    try:
        metadata = (logged or {})["configs"][task]["metadata"]
        judge = get_judge(str(metadata["judge"]))
        schedule = Schedule.parse(str(metadata["order"]), int(metadata["votes"]))
    except (ValueError, KeyError, TypeError, UnknownName) as error:
        raise DataError(
            f"{path}: a log of --predict_only, and no results file of a vlrb task beside it says what was asked"
        ) from error
    if metadata.get("prompt_sha256") not in (None, judge.prompt.sha256):
        raise DataError(f"{path}: its prompt of judge {judge.name!r} differs from this release's")
    return judge, schedule


def _ballot(sample: Mapping[str, Any], asked: list[tuple[Pair, Ballot]]) -> tuple[Pair, Ballot]:
    """The ballot that a sample answers, if its prompt is about these pairs."""
    number = sample.get("doc_id")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(asked):
        raise DataError(f"doc_id {number!r} is not one of the {len(asked)} ballots on these pairs")
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

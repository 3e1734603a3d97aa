"""Reading lmms-eval's sample logs: our tasks', and those of its own ``vl_rewardbench`` task."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vlrb_task.asking.ballots import first_from_parity
from vlrb_task.pairs.pair import Benchmark, file_row, pair_key
from vlrb_task.support.errors import DataError, short
from vlrb_task.support.jsonl import Lines
from vlrb_task.support.literals import literal
from vlrb_task.support.redact import without_secrets
from vlrb_task.votes import warnings
from vlrb_task.votes.header import header_of
from vlrb_task.votes.records import Record, encodable, shown_text
from vlrb_task.votes.schema import Refused

VOTE_FIELD = "vlrb_vote"
"""The metric under which our tasks log a vote."""

NATIVE_FIELD = "vlreward_score"
"""The metric of lmms-eval's own task."""

# What stands between the parts of the paper's prompt, which lmms-eval's own task asks.
_QUESTION, _FIRST, _SECOND, _END = (
    "\n\nQuestion: ",
    "\n\nAnswer 1: ",
    "\n\nAnswer 2: ",
    "\n\nPlease evaluate both answers",
)


def native_rows(path: Path, benchmark: Benchmark | None = None) -> Iterator[tuple[Record, int] | Refused]:
    """The votes of a sample log of lmms-eval's own task, and of samples that were not yet judged (``--predict_only``).

    Args:
        path: the file.
        benchmark: the pairs, if at hand. The task logs the prompt, from which the pair is found; where an answer holds
            the prompt's own headings, only the pairs can tell.

    Raises:
        DataError: the file cannot be opened.
    """
    lines = Lines(path)
    header = header_of("official", False, {}).to_json()
    for number, sample in lines:
        try:
            if not isinstance(sample.get(NATIVE_FIELD), dict):
                raise DataError("no vote of ours and none of lmms-eval's vl_rewardbench")
            yield _native_record(sample, benchmark, header), number
        except DataError as error:
            yield Refused(warnings.NOT_A_VOTE, number, str(error))
    yield from (Refused(why, 0) for why in lines.warnings)


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


def samples_metadata(path: Path, native: bool = False) -> dict[str, Any]:
    """Model and settings of a sample log, from the results file that lmms-eval writes beside it."""
    found: dict[str, Any] = {"framework": "lmms-eval", "task": "vl_rewardbench" if native else None}
    match = re.fullmatch(r"(.+)_samples_(.+)\.jsonl", path.name)
    if not match:
        return {k: v for k, v in found.items() if v}
    found["task"] = match[2]
    results = path.with_name(f"{match[1]}_results.json")
    try:
        logged = _object(json.loads(results.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return found
    settings, task = _object(logged.get("config")), _object(_object(logged.get("configs")).get(match[2]))
    found["model"] = _model(logged, path)
    found["wrapper"] = settings.get("model")
    if (commit := logged.get("lmms_eval_version")) != "unknown@unknown":  # what it says where it is no checkout
        found["framework_version"] = commit
    generation = _object(task.get("generation_kwargs")) | _object(settings.get("gen_kwargs"))
    found["generation"] = without_secrets(generation)
    found["added_prompt"] = next(
        iter(re.findall("system_prompt|reasoning_prompt", str(settings.get("model_args")))), None
    )
    return {k: v for k, v in found.items() if v}


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


def _native_record(sample: Mapping[str, Any], benchmark: Benchmark | None, header: str) -> Record:
    """A vote of lmms-eval's own task: its log holds the prompt, the ranking and the text, but no order and no key.

    The order follows from the answers' lengths, and the answers stand in the prompt.
    """
    text = logged_text(sample)
    id = str(sample[NATIVE_FIELD].get("question_id"))
    query, first, second = _parts(str(sample.get("input", "")), id, benchmark)
    parity = first_from_parity((first, second))
    responses = (second, first) if parity else (first, second)
    try:
        ranking = literal(str(sample.get("target")))
    except ValueError as error:
        raise DataError(f"target {short(sample.get('target'))} is no ranking") from error
    if not isinstance(ranking, list) or ranking not in ([0, 1], [1, 0]):
        raise DataError(f"target {short(ranking)} is not a permutation of 0 and 1")
    source, subset, _ = file_row(id, {})
    label = {
        "better": ranking.index(0),
        "subset": subset,
        "source": source,
        "words": tuple(len(r.split()) for r in responses),
    }
    key = pair_key(id, query, responses)
    return Record(key, encodable(id), 0, parity, None, shown_text(text), None, header, label)


def _parts(prompt: str, id: str, benchmark: Benchmark | None) -> tuple[str, str, str]:
    """Question, first and second answer of a filled prompt of the paper."""
    if benchmark is not None:
        for pair in benchmark.pairs:
            if pair.id == id:
                first = first_from_parity(pair.responses)
                shown = (pair.query, pair.responses[first], pair.responses[1 - first])
                if _between(*shown) in prompt:
                    return shown
    counts = [prompt.count(mark) for mark in (_FIRST, _SECOND)]
    start, end = prompt.find(_QUESTION), prompt.rfind(_END)
    if start < 0 or end < 0 or counts != [1, 1]:
        raise DataError(f"the pair of id {id!r} cannot be told from its prompt (give the pairs with --pairs)")
    first_at, second_at = prompt.index(_FIRST), prompt.index(_SECOND)
    return (
        prompt[start + len(_QUESTION) : first_at],
        prompt[first_at + len(_FIRST) : second_at],
        prompt[second_at + len(_SECOND) : end],
    )


def _between(query: str, first: str, second: str) -> str:
    return f"{_QUESTION}{query}{_FIRST}{first}{_SECOND}{second}{_END}"

"""Two-step judges: what a first run answered stands in the prompts of a second task (``vlrb task --after``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from vlrb_task.asking.ballots import Schedule, ballots_of
from vlrb_task.judges import Judge, get_judge
from vlrb_task.pairs.captions import Captions
from vlrb_task.pairs.pair import Benchmark
from vlrb_task.support.errors import DataError, VlrbError
from vlrb_task.votes import Pairs, read_runs
from vlrb_task.votes.schema import NONE


def answers_of(
    logs: Sequence[Path], judge: Judge, schedule: Schedule, benchmark: Benchmark, *, trust_pickle: bool = False
) -> Captions:
    """The answers of a first step, for each pair in the order of its votes.

    Of a judge that is shown the question alone, one answer serves every vote. Of any other, each vote is given the answer to
    the same vote in the same order, so that both steps are shown the same.

    Args:
        logs: of the one run that the first step is.
        judge: the second one.
        schedule: of the second one.
        benchmark: the pairs.
        trust_pickle: open .pkl files.

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

"""VL-RewardBench for judges and reward models, inside lmms-eval and VLMEvalKit: what a notebook imports.

>>> from vlrb_task import read_runs, score_run
>>> [score_run(run).overall for run in read_runs(["out"])]  # doctest: +SKIP

Each name is imported when it is used, so that ``import vlrb_task`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from vlrb_task.support.version import __version__

if TYPE_CHECKING:
    from vlrb_task.audit import audit_row
    from vlrb_task.judges import Judge, get_judge, judge_names
    from vlrb_task.pairs.pair import Benchmark
    from vlrb_task.pairs.rows import load_benchmark
    from vlrb_task.parsing import explain, get_parser
    from vlrb_task.scores.policies import Policy
    from vlrb_task.scores.score import Score, score_run
    from vlrb_task.support.errors import VlrbError
    from vlrb_task.votes import Run, read_runs

__all__ = [
    "Benchmark",
    "Judge",
    "Policy",
    "Run",
    "Score",
    "VlrbError",
    "__version__",
    "audit_row",
    "explain",
    "get_judge",
    "get_parser",
    "judge_names",
    "load_benchmark",
    "read_runs",
    "score_run",
]

_HOME = {
    "Benchmark": "pairs.pair",
    "Judge": "judges",
    "Policy": "scores.policies",
    "Run": "votes",
    "Score": "scores.score",
    "VlrbError": "support.errors",
    "audit_row": "audit",
    "explain": "parsing",
    "get_judge": "judges",
    "get_parser": "parsing",
    "judge_names": "judges",
    "load_benchmark": "pairs.rows",
    "read_runs": "votes",
    "score_run": "scores.score",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__

"""vlrb: judges and reward models for vision-language answers, scored on VL-RewardBench and its relatives.

What a notebook imports, each name documented where it is defined:

* ``load_benchmark``, ``Benchmark``: pairs, read and checked;
* ``read_runs``, ``Run``: logs of any kind as one table of votes;
* ``score_run``, ``Score``, ``Policy``, ``Estimate``: the numbers of a run, with their intervals;
* ``baselines``: what blind rules score on the same pairs and orders;
* ``compare``: several judges on their common pairs (needs the extra ``report``);
* ``audit_row``: whether published numbers can be true together;
* ``get_judge``, ``judge_names``: judges with their prompts and parsers;
* ``explain``: what a judge's text says, and why it is read so.

Nothing is imported before its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vlrb_task.support.version import __version__ as __version__

if TYPE_CHECKING:
    from vlrb_task.audit.rows import audit_row as audit_row
    from vlrb_task.compare.comparison import compare as compare
    from vlrb_task.judges import get_judge as get_judge
    from vlrb_task.judges import judge_names as judge_names
    from vlrb_task.pairs.pair import Benchmark as Benchmark
    from vlrb_task.pairs.rows import load_benchmark as load_benchmark
    from vlrb_task.parsing.explain import explain as explain
    from vlrb_task.scores.baselines import baselines as baselines
    from vlrb_task.scores.estimates import Estimate as Estimate
    from vlrb_task.scores.policies import Policy as Policy
    from vlrb_task.scores.score import Score as Score
    from vlrb_task.scores.score import score_run as score_run
    from vlrb_task.votes.load import read_runs as read_runs
    from vlrb_task.votes.table import Run as Run

_HOME = {
    "Benchmark": "pairs.pair",
    "Estimate": "scores.estimates",
    "Policy": "scores.policies",
    "Run": "votes.table",
    "Score": "scores.score",
    "audit_row": "audit.rows",
    "baselines": "scores.baselines",
    "compare": "compare.comparison",
    "explain": "parsing.explain",
    "get_judge": "judges",
    "judge_names": "judges",
    "load_benchmark": "pairs.rows",
    "read_runs": "votes.load",
    "score_run": "scores.score",
}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__

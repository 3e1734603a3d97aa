"""The shipped tasks: which judge asks which ballots, with a name for each framework.

One table for both frameworks, so that the same name means the same ballots in both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.judges import shipped_names
from vlrb_task.judges.base import Sampling
from vlrb_task.pairs.benchmarks import benchmark, benchmark_names, is_benchmark

HUB = "hub"
DEMO = "demo"


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A judge, a schedule and a set of pairs.

    Attributes:
        name: lmms-eval's task name, such as ``vlrb_k5``; VLMEvalKit's is :attr:`dataset_name`.
        judge: the judge's name.
        schedule: which ballots.
        summary: one line for tables.
        pairs: ``hub`` (VL-RewardBench), ``demo`` (the packaged pairs), a known benchmark's name, or a user's own as ``--pairs``
            takes them.
        sampling: settings other than the judge's published ones.
        video: whether a pair may have a video in a file.
        ballots: file of the part of the schedule that is asked, see :mod:`vlrb_task.tasks.questions`; None asks all of it.
    """

    name: str
    judge: str
    schedule: Schedule
    summary: str
    pairs: str = HUB
    sampling: Sampling | None = None
    ballots: str | None = None
    video: bool = False

    @property
    def dataset_name(self) -> str:
        """VLMEvalKit's name, see :func:`dataset_name_of`."""
        return dataset_name_of(self.name)

    @property
    def options(self) -> str:
        """The options of ``vlrb task`` with which this task is written for other pairs."""
        options = f"--judge {self.judge} --order {self.schedule.order} --votes {self.schedule.votes}"
        if self.sampling is None:
            return options
        sampling = self.sampling
        return (
            f"{options} --temperature {sampling.temperature} --top-p {sampling.top_p} "
            f"--max-new-tokens {sampling.max_new_tokens}"
        )


def dataset_name_of(name: str) -> str:
    """VLMEvalKit's name: of ``vlrb_k5`` ``VLRB_K5``, of ``mine`` ``VLRB_Mine``, of ``vlrb_mmrb``, a benchmark, ``VLRB_MMRB``."""
    words = [word for word in re.split("[^A-Za-z0-9]+", name) if word]
    if words[0].lower() == "vlrb":
        del words[0]
    known = is_benchmark("_".join(words).lower())
    return "_".join(["VLRB", *(word.upper() if known else word.capitalize() for word in words)])


# The settings of lmms-eval's own vl_rewardbench task, for runs that are compared with its runs.
_NATIVE = Sampling(temperature=1.0, top_p=1.0, max_new_tokens=1024)

_SCHEDULES = (
    TaskSpec("vlrb", "official", Schedule(Order.KEY), "one vote a pair, order from the pair's key"),
    TaskSpec("vlrb_swap", "official", Schedule(Order.BOTH), "both orders: consistency, no reward for position bias"),
    TaskSpec("vlrb_k5", "official", Schedule(Order.ALTERNATE, 5), "the paper's five votes, the order alternating"),
    TaskSpec("vlrb_k10", "official", Schedule(Order.ALTERNATE, 10), "ten votes, five in each order"),
    TaskSpec(
        "vlrb_compat",
        "official",
        Schedule(Order.PARITY),
        "the frameworks' own parity order and settings, scored offline",
        sampling=_NATIVE,
    ),
    TaskSpec("vlrb_prob", "prob", Schedule(Order.BOTH), "the label is scored and not sampled, in both orders"),
    TaskSpec(
        "vlrb_demo", "criteria", Schedule(Order.BOTH), "the packaged synthetic pairs, both orders, no download", DEMO
    ),
)


@cache
def shipped_tasks() -> Mapping[str, TaskSpec]:
    """Every shipped task by its lmms-eval name: those above, one for each further judge, and one for each known benchmark."""
    judges = (
        TaskSpec(f"vlrb_{name}", name, Schedule(Order.KEY), f"judge {name} at its published settings, one vote a pair")
        for name in shipped_names()
        if name not in {spec.judge for spec in _SCHEDULES if spec.pairs == HUB}
    )
    known = map(_of_benchmark, benchmark_names())
    return MappingProxyType({spec.name: spec for spec in (*_SCHEDULES, *judges, *known)})


def _of_benchmark(name: str) -> TaskSpec:
    """Both orders by this project's own judge, which is told the criterion where the benchmark has one for each pair."""
    found = benchmark(name)
    judge = "criterion" if found.columns["criterion"] else "criteria"
    summary = f"{found.about['title']}: judge {judge}, both orders"
    return TaskSpec(f"vlrb_{name}", judge, Schedule(Order.BOTH), summary, name, video=bool(found.columns["video"]))


def task_of(judge: str) -> TaskSpec | None:
    """The task that asks a judge at its published settings about the benchmark; None for another package's judge."""
    return shipped_tasks().get("vlrb" if judge == "official" else f"vlrb_{judge}")

"""The judges, by name: one short file each, and those that other packages add under ``vlrb.judges``."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache, lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from vlrb_task.judges.base import (
    Judge,
    Prompt,
    Sampling,
    Template,
    fill_prompt,
    guarded,
    neutralise,
    own,
    require_captions,
)
from vlrb_task.support.errors import PromptUnavailable, UnknownName

BUILT_IN = (
    *("official", "criteria", "factors", "think_tags", "boxed", "brackets", "json", "letter", "prose", "tools"),
    *("pointwise_10", "pointwise_100", "yes_no", "caption", "blind", "reward"),
    *("unified_reward", "unified_reward_pointwise", "unified_reward_think", "unified_reward_think_qwen3", "r1_reward"),
    *("spark", "spark_pointwise", "spark_reflection", "llava_critic", "llava_critic_pointwise", "llava_critic_r1"),
    *("arm_thinker", "mm_rlhf_reward"),
)
"""Modules of this package, in the order in which tables list them."""

ENTRY_POINT_GROUP = "vlrb.judges"

__all__ = [
    "BUILT_IN",
    "ENTRY_POINT_GROUP",
    "Judge",
    "Prompt",
    "Sampling",
    "Template",
    "checked",
    "fill_prompt",
    "get_judge",
    "guarded",
    "judge_names",
    "neutralise",
    "own",
    "require_captions",
]


@lru_cache(maxsize=1)
def _third_party() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}


def judge_names() -> list[str]:
    """Every judge that :func:`get_judge` knows: the built-in ones, then other packages' by name."""
    return [*BUILT_IN, *sorted(set(_third_party()) - set(BUILT_IN))]


@cache
def get_judge(name: str) -> Judge:
    """A judge by name.

    Raises:
        UnknownName: no such judge; the text lists those that there are. Or another package's that is not as it must be.
    """
    if name in BUILT_IN:
        judge: Judge = import_module(f"vlrb_task.judges.{name}").JUDGE
        return judge
    if name in _third_party():
        return _load(_third_party()[name])
    raise UnknownName(f"no judge {name!r}: use one of {', '.join(judge_names())}")


def _load(point: EntryPoint) -> Judge:
    try:
        with redirect_stdout(sys.stderr):
            judge = point.load()
    except (Exception, SystemExit) as error:  # another package may raise anything
        why = f"{type(error).__name__}: {error}"
        raise UnknownName(f"judge {point.name!r} cannot be loaded from {point.value} ({why})") from error
    if not isinstance(judge, Judge):
        raise UnknownName(f"judge {point.name!r} is a {type(judge).__name__}, not a vlrb_task.judges.Judge")
    if judge.name != point.name:
        raise UnknownName(
            f"the entry point {point.name!r} gives a judge named {judge.name!r}: logs would not be read again"
        )
    return replace(judge, parser=guarded(judge.parser, judge.mode))


def checked(judge: Judge, template: Template) -> Template:
    """The template, if it has the hash that the judge declares.

    Raises:
        PromptUnavailable: it has another one.
    """
    if template.sha256 != judge.prompt.sha256:
        raise PromptUnavailable(
            f"the prompt found for judge {judge.name!r} has SHA-256 {template.sha256[:12]}…, not "
            f"{judge.prompt.sha256[:12]}…: it was changed, so scores would not be comparable"
        )
    return template

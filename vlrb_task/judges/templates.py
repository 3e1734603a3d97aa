"""Finding a judge's prompt text, wherever it is to be had, and checking that it is the right one."""

from __future__ import annotations

from collections.abc import Callable

from vlrb_task.judges import checked
from vlrb_task.judges.base import Judge, Template
from vlrb_task.judges.fetching import cached_template
from vlrb_task.scores.score import PromptRecord
from vlrb_task.support.errors import PromptUnavailable


def template_of(judge: Judge, from_framework: Callable[[], Template]) -> Template:
    """The judge's template, checked against its hash.

    Args:
        judge: whose prompt.
        from_framework: gives the paper's prompt as the framework that is running ships it.

    Raises:
        PromptUnavailable: the prompt is not at hand or was changed. There is no fallback: the text names the own judges
            of the same answer format, and the choice is the user's.
    """
    if judge.prompt.template is not None:
        return checked(judge, judge.prompt.template)
    if judge.prompt.source == "framework":
        return checked(judge, from_framework())
    found = cached_template(judge)
    if found is not None:
        return checked(judge, found)
    instead = (
        f". Of the same answer format, always there: {', '.join(judge.alternatives)}" if judge.alternatives else ""
    )
    raise PromptUnavailable(
        f"the prompt of judge {judge.name!r} is its authors' and is not on this machine: vlrb judges fetch {judge.name}{instead}"
    )


def prompt_record(judge: Judge) -> PromptRecord:
    """What logs and results say of the judge's prompt."""
    return PromptRecord(judge.name, judge.prompt.source, judge.prompt.sha256)

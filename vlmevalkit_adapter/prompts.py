"""The paper's prompt as VLMEvalKit ships it."""

from __future__ import annotations

from functools import cache

from vlrb_task.judges import get_judge
from vlrb_task.judges.base import Template
from vlrb_task.judges.templates import template_of
from vlrb_task.support.errors import PromptUnavailable

_HOLES = {"{answer_0}": "{first}", "{answer_1}": "{second}"}

# Where VLMEvalKit's copy lost white space: (as it stands there, as the paper's script has it).
_REPAIRS = (("questions.\nPlease analyze", "questions. Please analyze"), (").For example", "). For example"))


def framework_template() -> Template:
    """The paper's prompt, with its white space as in the paper's script and our names for its holes.

    Raises:
        PromptUnavailable: this VLMEvalKit has no such prompt.
    """
    try:
        from vlmeval.dataset.vl_rewardbench import PROMPT_TEMPLATE
    except ImportError as error:
        raise PromptUnavailable(
            "this VLMEvalKit does not ship the paper's prompt (vlmeval.dataset.vl_rewardbench); use judge 'criteria'"
        ) from error
    text = " " + str(PROMPT_TEMPLATE)
    for found, wanted in (*_HOLES.items(), *_REPAIRS):
        text = text.replace(found, wanted)
    return Template(text)


@cache
def template(judge_name: str) -> Template:
    """A judge's template, found and checked once in a process.

    Raises:
        PromptUnavailable: as :func:`~vlrb_task.judges.templates.template_of`.
    """
    return template_of(get_judge(judge_name), framework_template)

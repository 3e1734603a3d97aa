"""Judges' prompts inside lmms-eval: the paper's own comes with its ``vl_rewardbench`` task."""

from __future__ import annotations

from functools import cache

from vlrb_task.judges import get_judge
from vlrb_task.judges.base import Template
from vlrb_task.judges.templates import template_of
from vlrb_task.support.errors import PromptUnavailable


def framework_template() -> Template:
    """The paper's prompt as lmms-eval ships it.

    Its function puts three strings into the text; given the names of our holes, it returns the template.

    Raises:
        PromptUnavailable: this lmms-eval has no such task.
    """
    try:
        from lmms_eval.tasks.vl_rewardbench.utils import get_prompt
    except ImportError as error:
        raise PromptUnavailable(
            "this lmms-eval does not ship the paper's prompt (lmms_eval.tasks.vl_rewardbench); use judge 'criteria'"
        ) from error
    return Template(get_prompt({"query": "{query}", "response": ["{first}", "{second}"]}, 0))


@cache
def template(judge_name: str) -> Template:
    """A judge's template, found and checked once in a process.

    Raises:
        PromptUnavailable: as :func:`~vlrb_task.judges.templates.template_of`.
    """
    return template_of(get_judge(judge_name), framework_template)

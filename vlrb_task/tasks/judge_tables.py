"""The tables of ``docs/judges.md`` that are made from the registry of judges: one row a judge, nothing written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vlrb_task.judges import Judge, get_judge, in_order, shipped_names
from vlrb_task.tasks.shipped import task_of

JUDGES_PAGE = Path(__file__).parents[2] / "docs" / "judges.md"
"""The page in a checkout; an installed package has none."""


def with_tables(page: str) -> str:
    """The page with its tables regenerated. Each is between ``<!-- table: NAME -->`` and ``<!-- end -->``.

    Raises:
        ValueError: the page has no place for one of them.
    """
    judges = in_order(get_judge(name) for name in shipped_names())
    tables = {
        "judges": (_JUDGES, [judge for judge in judges if task_of(judge.name)]),
        "differences": (_DIFFERENCES, [judge for judge in judges if judge.prompt.source == "published"]),
    }
    for name, (columns, listed) in tables.items():
        before, begin, rest = page.partition(f"<!-- table: {name} -->\n")
        _, end, after = rest.partition("\n<!-- end -->")
        if not (begin and end):
            raise ValueError(f"docs/judges.md has no place for the table {name!r}")
        rows = [[cell(judge) for cell in columns.values()] for judge in listed]
        lines = [columns.keys(), ["---"] * len(columns), *rows]
        table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
        page = f"{before}{begin}{table}{end}{after}"
    return page


def _plain(text: str) -> str:
    """A text as Markdown shows it: no tag is taken for HTML, no bar for the end of a cell."""
    return text.replace("<", r"\<").replace("|", r"\|")


def _shown(judge: Judge) -> str:
    answers = "both answers" if judge.mode == "pairwise" else "one answer"
    return answers if judge.image != "none" else f"{answers}, no picture"


def _sampling(judge: Judge) -> str:
    found = judge.sampling
    return f"{found.temperature:g}, {found.top_p:g}, {found.max_new_tokens}"


def _task(judge: Judge) -> str:
    return f"`{task.name}`, `{task.dataset_name}`" if (task := task_of(judge.name)) else ""


Columns = dict[str, Callable[[Judge], str]]

_JUDGES: Columns = {
    "judge": lambda judge: f"`{judge.name}`",
    "shown": _shown,
    "asks for": lambda judge: _plain(judge.summary),
    "prompt": lambda judge: judge.prompt.source,
    "parser": lambda judge: f"`{judge.parser_name}`",
    "temperature, top_p, tokens": _sampling,
    "task": _task,
}
_DIFFERENCES: Columns = {
    "judge": lambda judge: f"`{judge.name}`",
    "the authors' rule": lambda judge: _plain(judge.authors_rule or "none published"),
    "`--parser` that follows it": lambda judge: f"`{judge.authors_parser}`" if judge.authors_parser else "",
    "what differs here": lambda judge: _plain(judge.approximate or ""),
    "largest picture, pixels": lambda judge: f"{judge.max_pixels:,}" if judge.max_pixels else "",
}

"""The tables of ``docs/judges.md`` that are made from the registry of judges: one row a judge, nothing written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    for name, table in _TABLES.items():
        before, begin, rest = page.partition(f"<!-- table: {name} -->\n")
        _, end, after = rest.partition("\n<!-- end -->")
        if not (begin and end):
            raise ValueError(f"docs/judges.md has no place for the table {name!r}")
        page = f"{before}{begin}{table()}{end}{after}"
    return page


def judges_table() -> str:
    """Every judge: what it is shown, what it answers, how that is read, its sampling, its tasks."""
    return _table(
        ("judge", "shown", "asks for", "prompt", "parser", "temperature, top_p, tokens", "task"),
        (
            (
                f"`{judge.name}`",
                _shown(judge),
                _plain(judge.summary),
                judge.prompt.source,
                f"`{judge.parser_name}`",
                f"{judge.sampling.temperature:g}, {judge.sampling.top_p:g}, {judge.sampling.max_new_tokens}",
                f"`{task.name}`, `{task.dataset_name}`",
            )
            for judge in _judges()
            if (task := task_of(judge.name))
        ),
    )


def differences_table() -> str:
    """The judges of other authors: how the authors read their answers, and what is known to differ here."""
    return _table(
        ("judge", "the authors' rule", "`--parser` that follows it", "what differs here", "largest picture, pixels"),
        (
            (
                f"`{judge.name}`",
                _plain(judge.authors_rule or "none published"),
                f"`{judge.authors_parser}`" if judge.authors_parser else "",
                _plain(judge.approximate or ""),
                f"{judge.max_pixels:,}" if judge.max_pixels else "",
            )
            for judge in _judges()
            if judge.prompt.source == "published"
        ),
    )


_TABLES: dict[str, Callable[[], str]] = {"judges": judges_table, "differences": differences_table}


def _judges() -> list[Judge]:
    return in_order(get_judge(name) for name in shipped_names())


def _shown(judge: Judge) -> str:
    answers = "both answers" if judge.mode == "pairwise" else "one answer"
    return answers if judge.image != "none" else f"{answers}, no picture"


def _plain(text: str) -> str:
    """A text as Markdown shows it: no tag is taken for HTML, no bar for the end of a cell."""
    return text.replace("<", r"\<").replace("|", r"\|")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)

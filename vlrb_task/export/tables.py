"""Tables as Markdown, LaTeX and CSV, and the CSV of VLMEvalKit's own scorer."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from vlrb_task.compare.basis import printable
from vlrb_task.pairs.pair import set_name
from vlrb_task.scores.completeness import caveats
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.score import Column, Score, columns
from vlrb_task.support.errors import DataError
from vlrb_task.support.numbers import percent, with_interval

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\^{}",
    "~": r"\~{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    # After the end of a row these would belong to it: `\\[2em]`, `\\*`.
    "[": "{[}",
    "*": "{*}",
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


def _header(scores: Sequence[Score], text: Callable[[str], str]) -> str:
    """What every table says of its numbers: the policy, and which pairs; ``text`` is how the format writes what is no markup."""
    whats = {
        f"revision {text(s.run.revision)} ({text(s.run.fingerprint[:12])}), "
        + (f"PART of the pairs: {len(s.run.labels)} of {len(s.run.labels) + s.missing}" if s.missing else "all pairs")
        for s in scores
    }
    policies = " and ".join(sorted({str(s.policy) for s in scores}))
    pairs = set_name(s.run.revision for s in scores)
    return f"{pairs}, accuracy in % with 95 % intervals; policy {policies}; {'; '.join(sorted(whats))}"


def _notes(names: Sequence[str], scores: Sequence[Score]) -> list[str]:
    """What a reader of the table must know of each run."""
    return [f"{name}: {told}." for name, s in zip(names, scores, strict=True) for told in caveats(s.run)]


def _line(text: str) -> str:
    """A text on one line that every program can read."""
    return printable(" ".join(text.split()))


Shown = str | Estimate | None
"""A cell: words, a number with its interval, or nothing."""


@dataclass(frozen=True)
class Sheet:
    """A table, the same in every format.

    Attributes:
        title: what it is about.
        heads: of its columns; the first ``names`` of them are words.
        rows: as many cells each; numbers in percent.
        names: see ``heads``.
        note: what a reader must know.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Shown]]
    names: int = 1
    note: str = ""


def markdown_lines(sheet: Sheet) -> list[str]:
    """A table's lines in Markdown, without its title and note."""
    ruler = ["---"] * sheet.names + ["---:"] * (len(sheet.heads) - sheet.names)
    rows = [[_written(cell, markdown_text, "{} [{}, {}]") for cell in row] for row in (sheet.heads, *sheet.rows)]
    return [f"| {' | '.join(cells)} |" for cells in (rows[0], ruler, *rows[1:])]


def latex_lines(sheet: Sheet, notes: Iterable[str]) -> list[str]:
    """A table's lines in LaTeX, for the package booktabs, without its title; notes stand below it over its whole width."""
    layout = r"{} {{\scriptsize [{}--{}]}}"
    head, *rows = (" & ".join(_written(cell, latex_text, layout) for cell in row) for row in (sheet.heads, *sheet.rows))
    return [
        rf"\begin{{tabular}}{{{'l' * sheet.names}{'r' * (len(sheet.heads) - sheet.names)}}}",
        r"\toprule",
        rf"{head} \\",
        r"\midrule",
        *(rf"{row} \\" for row in rows),
        r"\bottomrule",
        *(
            rf"\multicolumn{{{len(sheet.heads)}}}{{p{{0.9\linewidth}}}}{{\footnotesize {latex_text(note)}}} \\"
            for note in notes
        ),
        r"\end{tabular}",
    ]


def _written(cell: Shown, text: Callable[[str], str], layout: str) -> str:
    return text(cell) if isinstance(cell, str) else with_interval(cell, layout)


def _sheet(table: str, names: Sequence[str], scores: Sequence[Score]) -> Sheet:
    """A row a run: rates bare, all other numbers with their intervals."""
    shown = columns(table, scores)
    rows = [
        [name, *(c.instead(score) or (percent(c.of(score)) if c.bare else c.of(score)) for c in shown)]
        for name, score in zip(names, scores, strict=True)
    ]
    return Sheet("", ["judge", *(column.title for column in shown)], rows)


def markdown(names: Sequence[str], scores: Sequence[Score]) -> str:
    """A Markdown table, its header line above it and what must be known of the runs below."""
    sheet = _sheet("markdown", names, scores)
    votes = (f"{len(score.run.votes) / len(score.run.labels):.3g}" for score in scores)
    rows = [[*row, one] for row, one in zip(sheet.rows, votes, strict=True)]
    notes = [part for note in _notes(names, scores) for part in ("", f"Note: {markdown_text(note)}")]
    lines = markdown_lines(Sheet("", [*sheet.heads, "votes a pair"], rows))
    return "\n".join([f"{_header(scores, markdown_text)}.", "", *lines, *notes]) + "\n"


def markdown_text(text: str) -> str:
    """A name as a Markdown cell: nothing in it is markup, and it stays on its line."""
    return re.sub(r"([\\`*_{}\[\]<>|#~$])", r"\\\1", _line(text))


def latex(names: Sequence[str], scores: Sequence[Score]) -> str:
    """A LaTeX table for the package booktabs; what must be known of the runs stands below it."""
    sheet = _sheet("latex", names, scores)
    capitals = replace(sheet, heads=[head.capitalize() for head in sheet.heads])
    return "\n".join([f"% {_header(scores, _line)}", *latex_lines(capitals, _notes(names, scores))]) + "\n"


def latex_text(text: str) -> str:
    """A name as LaTeX text."""
    return "".join(_LATEX.get(c, c) for c in _line(text))


_ENDS = ("", "_low", "_high", "_n")


def csv_table(names: Sequence[str], scores: Sequence[Score]) -> str:
    """One line a judge, every number at full precision as a fraction of one."""
    shown = columns("csv", scores)
    about = ["name", "judge", "prompt", "prompt_sha256", "parser", "policy", "revision", "fingerprint"]
    about += ["pairs", "missing", "votes"]
    rows: list[list[object]] = [[*about, *_csv_names(shown, [*about, "warnings"]), "warnings"]]
    for name, score in zip(names, scores, strict=True):
        run = score.run
        cells: list[object] = [name, run.judge, run.prompt.name, run.prompt.sha256, run.parser, str(score.policy)]
        cells += [run.revision, run.fingerprint, len(run.labels), score.missing, len(run.votes)]
        for column in shown:
            value = column.of(score)
            whole = (None,) * 4 if value is None else (value.value, value.low, value.high, value.n)
            cells += whole[: 1 if column.bare else 4]
        rows.append([*cells, "; ".join(run.warnings)])
    return csv_text(rows)


def _csv_names(shown: Sequence[Column], taken: Iterable[str]) -> list[str]:
    """The headers of the numbers, each once: of a group (a subset) named as another column is, with its kind behind it."""

    def headers(column: Column, name: str) -> list[str]:
        return [f"{name}{end}" for end in _ENDS[: 1 if column.bare else 4]]

    used = {*taken, *(name for c in shown if c.statistic.kind != "groups" for name in headers(c, c.name))}
    found: list[str] = []
    for column in shown:
        name = column.name
        if column.statistic.kind == "groups":
            while used & {*headers(column, name)}:
                name += "_subset"
            used |= {*headers(column, name)}
        found += headers(column, name)
    return found


def vlmevalkit_csv(names: Sequence[str], scores: Sequence[Score]) -> str:
    """The file that VLMEvalKit's own scorer of VL-RewardBench writes: the same columns, order and quotes.

    Raises:
        DataError: more than one run (that file has one), or a run without one of the benchmark's subsets.
    """
    if len(scores) != 1:
        raise DataError(f"the CSV of VLMEvalKit holds one run, and here are {len(scores)}: {', '.join(names)}")
    score = scores[0]
    subsets = {name: score.by_subset.get(name) for name in ("hallucination", "reasoning", "general")}
    found = {**subsets, "Macro Accuracy": score.macro, "Overall Consistency": score.overall}
    values = {name: estimate and estimate.value for name, estimate in found.items()}
    if missing := [name for name, value in values.items() if value is None]:
        raise DataError(f"no pair for {', '.join(missing)}: VLMEvalKit's CSV needs the benchmark's three subsets")
    return csv_text([list(values), list(values.values())], csv.QUOTE_ALL)


def csv_text(rows: Iterable[Sequence[object]], quoting: int = csv.QUOTE_MINIMAL) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    writer.writerows([neutralise(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def neutralise(cell: object) -> object:
    """A cell that a spreadsheet does not take for a formula: a text that begins as one gets an apostrophe in front.

    A text stays on one line; numbers stay as they are, negative ones too. What programs may skip before a formula is
    skipped here: spaces of every kind and characters of no width; control characters and lone surrogates become U+FFFD.
    """
    if not isinstance(cell, str):
        return cell
    line = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", re.sub(r"[\r\n]+", " ", cell))
    start = next((c for c in line if c == "\t" or unicodedata.category(c)[0] not in "ZC"), "")
    return f"'{line}" if start in _FORMULA_STARTS else line

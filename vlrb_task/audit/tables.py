"""Rows of published scores out of tables as people have them: CSV or TSV, Markdown, LaTeX."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vlrb_task.audit.numbers import Row
from vlrb_task.support.delimited import split_lines
from vlrb_task.support.errors import DataError
from vlrb_task.support.inputs import open_once, readable

LARGEST = 64 * 2**20
"""Bytes of a file that is read as a table of scores."""

_LONGEST = 2000
"""Characters of a cell that are looked at: a number or a name stands at its beginning."""

SUFFIXES = (".csv", ".tsv", ".md", ".markdown", ".tex")

_NAMES: dict[str, tuple[str, ...]] = {
    "general": ("general", "gen"),
    "hallucination": ("hallucination", "hallucinations", "hallu", "hall", "hal"),
    "reasoning": ("reasoning", "reason", "rea"),
    "overall": ("overall", "overallaccuracy", "overallacc", "overallconsistency", "accuracy", "acc", "micro"),
    "macro": ("macro", "macroaccuracy", "macroaverage", "macroavg", "macroacc", "average", "avg"),
    "name": ("model", "models", "name", "judge", "method", "system", "rewardmodel"),
}
_COLUMN = {spelling: name for name, spellings in _NAMES.items() for spelling in spellings}

_LATEX_WRAPPER = re.compile(r"\\(?:text(?:bf|it|tt|sc|rm)|underline|uline|emph|mathbf|mathrm|makecell|bm)\b")
_LATEX_RULES = re.compile(r"\\(?:hline|toprule|midrule|bottomrule|rowstyle|centering|bfseries|bf|it)\b")
_LATEX_DROPPED = re.compile(
    r"\\(?:begin|end)\s*\{[^}]*\}(?:\{[^}]*\})?"
    r"|\\c(?:mid|)(?:line|rule)(?:\([^)]*\))?\{[^}]*\}"
    r"|\\(?:cellcolor|rowcolor)(?:\[[^\]]*\])?\{[^}]*\}"
    r"|\\(?:cite[pt]?|footnote|ref|label|textsuperscript|textsubscript)\{[^}]*\}"
    r"|[\^_]\{[^}]*\}"
)
_SPREAD = re.compile(r"(?:±|\\pm|\+/-).*", re.DOTALL)
_MARKS = re.compile(r"[*_`$\\†‡§¶^{}~]")
_LEADING_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*%?")
_EMPTY = {"", "-", "–", "—", "--", "---", "n/a", "na", "none", "nan", "?"}


def is_table(path: Path) -> bool:
    """Whether a file is a table of scores, by its suffix; for a TSV, which may be predictions, and a pipe, by its first lines.

    Raises:
        OSError: a file that cannot be read.
    """
    suffix = path.suffix.lower()
    if (suffix and suffix not in SUFFIXES) or path.is_dir():
        return False
    return suffix not in ("", ".tsv") or kind_of(path) is not None


def kind_of(path: Path) -> str | None:
    """The suffix for the kind of table that a file's content is; None where no columns of scores are named in its first lines."""
    with open_once(path) as file:
        head = file.read(4096).decode("utf-8-sig", errors="replace").lower()
    line = next((line for line in head.splitlines() if "general" in line and "reasoning" in line), "")
    if head.lstrip().startswith("{") or not line:
        return None
    return next((kind for mark, kind in (("&", ".tex"), ("|", ".md"), ("\t", ".tsv")) if mark in line), ".csv")


def read_table(path: Path, decimals: int | None = None) -> tuple[list[Row], list[str]]:
    """The rows of a file, and what is wrong with those that hold no scores.

    Args:
        path: its suffix tells the kind, one of :data:`SUFFIXES`.
        decimals: as :meth:`Row.parse`'s.

    Raises:
        DataError: the file cannot be read, or has no table with the columns needed.
    """
    try:
        file = readable(path)
        if file.stat().st_size > LARGEST:
            raise DataError(f"{path}: more than {LARGEST:,} bytes, too large for a table of scores")
        text = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    rows, refused = parse_table(text, path.suffix.lower() or kind_of(path) or "", decimals)
    if not rows and not refused:
        columns = "general, hallucination, reasoning, and overall or macro"
        raise DataError(f"{path}: no table with the columns {columns} in it")
    return rows, refused


def parse_table(text: str, kind: str, decimals: int | None = None) -> tuple[list[Row], list[str]]:
    """The rows of every table in a text that has the columns, and what is wrong with those that hold no scores.

    Args:
        text: the whole file.
        kind: a suffix of :data:`SUFFIXES`.
        decimals: as :meth:`Row.parse`'s.
    """
    columns: dict[str, int] = {}
    rows: list[Row] = []
    refused: list[str] = []
    for cells in _cells(text, kind):
        if header := _header(cells):
            columns = header
        elif columns and len(cells) > 1:
            within = {name: cells[at] for name, at in columns.items() if at < len(cells)}
            texts = {name: _clean(cell) for name, cell in within.items() if name != "name"}
            if any(texts.values()):
                name = _name(within.get("name", ""))
                try:
                    rows.append(Row.parse(texts, name, decimals))
                except DataError as error:
                    refused.append(str(error))
    return rows, refused


def _cells(text: str, kind: str) -> Iterator[list[str]]:
    if kind in (".csv", ".tsv"):
        yield from split_lines(io.StringIO(text), "\t" if kind == ".tsv" else ",")
    elif kind == ".tex":
        body = re.sub(r"(?<!\\)%.*", "", text)
        for line in re.split(r"\\\\(?:\[[^\]]{0,20}\])?|\\tabularnewline", body):
            yield [_unwrap(cell) for cell in _spanned(cell[:_LONGEST] for cell in re.split(r"(?<!\\)&", line))]
    else:
        for line in text.splitlines():
            if "|" in line and not re.fullmatch(r"[\s|:-]*", line):
                yield re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))


def _spanned(cells: Iterable[str]) -> Iterator[str]:
    r"""A LaTeX row with each ``\multicolumn{n}`` followed by the n - 1 cells that it covers."""
    for cell in cells:
        match = re.search(r"\\multicolumn\s*\{(\d{1,3})\}\s*\{[^}]*\}\s*\{(.*)\}", cell, re.DOTALL)
        yield match[2] if match else cell
        yield from [""] * (int(match[1]) - 1 if match else 0)


def _unwrap(cell: str) -> str:
    r"""A LaTeX cell without rules, colours and font commands: ``\hline \textbf{65.8}`` is ``65.8``."""
    cell = _LATEX_DROPPED.sub("", _LATEX_RULES.sub("", cell))
    return _LATEX_WRAPPER.sub("", cell).replace(r"\%", "%").replace(r"\&", "&").replace(r"\_", "_")


def _header(cells: Sequence[str]) -> dict[str, int]:
    """Where each known column stands; empty unless the row names the three subsets."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        name = _COLUMN.get(re.sub(r"[^a-z]", "", cell.lower()))
        if name:
            found.setdefault(name, at)
    return found if {"general", "hallucination", "reasoning"} <= set(found) else {}


def _clean(cell: str) -> str | None:
    """The number at the start of a cell, without emphasis, footnote marks and spread; None if it is empty."""
    bare = _MARKS.sub(" ", _SPREAD.sub("", re.sub(r"<[^<>]*>", "", cell[:_LONGEST])).replace("\\%", "%")).strip()
    bare = re.sub(r"^[(\s]+|[)\s]+$", "", bare)
    if bare.lower() in _EMPTY:
        return None
    match = _LEADING_NUMBER.match(bare)
    return match[0] if match else bare


def _name(cell: str) -> str:
    return " ".join(_MARKS.sub(" ", cell[:_LONGEST].replace("_", "\x00")).replace("\x00", "_").split()).strip("_")

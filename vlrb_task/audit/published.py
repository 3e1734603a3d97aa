"""Scores that others published, with where they were read and whether they were read there again."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

from vlrb_task.audit.numbers import MEAN, Row, fits
from vlrb_task.audit.rows import RowAudit, audit_row

_PAPER = "VL-RewardBench paper"


@dataclass(frozen=True, slots=True)
class Published:
    """A published row.

    Attributes:
        audit: of its numbers, which are in ``audit.row``.
        votes: votes a pair, as published; ``unknown`` where it does not say.
        protocol: how the pairs were asked and scored, as far as the source or its code says; else ``unknown``.
        date: month of the source; of a paper that of its first version. ``unknown`` where only a copy was seen.
        source: where the numbers stand.
        reread: whether they were read again at that source. If not, they were quoted from memory and are no facts.
    """

    audit: RowAudit
    votes: str
    protocol: str
    date: str
    source: str
    reread: bool

    @property
    def name(self) -> str:
        return self.audit.row.name

    @property
    def of_the_papers_policy(self) -> bool:
        """Whether this is a row of the benchmark's own paper that fewer pairs explain: its policy drops some, for each model
        others, so that the overall is no mean at the revision's sizes.
        """
        faults = {e.fault for e in self.audit.explanations}
        return self.source.startswith(_PAPER) and self.audit.verdict == "explained" and "dropped_pairs" in faults

    @property
    def notes(self) -> tuple[str, ...]:
        """What the row's numbers are, where that is no reservation."""
        if not self.of_the_papers_policy:
            return ()
        dropped = next(e.dropped for e in self.audit.explanations if e.fault == "dropped_pairs")
        least = "" if dropped is None else f", at least {sum(dropped)} fewer"
        return (f"overall over the pairs that the paper's policy keeps{least}",)

    def usable(self, metric: str) -> bool:
        """Whether the row's ``overall`` or ``macro`` may stand beside other numbers.

        A macro average that is the mean of its subsets may, whatever is the matter with the overall.
        """
        row = self.audit.row
        if metric == "macro" and row.macro is not None and row.subsets is not None:
            return self.reread and fits(row.macro, row.subsets, MEAN)
        return not self.marks

    @property
    def marks(self) -> tuple[str, ...]:
        """What a reader must know before using the row: empty for a row without reservations."""
        told = [] if self.reread else ["not re-read at its source"]
        if self.of_the_papers_policy:
            return tuple(told)
        if self.audit.verdict == "explained":
            weak = all(e.weak for e in self.audit.explanations)
            faults = ", ".join(e.fault for e in self.audit.explanations if weak or not e.weak)
            told.append(f"numbers do not add up: {'perhaps ' if weak else ''}{faults}")
        elif self.audit.verdict == "unexplained":
            told.append("numbers do not add up, unexplained")
        elif self.audit.verdict == "unchecked":
            told.append("subset scores not published: cannot be checked")
        return tuple(told)


def published() -> list[Published]:
    """The packaged table, in its own order."""
    text = files("vlrb_task.audit").joinpath("published_scores.csv").read_text(encoding="utf-8")
    return [
        Published(
            audit_row(Row.parse(line, line["model"])),
            **{name: line[name] for name in ("votes", "protocol", "date", "source")},
            reread=line["reread"] == "yes",
        )
        for line in csv.DictReader(text.splitlines())
    ]

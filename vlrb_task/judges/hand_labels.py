"""Readings made by hand: what a person says that a judge's text says, in the place of its parser's reading.

A label belongs to a judge and a text, not to a vote: texts that are the same to the letter say the same, and a label stays
right when logs are merged, cut or asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from vlrb_task.judges.check import Labelled, check_own
from vlrb_task.parsing.verdicts import Rating, Reading, Reason, Verdict, unparsed, unrated
from vlrb_task.support.errors import DataError

Read = Callable[[str], Reading | Rating]

MARK = " + hand labels"
"""Behind a parser's name wherever some of its texts were labelled by hand."""


@dataclass(frozen=True)
class HandLabels:
    """What texts say, by judge and text.

    Attributes:
        readings: by judge, then by text.
    """

    readings: Mapping[str, Mapping[str, Reading | Rating]]

    @classmethod
    def of(cls, items: Iterable[Labelled]) -> HandLabels:
        """From labelled texts.

        Raises:
            DataError: an unknown judge, a label of the wrong kind, or two labels of one text that differ.
        """
        readings: dict[str, dict[str, Reading | Rating]] = {}
        rows: dict[tuple[str, str], str] = {}
        for item in items:
            checked = check_own(item)
            known = readings.setdefault(checked.judge, {})
            made = _reading(item, checked.reading)
            if known.setdefault(item.text, made) != made:
                raise DataError(
                    f"{item.where}: a label that differs from that of the same text in {rows[checked.judge, item.text]}"
                )
            rows.setdefault((checked.judge, item.text), item.where)
        return cls(readings)

    def reader(self, judge: str, name: str, parser: Read) -> tuple[str, Read]:
        """A parser that gives the labels where there are any, and else what ``parser`` gives.

        Args:
            judge: whose texts are read.
            name: the parser's.
            parser: the judge's own.

        Returns:
            Its name, which says so, and the parser; both unchanged for a judge without labels.
        """
        known = self.readings.get(judge)
        if not known:
            return name, parser

        def read(text: str) -> Reading | Rating:
            return known[text] if text in known else parser(text)

        return name + MARK, read


def _reading(item: Labelled, read: Reading | Rating) -> Reading | Rating:
    """A label as a reading; one that says that a text says nothing keeps the parser's reason, if it has one."""
    if item.gold is Verdict.UNPARSED:
        reason = read.reason or Reason.NO_VERDICT
        return unparsed(reason) if isinstance(read, Reading) else unrated(reason)
    return Reading(item.gold) if isinstance(item.gold, Verdict) else Rating(item.gold)

"""Every printed statistic is defined in the documents, in the words of the table of statistics."""

from __future__ import annotations

import re

import pytest

from tests.support import metrics_page
from vlrb_task.scores.rows import Statistic
from vlrb_task.scores.statistics import STATISTICS


def test_the_page_has_the_table_as_it_is() -> None:
    assert metrics_page.PAGE.read_text(encoding="utf-8") == metrics_page.page(), "python -m tests.support.metrics_page"


@pytest.mark.parametrize("row", STATISTICS, ids=lambda row: row.name)
def test_a_row_says_what_it_is(row: Statistic) -> None:
    assert re.fullmatch("[a-z_.]+", row.name)
    assert row.title
    assert len(row.definition) > 20
    assert row.unit
    assert "|" not in row.definition + row.unit + row.interval
    assert row.columns <= {"scores", "calibration", "markdown", "latex", "csv"}
    assert row.kind in ("estimate", "rate", "part") or not row.columns or row.kind == "groups"

"""Other pictures in place of a pair's own: drawn from the keys, the same each time, and never its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.pairs.perturbing import Pictures, derangement, with_pictures
from vlrb_task.pairs.pictures import opened
from vlrb_task.pairs.rows import read_rows
from vlrb_task.support.errors import DataError


@given(st.lists(st.sampled_from([b"a", b"b", b"c", b"d", None]), min_size=1, max_size=40))
def test_no_row_meets_its_own_picture(pictures: list[bytes | None]) -> None:
    keys = [f"{number:016x}" for number in range(len(pictures))]
    there = [one for one in pictures if one is not None]
    if there and 2 * max(Counter(there).values()) > len(there):
        with pytest.raises(DataError, match="have the same picture"):
            derangement(keys, pictures)
        return
    donors = derangement(keys, pictures)
    assert donors == derangement(keys, pictures)
    assert sorted(one for one in donors if one is not None) == [n for n, one in enumerate(pictures) if one is not None]
    for number, donor in enumerate(donors):
        assert (donor is None) == (pictures[number] is None)
        assert donor is None or pictures[donor] != pictures[number]


@pytest.mark.parametrize("how", list(Pictures))
def test_the_demo_with_other_pictures(how: Pictures) -> None:
    def read() -> Iterator[dict[str, Any]]:
        return read_rows(str(demo_parquet()), images=True)

    true = list(read())
    changed = list(with_pictures(read, how, "demo"))
    assert changed == list(with_pictures(read, how, "demo"))
    before, after = parse_rows(true), parse_rows(changed)
    assert (before.fingerprint, [p.key for p in before.pairs]) == (after.fingerprint, [p.key for p in after.pairs])
    assert after.name == f"demo, pictures: {how}"
    shown = [row["image"]["bytes"] if row["image"] else None for row in changed]
    own = [row["image"]["bytes"] for row in true]
    if how is Pictures.NONE:
        assert set(shown) == {None}
        return
    assert all(one is not None and one != mine for one, mine in zip(shown, own, strict=True))
    if how is Pictures.SHUFFLED:
        assert Counter(shown) == Counter(own)
        return
    assert [opened(one).size for one in shown] == [opened(one).size for one in own]
    colors = {len(opened(one).getcolors(1 << 20) or []) for one in shown}
    assert colors == {1} if how is Pictures.BLANK else min(colors) > 100

"""A benchmark about seeing whose pictures are not sent: refused, unless that is meant, and then every vote says so."""

from __future__ import annotations

import os

from vlrb_task.judges import Judge
from vlrb_task.pairs.pair import Benchmark
from vlrb_task.pairs.perturbing import WITHOUT
from vlrb_task.support.errors import DataError

VARIABLE = "VLRB_NO_IMAGES"


def is_blind(judge: Judge, benchmark: Benchmark) -> bool:
    """Whether a judge that takes pictures is to be sent none: ``VLRB_NO_IMAGES=1``, or pairs of ``vlrb task --no-images``."""
    return judge.image != "none" and (os.environ.get(VARIABLE) == "1" or benchmark.name.endswith(WITHOUT))


def check_sight(
    judge: Judge, benchmark: Benchmark, *, shown: bool, placed: bool = False, meant: str = VARIABLE
) -> None:
    """Hold pairs to what a judge is to see.

    Args:
        judge: who is asked.
        benchmark: the pairs.
        shown: whether any of them has a picture or a video.
        placed: whether any picture has a place in the text.
        meant: how whoever runs this says that no picture is to be sent.

    Raises:
        DataError: the judge takes pictures and would be sent none, which nobody said is meant; or none are to be sent, and
            the text refers to them.
    """
    blind = is_blind(judge, benchmark)
    if blind and placed:
        raise DataError(f"{VARIABLE}: pictures have places in the text; `vlrb task --image blank` keeps them")
    if judge.image == "none" or shown or blind or all(pair.media == "text" for pair in benchmark.pairs):
        return
    raise DataError(
        f"{benchmark.origin or 'these pairs'}: no pair has a picture (`vlrb doctor --pairs` looks for them under other names); "
        f"if that is meant: {meant}, and every result says so"
    )

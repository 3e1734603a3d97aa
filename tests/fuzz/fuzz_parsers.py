"""Coverage-guided fuzzing of every parser: ``python tests/fuzz/fuzz_parsers.py CORPUS -max_total_time=600`` (needs ``atheris``).

A parser must answer any text with a reading or a rating: no exception, no other type, and a rating that is a finite number. The
corpus folder is filled with the texts of ``tests/parsing/cases`` when it is empty; libFuzzer adds what reaches new code. What
breaks a parser is left in a ``crash-…`` file, and belongs into ``tests/parsing/cases``.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["vlrb_task.parsing"]):
    from vlrb_task.parsing import PARSERS, RATING_PARSERS
from vlrb_task.parsing.verdicts import Rating, Reading

CASES = Path(__file__).resolve().parents[1] / "parsing" / "cases"


def one_input(data: bytes) -> None:
    """Run every parser over one text; lone surrogates included."""
    text = data.decode("utf-8", "surrogateescape")
    for name, parser in PARSERS.items():
        reading = parser(text)
        if not isinstance(reading, Reading):
            raise TypeError(f"{name} gave a {type(reading).__name__}")
        if reading.span is not None and not 0 <= reading.span[0] <= reading.span[1] <= len(text):
            raise ValueError(f"{name} gave a span outside the text: {reading.span}")
    for name, rater in RATING_PARSERS.items():
        rating = rater(text)
        if not isinstance(rating, Rating):
            raise TypeError(f"{name} gave a {type(rating).__name__}")
        if rating.score is not None and not math.isfinite(rating.score):
            raise ValueError(f"{name} gave {rating.score}")


def fill(corpus: Path) -> None:
    """Write the case files' texts into an empty corpus folder."""
    corpus.mkdir(parents=True, exist_ok=True)
    if any(corpus.iterdir()):
        return
    for file in sorted(CASES.glob("*.jsonl")):
        for line in file.open(encoding="utf-8"):
            text = json.loads(line)["text"].encode("utf-8", "surrogatepass")
            (corpus / hashlib.sha256(text).hexdigest()[:16]).write_bytes(text)


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()

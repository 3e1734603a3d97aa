"""The packaged demonstration set: 36 synthetic pairs, 12 a subset, with pictures drawn for them.

``demo.parquet`` has the columns of the benchmark's own dataset, and ``source`` and ``subset`` beside them. In a checkout,
``python -m tests.support.demo_pairs.draw OUT.parquet`` makes it anew.
"""

from __future__ import annotations

from pathlib import Path


def demo_parquet() -> Path:
    """The path of the packaged ``demo.parquet``."""
    return Path(__file__).with_name("demo.parquet")

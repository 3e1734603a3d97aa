"""The packaged demonstration set: 36 synthetic pairs, 12 a subset, with pictures drawn for them.

``demo.parquet`` has the columns of the benchmark's own dataset, and ``source`` and ``subset`` beside them.
``python -m vlrb_task.pairs.demo.draw OUT.parquet`` makes it anew (needs Pillow and pyarrow): the texts stand in
the ``.toml`` files here, the drawing code in the ``pictures_*`` modules.
"""

from __future__ import annotations

from pathlib import Path


def demo_parquet() -> Path:
    """The path of the packaged ``demo.parquet``."""
    return Path(__file__).with_name("demo.parquet")

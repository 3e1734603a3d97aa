"""Make the demonstration set: ``python -m tests.support.demo_pairs.draw OUT.parquet``.

Always the same rows from the same texts and drawing code; only the encoding of the files may differ between
versions of Pillow and pyarrow.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import tomllib

from tests.support.demo_pairs import pictures_general, pictures_hallucination, pictures_reasoning
from tests.support.demo_pairs.canvas import Canvas

PICTURES: dict[str, Any] = {
    "general": pictures_general,
    "hallucination": pictures_hallucination,
    "reasoning": pictures_reasoning,
}
"""For each subset the module whose functions draw its pictures; the texts are in ``<subset>.toml``."""

_TEXT = pa.string()
SCHEMA = pa.schema(
    {
        "id": _TEXT,
        "query": _TEXT,
        "response": pa.list_(_TEXT),
        "image": pa.struct({"bytes": pa.binary(), "path": _TEXT}),
        "human_ranking": pa.list_(pa.int64()),
        "models": pa.list_(_TEXT),
        "judge": _TEXT,
        "rationale": _TEXT,
        "query_source": _TEXT,
        "ground_truth": _TEXT,
        "source": _TEXT,
        "subset": _TEXT,
    }
)


def demo_rows() -> list[dict[str, Any]]:
    """The set's rows, in the dataset's columns."""
    return [row for subset in PICTURES for row in _rows_of(subset)]


def _rows_of(subset: str) -> Iterator[dict[str, Any]]:
    texts = tomllib.loads(Path(__file__).with_name(f"{subset}.toml").read_text("utf-8"))
    for pair in texts["pair"]:
        draw: Callable[[], Canvas] = getattr(PICTURES[subset], pair["picture"])
        first = bool(pair["better_first"])
        answers = [pair["better"], pair["worse"]]
        topic = pair["id"].split("-")[1]
        yield {
            "id": pair["id"],
            "query": pair["query"],
            "response": answers if first else answers[::-1],
            "image": {"bytes": draw().png(), "path": f"{pair['picture']}.png"},
            "human_ranking": [0, 1] if first else [1, 0],
            "models": ["synthetic", "synthetic"],
            "judge": "drawn",
            "rationale": pair["rationale"],
            "query_source": "vlrb-demo",
            "ground_truth": pair.get("ground_truth", ""),
            "source": f"Demo-{topic}",
            "subset": subset,
        }


def _feature(kind: pa.DataType, name: str = "") -> Any:
    """A column's type in the words of Hugging Face ``datasets``, such as all of its versions read."""
    if name == "image":
        return {"_type": "Image"}
    if isinstance(kind, pa.ListType):
        return {"feature": _feature(kind.value_type), "_type": "Sequence"}
    return {"dtype": str(kind), "_type": "Value"}


def demo_table() -> pa.Table:
    """The rows as a table whose metadata tells ``datasets`` that the images are images."""
    features = {column.name: _feature(column.type, column.name) for column in SCHEMA}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    return pa.Table.from_pylist(demo_rows(), schema=SCHEMA.with_metadata(metadata))


def main(arguments: list[str] | None = None) -> None:
    """Write the parquet file that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.demo_pairs.draw", description="Draw the demo pairs.")
    parser.add_argument("out", type=Path, help="the parquet file to write")
    out: Path = parser.parse_args(arguments).out
    table = demo_table()
    pq.write_table(table, out, compression="zstd")
    print(f"{out}: {table.num_rows} pairs, {out.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()

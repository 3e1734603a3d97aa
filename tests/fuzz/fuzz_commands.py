"""Every kind of file that a command reads, damaged and made odd; every command that reads it: an answer or one line.

    python -m tests.fuzz.fuzz_commands 40            # 40 damaged files of each kind
    python -m tests.fuzz.fuzz_commands 40 --seed 7 --only bon

The seeds are the numbers 0, 1, 2, …: a file that failed is made again from its seed alone.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from tests.reliability.laboratory import Laboratory, readers, vlrb
from vlrb_task.support.errors import VlrbError

LONGEST = 30.0
"""Seconds of processor time of a command on one of these small files. The slowest needs 1."""

VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 1.5, 1e308, 10**400, float("nan"), float("inf"), "", "x", "0", "\0", "\ud800"),
    *([], {}, [[]], [0, 1], [None], {"a": 1}, {"": []}, "x" * 5000, ["\u202e"], 2**31, 2**63, -(2**63), "../../x"),
    *("official", "tie", "criteria", "nan", "[[[", "{[]:1}", "=1+1", "2024-01-01", " ", "\n", "a\tb", "é" * 300),
]
CELLS = [str(v) for v in VALUES if not isinstance(v, (list, dict)) and v != 10**400 and v != "\ud800"]
CELLS += ["9" * 5000, "1e999", "-0", '"', '""', "'", ",", "|", "&", "\\", "%", "$x$", "{", "\\multicolumn{9}{c}{x}"]


def odd(value: Any, draw: random.Random, rest: list[int]) -> Any:
    """A JSON value with one of its parts replaced, left out, doubled or wrapped; ``rest`` counts down to that part."""
    rest[0] -= 1
    if rest[0] == 0:
        return draw.choice([draw.choice(VALUES), draw.choice(VALUES), [value], {"x": value}, str(value)])
    if isinstance(value, dict):
        found = {name: odd(part, draw, rest) for name, part in value.items()}
        if found and rest[0] == -1 and draw.random() < 0.5:
            found.pop(draw.choice(list(found)))
        return found
    if isinstance(value, list):
        return [odd(part, draw, rest) for part in value]
    return value


def _parts(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_parts, inner))


def _json(text: str, draw: random.Random) -> str:
    value = json.loads(text)
    for _ in range(draw.choice((1, 1, 2, 5))):
        value = odd(value, draw, [draw.randrange(1, _parts(value) + 1)])
    return json.dumps(value)


def mutated_lines(text: str, draw: random.Random) -> str:
    """JSON lines of which some are left out, doubled, or hold something else."""
    lines = text.splitlines()
    for _ in range(draw.choice((1, 1, 2, 6))):
        at = draw.randrange(len(lines))
        kind = draw.randrange(8)
        if kind == 0 and len(lines) > 1:
            del lines[at]
        elif kind == 1:
            lines.insert(draw.randrange(len(lines)), lines[at])
        elif kind == 2:
            name = draw.choice(list(json.loads(lines[0])) if lines[0].startswith("{") else ["x"])
            value = draw.choice(VALUES)  # the same in every line
            lines = [_with(line, name, value) for line in lines]
        else:
            try:
                lines[at] = _json(lines[at], draw)
            except ValueError:
                lines[at] = draw.choice(CELLS)
    return "\n".join(lines) + "\n"


def _with(line: str, name: str, value: Any) -> str:
    try:
        found = json.loads(line)
    except ValueError:
        return line
    return json.dumps(found | {name: value}) if isinstance(found, dict) else line


def _cells(text: str, draw: random.Random) -> str:
    """A table or mapping with some of what stands between its separators replaced, doubled or left out."""
    parts = re.split(r"([\t,|&:\n\[\]{}])", text)
    for _ in range(draw.choice((1, 2, 5))):
        at = draw.randrange(len(parts))
        kind = draw.randrange(4)
        if kind == 0:
            del parts[at]
        elif kind == 1:
            parts[at:at] = parts[at : at + draw.randrange(1, 30)]
        else:
            parts[at] = draw.choice(CELLS)
    return "".join(parts)


def _parquet(data: bytes, draw: random.Random) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(data))
    name = draw.choice(table.column_names)
    kind = draw.randrange(4)
    if kind == 0:
        table = table.drop_columns([name])
    elif kind == 1:
        table = table.append_column(name, table[draw.choice(table.column_names)])
    else:
        count = table.num_rows
        columns: list[Callable[[], Any]] = [
            lambda: pa.nulls(count),
            lambda: pa.array([[None]] * count),
            lambda: pa.array([{"bytes": b"x", "path": None}] * count),
            lambda: pa.array([b"\xff\0"] * count),
            lambda: pa.array([1.5] * count),
            lambda: pa.array([2**60] * count, pa.timestamp("ms")),
            lambda: pa.array(["x"] * count).dictionary_encode(),
            lambda: pa.array([[("a", 1)]] * count, pa.map_(pa.string(), pa.int64())),
            lambda: pa.array([["a", "b", "c"]] * count),
            lambda: table[draw.choice(table.column_names)],
        ]
        column = draw.choice(columns)()
        table = table.set_column(table.column_names.index(name), name, column)
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _bytes(whole: bytes, draw: random.Random) -> bytes:
    found = bytearray(whole)
    for _ in range(draw.choice((1, 3, 20))):
        at = draw.randrange(len(found) + 1)
        kind = draw.randrange(3)
        if kind == 0:
            found[at : at + 1] = bytes([draw.randrange(256)])
        elif kind == 1:
            del found[at : at + draw.randrange(1, 200)]
        else:
            found[at:at] = draw.choice((b"\xff\xfe", b"\0", b"\r\n", b"\xef\xbb\xbf", b"[" * 5000, b"\xed\xa0\x80"))
    return bytes(found)


def damaged(name: str, data: bytes, draw: random.Random) -> bytes:
    """A file of the kind that ``name`` says with something wrong in it."""
    if draw.random() < 0.2:
        return draw.choice([b"", b"\n", data[: draw.randrange(len(data))], _bytes(data, draw), _bytes(data, draw)])
    if name.endswith(".parquet"):
        return _parquet(data, draw)
    change = mutated_lines if name.endswith(".jsonl") else _json if name.endswith(".json") else _cells
    return change(data.decode(), draw).encode("utf-8", "surrogatepass")


def wrong(arguments: tuple[object, ...]) -> str | None:
    """What a command did that it must not: anything but an answer, or one line of bounded length."""
    began = time.process_time()
    result = vlrb(*arguments)
    error, took = result.exception, time.process_time() - began
    if took > LONGEST:
        return f"took {took:.0f} s"
    if isinstance(error, VlrbError):
        told = str(error)
        return f"an error of {len(told)} characters" if len(told) > 3200 else None
    if isinstance(error, SystemExit) and error.code in (0, 1, 2):
        return None
    if error is None or isinstance(error, (click.ClickException, OSError)):
        if error is None and "--json" in arguments:
            json.loads(result.stdout)
        return None
    last = [f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)][-4:]
    return f"{type(error).__name__}: {str(error)[:120]} at {' '.join(last)}"


def tried(count: int, seed: int = 0, only: str = "", most: int = 100) -> Iterator[tuple[str, str | None]]:
    """What each command made of each damaged file: None where it held.

    Args:
        count: files of each kind.
        seed: the first of their seeds.
        only: kinds with this in their name.
        most: commands that are given each file, drawn.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        lab = Laboratory.made(Path(folder) / "lab")
        for name, commands in readers(lab, out).items():
            if only not in name:
                continue
            good = (lab / name).read_bytes()
            for number in range(seed, seed + count):
                draw = random.Random(f"{name} {number}")
                (lab / name).write_bytes(damaged(name, good, draw))
                for command in draw.sample(commands, min(most, len(commands))):
                    told = " ".join(str(one).replace(f"{folder}/", "") for one in command)
                    found = wrong(command)
                    yield f"{name} {number}: {told}", found
            (lab / name).write_bytes(good)


def main() -> None:
    """Print what did not hold, and how many were tried."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    number, failed = 0, Counter[str]()
    for told, found in tried(given.count, given.seed, given.only):
        number += 1
        if found is not None:
            if not failed[found]:
                print(f"{told}\n    {found}", flush=True)
            failed[found] += 1
    print(f"{number} tried, {number - failed.total()} held")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

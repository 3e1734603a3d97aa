"""Damaged and hostile files: one line that names the file, or one row dropped; never a traceback, never a hang."""

from __future__ import annotations

import importlib.util
import io
import json
import pickle
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from vlrb_task.audit.tables import parse_table, read_table
from vlrb_task.cli.main import group
from vlrb_task.compare.benches import read_benches
from vlrb_task.pairs.rows import load_benchmark, read_rows
from vlrb_task.support.errors import DataError, VlrbError, short
from vlrb_task.support.literals import literal
from vlrb_task.votes import lmms_samples, tables

ROW = {"index": "0", "question": "q", "response": "['a', 'b']", "answer": "[0, 1]", "category": "general"}
ROWS = [{**ROW, "index": str(n), "prediction": "Overall Judgment: Answer 1 is better."} for n in range(8)]


def one_line(error: VlrbError, path: Path) -> None:
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 3200
    assert path.name in str(error)


def workbook() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(list(ROWS[0]))
    for row in ROWS:
        sheet.append(list(row.values()))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def damaged_bytes(whole: bytes, draw: random.Random) -> bytes:
    found = bytearray(whole)
    for _ in range(draw.choice((1, 1, 2, 8, 64))):
        at = draw.randrange(len(found))
        kind = draw.randrange(4)
        if kind == 0:
            found[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            found[at] = draw.randrange(256)
        elif kind == 2:
            del found[at : at + draw.randrange(1, 40)]
        else:
            found[at:at] = bytes(draw.randrange(256) for _ in range(draw.randrange(1, 20)))
        if not found:
            break
    return bytes(found)


def damaged_parts(whole: bytes, draw: random.Random) -> bytes:
    """The archive is whole, and one of its members is not."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        hit = draw.choice(names)
        for name in names:
            data = source.read(name)
            if name == hit:
                kind = draw.randrange(5)
                if kind == 0:
                    continue
                data = [damaged_bytes(data, draw), b"", data[: draw.randrange(len(data))], b"<a>" * 5000][kind - 1]
            target.writestr(name, data)
    return buffer.getvalue()


needs_openpyxl = pytest.mark.skipif(importlib.util.find_spec("openpyxl") is None, reason="openpyxl is not installed")


@needs_openpyxl
@pytest.mark.parametrize("damage", [damaged_bytes, damaged_parts])
@pytest.mark.filterwarnings("ignore")
def test_damaged_workbooks(tmp_path: Path, damage: Callable[[bytes, random.Random], bytes]) -> None:
    whole, draw = workbook(), random.Random(18)
    path = tmp_path / "m_VL-RewardBench.xlsx"
    told = 0
    for _ in range(250):
        path.write_bytes(damage(whole, draw))
        try:
            tables.read_table(path)
        except DataError as error:
            one_line(error, path)
            told += 1
    assert told > 50


@needs_openpyxl
@pytest.mark.filterwarnings("ignore")
def test_workbooks_that_promise_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet that says that it has 17 billion cells, an archive of very many members, and one of very many bytes."""
    whole, path = workbook(), tmp_path / "m_VL-RewardBench.xlsx"

    def with_sheet(change: Callable[[bytes], bytes]) -> None:
        with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(path, "w") as target:
            for name in source.namelist():
                data = source.read(name)
                target.writestr(name, change(data) if name == "xl/worksheets/sheet1.xml" else data)

    def large(sheet: bytes) -> bytes:
        assert b'ref="A1:F9"' in sheet
        return sheet.replace(b'ref="A1:F9"', b'ref="A1:XFD1048576"')

    with_sheet(large)
    assert len(tables.read_table(path).rows) == 8
    with zipfile.ZipFile(path, "w") as target:
        for number in range(10_001):
            target.writestr(str(number), "")
    with pytest.raises(DataError, match="an archive of 10,001 members"):
        tables.read_table(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target, target.open("x", "w", force_zip64=True) as member:
        member.write(bytes(10 * 2**20))
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(tables, "_LARGEST", 9 * 2**20)
    with pytest.raises(DataError, match="more than 9,437,184 bytes"):
        tables.read_table(path)


def test_damaged_pickles(tmp_path: Path) -> None:
    draw, path = random.Random(18), tmp_path / "m_VLRB.pkl"
    told = 0
    for whole in [pickle.dumps(ROWS, protocol) for protocol in (0, 2, 4)]:
        for _ in range(150):
            # Damage to a pickle may ask for any amount of memory: lengths are left as they are.
            content = bytearray(whole)
            content[draw.randrange(len(content))] = draw.choice(b"0123.lNtue(]}qhsab")
            path.write_bytes(content if draw.random() < 0.7 else content[: draw.randrange(len(content))])
            try:
                tables.read_table(path, trust_pickle=True)
            except DataError as error:
                one_line(error, path)
                told += 1
    assert told > 100
    with pytest.raises(DataError, match="--trust-pickle"):
        tables.read_table(path)


class Raises:
    """Unpickles into an exception of any kind."""

    def __init__(self, kind: type[Exception]) -> None:
        self.kind = kind

    def __reduce__(self) -> tuple[Any, ...]:
        return _raise, (self.kind,)


def _raise(kind: type[Exception]) -> None:
    raise kind("odd")


@pytest.mark.parametrize("kind", [TypeError, MemoryError, OverflowError, ZeroDivisionError, RecursionError, KeyError])
def test_a_pickle_that_raises(tmp_path: Path, kind: type[Exception]) -> None:
    path = tmp_path / "m_VLRB.pkl"
    path.write_bytes(pickle.dumps(Raises(kind)))
    with pytest.raises(DataError, match=f"not a pickle that can be read .{kind.__name__}"):
        tables.read_table(path, trust_pickle=True)


HEADER = "Model & General & Hallucination & Reasoning & Overall \\\\\n"
SCORES = "A & 49.1 & 67.6 & 70.5 & 65.8 \\\\\n"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (".tex", HEADER + r"\multicolumn{2000000000}{c}{x} & 1 \\" + "\n" + SCORES),
        (".tex", HEADER + r"\multicolumn{" + "9" * 5000 + r"}{c}{x} \\" + "\n" + SCORES),
        (".tex", HEADER + "<" * 100_000 + " & 1 & 2 & 3 & 4 \\\\\n" + SCORES),
        (".tex", HEADER + r"\multicolumn{2}{" * 20_000 + "\\\\\n" + SCORES),
        (".tex", HEADER + r"\\[" * 50_000 + "\\\\\n" + SCORES),
        (".tex", HEADER + r"\begin{" * 50_000 + "\\\\\n" + SCORES),
        (
            ".csv",
            "model,general,hallucination,reasoning,overall\n" + "x" * 200_000 + ",1,2,3,4\nA,49.1,67.6,70.5,65.8\n",
        ),
        (
            ".csv",
            "model,general,hallucination,reasoning,overall\n" + "<" * 100_000 + ",1,2,3,4\nA,49.1,67.6,70.5,65.8\n",
        ),
        (
            ".csv",
            "model,general,hallucination,reasoning,overall\nx," + "<" * 100_000 + ",2,3,4\nA,49.1,67.6,70.5,65.8\n",
        ),
        (".csv", "model,general,hallucination,reasoning,overall\n\0,1,2,3,4\nA,49.1,67.6,70.5,65.8\n"),
        (".md", "|Model|General|Hallucination|Reasoning|Overall|\n|" + "|" * 50_000 + "\n|A|49.1|67.6|70.5|65.8|\n"),
    ],
)
def test_hostile_tables_of_scores(kind: str, text: str) -> None:
    """The good row is read, and the hostile one takes no time: a quadratic one would take minutes."""
    rows, _ = parse_table(text, kind)
    assert "A" in [row.name for row in rows]


def test_a_table_that_is_no_csv(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with path.open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(DataError, match=r"x\.csv: more than 67,108,864 bytes"):
        read_table(path)


def test_other_benchmarks_results(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"\n\nmodel,a,b\nm,{'9' * 400},0.5\n")
    assert read_benches([path]) == {"b": {"m": 0.5}}
    run = tmp_path / "m" / "x_results.json"
    run.parent.mkdir()
    run.write_text(json.dumps({"results": {"mme": {"acc,none": int("9" * 400), "f1,none": 0.25}}, "model_name": "m"}))
    assert read_benches([run]) == {"mme f1": {"m": 0.25}}
    for content in ("", "\n", "model\n", "[" * 100_000, "\0", "a,b\n" + "x" * 200_000):
        path.write_text(content)
        with pytest.raises(DataError, match=r"x\.csv"):
            read_benches([path])


def test_a_time_beyond_the_calendar_in_a_column_that_nobody_reads(tmp_path: Path) -> None:
    rows: dict[str, Any] = {"id": ["mmmu_1"], "query": ["q"], "response": [["a", "b"]], "human_ranking": [[0, 1]]}
    path = tmp_path / "x.parquet"
    for unit in ("ms", "us"):
        pq.write_table(pa.table({**rows, "made": pa.array([2**60], pa.timestamp(unit))}), path)
        assert len(load_benchmark(str(path)).pairs) == 1
    pq.write_table(pa.table({**rows, "image": pa.array([{"path": 5}])}), path)
    out = tmp_path / "out"
    result = CliRunner().invoke(
        group, ["task", "--judge", "criteria", "--pairs", str(path), "--name", "x", "-o", str(out)]
    )
    assert result.exit_code == 0 or isinstance(result.exception, VlrbError), result.exception
    assert [row["image"] for row in read_rows(str(path), images=True)] == [{"bytes": None, "path": None}]


@pytest.mark.parametrize("text", ["{[]:1}", "{{}}", "[" * 100_000, "-" * 100_000 + "1", "1+" * 50_000 + "1", "\0", ""])
def test_literals(text: str) -> None:
    with pytest.raises(ValueError):
        literal(text)


def test_targets_of_native_logs(tmp_path: Path) -> None:
    """A row of lmms-eval's own task whose target is not a ranking is dropped; the others are scored."""
    path = tmp_path / "x_samples_vl_rewardbench.jsonl"
    prompt = f"{lmms_samples._QUESTION}q{lmms_samples._FIRST}a{lmms_samples._SECOND}bb{lmms_samples._END}"

    def sample(target: object) -> str:
        field = {lmms_samples.NATIVE_FIELD: {"question_id": "mmmu_1"}}
        text = "Overall Judgment: Answer 1 is better."
        return json.dumps({"doc_id": 0, "target": target, "resps": [[text]], "input": prompt, **field}) + "\n"

    path.write_text(sample("[0, 1]") + "{damaged\n" + sample("[0, 1]")[:-30])
    told = json.loads(CliRunner().invoke(group, ["score", str(path), "--json"]).stdout)["warnings"]
    assert f"1 lines that are not JSON objects, dropped, the first at {path.name}:2" in told
    assert f"1 half-written last line, dropped, the first at {path.name}:3" in told
    for target in ("{[]:1}", "[" * 10_000, "[0, 1, 2]", "9" * 5000, "[[0], [1]]", "{}", None, 5, "-" * 50_000 + "1"):
        path.write_text(sample("[0, 1]") + sample(target))
        result = CliRunner().invoke(group, ["score", str(path), "--json"])
        assert result.exit_code == 0, result.exception
        assert json.loads(result.stdout)["votes"] == 1


def test_what_errors_quote_is_short() -> None:
    loop: list[Any] = []
    loop.append(loop)
    bomb: Any = "x"
    for _ in range(40):
        bomb = [bomb] * 9
    for value in (bomb, loop, {"a": bomb}, "x" * 10**6, 10**5000, [10**5000] * 3, object(), b"\0" * 10**6):
        assert len(short(value)) <= 61
    assert short(["a", 1, None]) == "['a', 1, None]"
    error = DataError("x" * 70_000 + " and " + "word " * 20_000, ["y" * 70_000])
    assert len(str(error)) < 3200
    assert str(DataError("a plain line", ["row 1"])) == "a plain line: row 1"


BOMB = "rows: x.jsonl\na: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text", [BOMB, BOMB.replace("i: &i", "query: &i"), "[" * 50_000, "a: &a [*a]\n", "? " * 20_000, "x" * 10**6]
)
def test_hostile_mappings(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pairs.yaml"
    path.write_text(text)
    with pytest.raises(DataError) as found:
        load_benchmark(str(path))
    one_line(found.value, path)

"""Files that can be read only once: pipes, standard input and named pipes give the same bytes to everyone who opens them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vlrb_task.support.inputs import open_once, read_text, readable, suffix_of
from vlrb_task.support.jsonl import Lines

TEXTS = "".join(json.dumps({"text": f"Overall Judgment: Answer {1 + n % 2} is better."}) + "\n" for n in range(3000))


def fifo(path: Path, content: bytes) -> Path:
    os.mkfifo(path)
    threading.Thread(target=path.write_bytes, args=(content,), daemon=True).start()
    return path


def test_a_named_pipe_is_read_once_and_opened_often(tmp_path: Path) -> None:
    content = TEXTS.encode()
    path = fifo(tmp_path / "x.jsonl", content)
    with open_once(path) as file:
        assert file.read(7) == content[:7], "whoever looks at the beginning takes nothing from the next"
    assert readable(path).read_bytes() == content
    assert readable(path).suffix == ".jsonl"
    assert [value["text"] for _, value in Lines(path)] == [json.loads(line)["text"] for line in TEXTS.splitlines()]


def test_a_regular_file_is_opened_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("\ufeffa", encoding="utf-8")
    assert readable(path) == path
    assert read_text(path) == "a"
    (tmp_path / "link").symlink_to(path)
    assert readable(tmp_path / "link") == tmp_path / "link"
    with pytest.raises(FileNotFoundError):
        open_once(tmp_path / "absent")


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (b"PAR1\x15", ".parquet"),
        (b"PK\x03\x04", ".xlsx"),
        (b"\x80\x04\x95", ".pkl"),
        (b' \n[{"index": 1}]', ".json"),
        (b'\xef\xbb\xbf{"key": "\t"}\n', ".jsonl"),
        (b"index\tquestion\n0\tq\n", ".tsv"),
        (b"neither", ""),
        (b"", ""),
    ],
)
def test_the_kind_of_what_has_no_name(tmp_path: Path, content: bytes, suffix: str) -> None:
    assert suffix_of(fifo(tmp_path / "63", content)) == suffix
    named = tmp_path / "x.TSV"
    named.write_bytes(content)
    assert suffix_of(named) == ".tsv"


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_texts_from_standard_input(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from vlrb_task.cli.main import main; main()", "parse", name, "--json"]
    piped = subprocess.run(command, input=TEXTS, capture_output=True, text=True, check=True).stdout
    assert len(json.loads(piped)["verdicts"]) == 3000
    (tmp_path / "texts.jsonl").write_text(TEXTS)
    with (tmp_path / "texts.jsonl").open() as file:
        assert subprocess.run(command, stdin=file, capture_output=True, text=True, check=True).stdout == piped
    closed = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", *command], capture_output=True, text=True, check=False)
    assert closed.returncode == 2
    assert closed.stderr.startswith("vlrb: ")
    assert len(closed.stderr.splitlines()) == 1


def test_the_copy_is_gone_when_the_process_ends(tmp_path: Path) -> None:
    code = "from vlrb_task.support.inputs import readable; from pathlib import Path; print(readable(Path('-')))"
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], input="x", capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.startswith(str(tmp_path))
    assert not list(tmp_path.iterdir())

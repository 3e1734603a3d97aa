"""A column of sounds, through the real lmms-eval to a server, and as its wrappers that open files are handed it."""

from __future__ import annotations

import base64
import io
import json
import wave
from pathlib import Path

import pytest

from tests.support.judge_server import JudgeServer
from tests.support.lmms_eval import lmms_eval, vlrb
from vlrb_task.asking.ballots import Order, Schedule
from vlrb_task.lmms.docs import expand
from vlrb_task.lmms.rows import doc_to_messages, doc_to_visual

MAPPING = """
rows: rows.jsonl
query: query
answers: {better: good, worse: bad}
audio: sound
subset: {value: heard}
"""


def sound(seconds: float) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\1" * int(8000 * seconds))
    return buffer.getvalue()


def test_a_sound_is_sent_and_is_part_of_what_was_sent(tmp_path: Path) -> None:
    import datasets
    from lmms_eval.protocol import ChatMessages

    heard = [sound(0.1 * (n + 1)) for n in range(3)]
    for n, data in enumerate(heard):
        (tmp_path / f"{n}.wav").write_bytes(data)
    rows = [{"query": f"q{n}", "good": f"a{n}", "bad": f"b{n}", "sound": f"{n}.wav"} for n in range(3)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "mine.yaml").write_text(MAPPING)
    pairs = ("--pairs", str(tmp_path / "mine.yaml"), "--name", "heard", "-o", str(tmp_path / "tasks"))
    done = vlrb("task", "--judge", "criteria", "--order", "both", "--votes", "1", *pairs)
    assert done.returncode == 0, done.stderr
    with JudgeServer(lambda _: "Overall Judgment: Answer 1 is better.") as server:
        run = lmms_eval(
            *(
                tmp_path / "out",
                "--model",
                "async_openai",
                "--tasks",
                "heard",
                "--include_path",
                str(tmp_path / "tasks"),
            ),
            *("--model_args", f"model_version=judge,base_url={server.url},api_key=x,num_cpus=2"),
        )
    sent = set()
    for request in server.requests:
        first, text = request["messages"][-1]["content"]
        kind, _, data = first["audio_url"]["url"].partition(";base64,")
        assert (first["type"], kind, text["type"]) == ("audio_url", "data:audio/x-wav", "text")
        sent.add(base64.b64decode(data))
    assert sent == set(heard)
    votes = [json.loads(line)["vlrb_vote"] for line in run.samples("heard").read_text().splitlines()]
    assert len({vote["messages_sha256"] for vote in votes}) == 6, "each with its own sound"

    file = str(tmp_path / "tasks" / "heard.parquet")
    loaded = datasets.load_dataset("parquet", data_files=file, split="train", cache_dir=str(tmp_path / "cache"))
    doc = expand(loaded, judge="criteria", schedule=Schedule(Order.BOTH))[0]
    (message,) = ChatMessages(messages=doc_to_messages(doc)).to_hf_messages()
    assert [part["type"] for part in message["content"]] == ["audio", "text"]
    assert message["content"][0]["audio"].endswith(".wav")
    with pytest.raises(SystemExit, match="only chat wrappers"):
        doc_to_visual(doc)

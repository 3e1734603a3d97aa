"""A task as batch files: written, answered by a service on the loopback, and read back into the votes of a live run."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.support.batch_runner import lines, run_anthropic, run_gemini, run_openai
from tests.support.judge_server import JudgeServer, Refuse
from tests.support.planted import SAYS
from vlrb_task.cli.main import group
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.keys import answers_sha256
from vlrb_task.pairs.rows import load_benchmark, read_rows
from vlrb_task.support.errors import VlrbError

PIL_Image = pytest.importorskip("PIL.Image")
BALLOTS = 72  # both orders of 36 pairs


def judge(prompt: str) -> str:
    coin = random.Random(prompt)
    return f"I drew {coin.random()}.\n{SAYS[coin.choice(['first', 'second', 'second', 'tie', 'unparsed'])]}"


def vlrb(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


def done(*arguments: object) -> Any:
    result = vlrb(*arguments, "--json")
    assert result.exit_code == 0, f"{result.output}{result.exception!r}"
    return json.loads(result.stdout)


def refused(*arguments: object) -> str:
    result = vlrb(*arguments)
    assert isinstance(result.exception, VlrbError), result.output
    return str(result.exception)


def written(folder: Path, *more: object, task: str = "vlrb_demo") -> tuple[list[Path], Any]:
    told = done("batch", "write", "--task", task, "--model", "m", "-o", folder / "requests.jsonl", *more)
    return [Path(file) for file in told["files"]], told


def test_a_batch_scores_as_its_texts_do(tmp_path: Path) -> None:
    files, told = written(tmp_path)
    assert told["requests"] == BALLOTS
    assert files == [tmp_path / "requests.jsonl"]
    with JudgeServer(judge) as server:
        run_openai(server, files, tmp_path / "results.jsonl", tmp_path / "errors.jsonl")
        prompts = list(server.prompts)
    read = done("batch", "read", tmp_path / "results.jsonl", "-o", tmp_path / "x.votes.jsonl")
    assert (read["answered"], read["missing"], read["failed"], read["warnings"]) == (BALLOTS, 0, 0, [])
    votes = lines(tmp_path / "x.votes.jsonl")
    assert sorted(vote["text"] for vote in votes) == sorted(map(judge, prompts))
    # The same ballots in the same order as any other way of asking the task.
    pairs = load_benchmark(str(demo_parquet())).pairs
    assert [vote["key"] for vote in votes] == [pair.key for pair in pairs for _ in range(2)]
    assert [vote["vote"] for vote in votes] == [0, 1] * len(pairs)
    score = done("score", tmp_path / "x.votes.jsonl")
    assert (score["pairs"], score["missing"], score["votes"], score["judge"]) == (36, 0, BALLOTS, "criteria")
    assert score["consistency"] is not None
    first = votes[0]
    assert first["answers_sha256"] == answers_sha256(pairs[0].responses)
    assert first["task"] == "vlrb_demo"
    assert first["model"] == "m"
    body = lines(files[0])[0]["body"]
    assert first["sent"] == {name: value for name, value in body.items() if name not in ("model", "messages")}
    assert first["prompt_is_ours"] is True
    assert len({vote["messages_sha256"] for vote in votes}) == BALLOTS


def test_pictures_are_sent_as_they_are_up_to_a_limit(tmp_path: Path) -> None:
    files, _ = written(tmp_path)
    body = lines(files[0])[0]["body"]
    shown, text = body["messages"][-1]["content"]
    row = next(iter(read_rows(str(demo_parquet()), images=True)))
    kind, data = shown["image_url"]["url"].split(";base64,")
    assert kind == "data:image/png"
    assert base64.b64decode(data) == row["image"]["bytes"]
    assert row["response"][0] in text["text"]
    small, told = written(tmp_path, "--image-limit", 0.012)
    sizes = []
    for line in lines(small[0]):
        url = line["body"]["messages"][-1]["content"][0]["image_url"]["url"]
        kind, data = url.split(";base64,")
        sizes.append(len(data))
        with PIL_Image.open(io.BytesIO(base64.b64decode(data))) as picture:
            assert kind == f"data:image/{picture.format.lower()}"
    assert max(sizes) <= 12_000
    if any(
        len(base64.b64encode(row["image"]["bytes"])) > 12_000 for row in read_rows(str(demo_parquet()), images=True)
    ):
        assert any("were made smaller" in warning for warning in told["warnings"])


def test_files_are_split_at_the_limits(tmp_path: Path) -> None:
    whole, _ = written(tmp_path)
    expected = lines(whole[0])
    by_count, _ = written(tmp_path, "--max-requests", 25)
    assert [path.name for path in by_count] == ["requests-1.jsonl", "requests-2.jsonl", "requests-3.jsonl"]
    assert [len(lines(path)) for path in by_count] == [25, 25, 22]
    assert [line for path in by_count for line in lines(path)] == expected
    by_size, _ = written(tmp_path, "--max-mb", 0.1)
    assert len(by_size) > 1
    assert all(path.stat().st_size <= 100_000 for path in by_size)
    assert [line for path in by_size for line in lines(path)] == expected
    assert "a file at most" in refused(
        *("batch", "write", "--task", "vlrb_demo", "--model", "m", "--max-mb", 0.001, "-o", tmp_path / "small.jsonl")
    )
    assert not list(tmp_path.glob("small*")), "nothing is left of a batch that could not be written"
    assert not list(tmp_path.glob(".*partial"))


def test_results_in_any_order_with_errors_duplicates_and_gaps(tmp_path: Path) -> None:
    files, _ = written(tmp_path, "--max-requests", 40)

    def moody(prompt: str) -> str | None:
        if "triangle" in prompt:
            raise Refuse(500)
        return None if "star" in prompt else judge(prompt)

    results, errors = tmp_path / "results.jsonl", tmp_path / "errors.jsonl"
    with JudgeServer(moody) as server:
        run_openai(server, files, results, errors)
    good, bad = lines(results), lines(errors)
    assert bad
    gone, twice, other = good[0], good[1], json.loads(json.dumps(good[2]))
    other["response"]["body"]["choices"][0]["message"]["content"] = "Another text."
    foreign = good[3] | {"custom_id": "elsewhere-1"}
    results.write_text(
        "".join(json.dumps(line) + "\n" for line in [*good[1:], twice, other, foreign, {"no": "result"}])
    )
    read = done("batch", "read", errors, results, "-o", tmp_path / "x.votes.jsonl")
    assert read["missing"] == 1
    assert read["failed"] == len(bad)
    assert read["answered"] == len(good) - 1
    told = "\n".join(read["warnings"])
    for what in (
        "1 results are duplicates",
        "1 results contradict",
        "1 results belong to another",
        "1 lines are not results",
    ):
        assert what in told
    assert "HTTP 500" in told
    votes = lines(tmp_path / "x.votes.jsonl")
    assert len(votes) == BALLOTS - 1 + 1  # one is missing, one ballot has two texts
    assert sum(vote.get("failure") == "failed_request" for vote in votes) == len(bad)
    score = done("score", tmp_path / "x.votes.jsonl")
    assert score["unparsed"]["failed_request"] == len(bad)
    assert score["unparsed"].get("empty", 0) == sum(not vote["text"] and "failure" not in vote for vote in votes)
    assert gone["custom_id"].split("-")[1] in {vote["key"] for vote in votes}
    # What failed is asked again, and its answers take the place of the failures.
    again = tmp_path / "again.jsonl"
    wanted = {line["custom_id"] for line in bad}
    again.write_text(
        "".join(json.dumps(line) + "\n" for file in files for line in lines(file) if line["custom_id"] in wanted)
    )
    with JudgeServer(judge) as server:
        run_openai(server, [again], tmp_path / "second.jsonl", tmp_path / "none.jsonl")
    read = done("batch", "read", errors, results, tmp_path / "second.jsonl", "-o", tmp_path / "x.votes.jsonl")
    assert read["failed"] == 0
    assert f"{len(bad)} requests occur twice, and failed once" in read["warnings"]


@pytest.mark.parametrize("layout", ["anthropic", "gemini"])
def test_other_layouts_give_the_same_votes(layout: str, tmp_path: Path) -> None:
    def moody(prompt: str) -> str | None:
        if "triangle" in prompt:
            raise Refuse(500)
        return None if "star" in prompt else judge(prompt)

    found = {}
    for name in ("openai", layout):
        folder = tmp_path / name
        folder.mkdir()
        files, _ = written(folder, "--format", name)
        with JudgeServer(moody) as server:
            if name == "openai":
                run_openai(server, files, folder / "results.jsonl", folder / "errors.jsonl")
            else:
                (run_anthropic if name == "anthropic" else run_gemini)(server, files, folder / "results.jsonl")
                (folder / "errors.jsonl").write_text("")
        done("batch", "read", folder / "results.jsonl", folder / "errors.jsonl", "-o", folder / "x.votes.jsonl")
        found[name] = lines(folder / "x.votes.jsonl")
    assert [vote["text"] for vote in found[layout]] == [vote["text"] for vote in found["openai"]]
    assert [vote["messages_sha256"] for vote in found[layout]] == [vote["messages_sha256"] for vote in found["openai"]]
    blocked = [vote for vote in found[layout] if vote.get("failure") == "refused"]
    assert all(not vote["text"] for vote in blocked)
    assert bool(blocked) == any(not vote["text"] and "failure" not in vote for vote in found["openai"])
    request = lines(tmp_path / layout / "requests.jsonl")[0]
    if layout == "anthropic":
        assert set(request) == {"custom_id", "params"}
        assert request["params"]["max_tokens"] > 0
        assert request["params"]["messages"][0]["content"][0]["source"]["media_type"] == "image/png"
    else:
        assert set(request) == {"key", "request"}
        assert request["request"]["generationConfig"]["maxOutputTokens"] > 0


def message(**fields: Any) -> Any:
    choice = {"index": 0, "finish_reason": fields.pop("finish", "stop"), "message": {"role": "assistant", **fields}}
    return {"status_code": 200, "body": {"choices": [choice]}}


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (message(content="A", refusal=None), {"text": "A"}),
        (message(content=None, refusal="I cannot."), {"text": "I cannot.", "failure": "refused"}),
        (message(content=None, finish="content_filter"), {"text": "", "failure": "refused"}),
        (
            message(content=None, finish="length", reasoning_content="Hm"),
            {"text": "", "failure": "cut_off", "reasoning": "Hm"},
        ),
        (message(content="A", finish="length"), {"text": "A", "finish_reason": "length"}),
        (message(content=[{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]), {"text": "AB"}),
        (
            message(content=None, finish="tool_calls", tool_calls=[{"function": {"name": "zoom", "arguments": "{}"}}]),
            {"text": "", "tool_calls": [{"name": "zoom", "arguments": "{}"}]},
        ),
        (
            {"status_code": 429, "body": {"error": {"message": "slow down"}}},
            {"failure": "failed_request", "error": "slow down"},
        ),
        (None, {"failure": "failed_request", "error": "batch expired"}),
    ],
)
def test_what_a_service_may_answer(response: Any, expected: dict[str, Any], tmp_path: Path) -> None:
    files, _ = written(tmp_path)
    error = {"code": "batch_expired", "message": "batch expired"} if response is None else None
    line = {"custom_id": lines(files[0])[0]["custom_id"], "response": response, "error": error}
    (tmp_path / "results.jsonl").write_text(json.dumps(line) + "\n")
    read = done("batch", "read", tmp_path / "results.jsonl", "-o", tmp_path / "x.votes.jsonl")
    assert read["missing"] == BALLOTS - 1
    (vote,) = lines(tmp_path / "x.votes.jsonl")
    assert {name: vote.get(name) for name in expected} == expected
    if "failure" not in expected:
        assert "failure" not in vote


def test_settings_of_the_request(tmp_path: Path) -> None:
    files, _ = written(tmp_path, "--set", "temperature=null", "--set", "reasoning_effort=low", "--set", "seed=7")
    body = lines(files[0])[0]["body"]
    assert "temperature" not in body
    assert (body["reasoning_effort"], body["seed"]) == ("low", 7)
    vote = lines(tmp_path / "requests.batch.jsonl")[1]
    assert vote["sent"] == {name: body[name] for name in vote["sent"]}
    assert vote["generation"]["temperature"] is not None, "what the task asks stands beside what was sent"


def test_rows_without_pictures_and_pictures_that_cannot_be_read(tmp_path: Path) -> None:
    rows = [
        {"id": f"wildvision_{n}", "query": f"q{n}", "response": [f"a{n}", f"b{n}"], "human_ranking": [0, 1]}
        for n in range(3)
    ]
    pairs = tmp_path / "pairs.jsonl"
    task = tmp_path / "t" / "t.task.json"
    arguments = (
        "task",
        "--judge",
        "criteria",
        "--order",
        "both",
        "--name",
        "t",
        "-o",
        tmp_path / "t",
        "--pairs",
        pairs,
    )
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert vlrb(*arguments).exit_code == 0
    common = ("batch", "write", "--task", task, "--model", "m", "-o", tmp_path / "requests.jsonl")
    assert "no pair has a picture" in refused(*common)
    told = done(*common, "--no-images")
    assert told["requests"] == 6
    assert all(vote["no_images"] is True for vote in lines(tmp_path / "requests.batch.jsonl")[1:])
    buffer = io.BytesIO()
    PIL_Image.new("RGB", (8, 8), (1, 2, 3)).save(buffer, "PNG")
    rows[0]["image"] = base64.b64encode(buffer.getvalue()).decode()
    rows[1]["image"] = base64.b64encode(b"no picture at all").decode()
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert vlrb(*arguments).exit_code == 0
    told = done(*common)
    assert told["requests"] == 4, "a pair whose picture cannot be read is not paid for"
    assert len(told["warnings"]) == 2
    answers = [
        {"custom_id": line["custom_id"], "response": message(content="x")}
        for line in lines(tmp_path / "requests.jsonl")
    ]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(line) + "\n" for line in answers))
    assert done("batch", "read", tmp_path / "r.jsonl", "-o", tmp_path / "x.votes.jsonl")["missing"] == 0
    votes = lines(tmp_path / "x.votes.jsonl")
    assert [vote.get("failure") for vote in votes] == [None, None, "unreadable_image", "unreadable_image", None, None]


def test_a_batch_of_another_task_is_not_taken(tmp_path: Path) -> None:
    for model in ("a", "b"):
        done("batch", "write", "--task", "vlrb_demo", "--model", model, "-o", tmp_path / f"{model}.jsonl")
    names = {model: lines(tmp_path / f"{model}.jsonl")[0]["custom_id"] for model in ("a", "b")}
    assert names["a"] != names["b"]
    results = tmp_path / "results.jsonl"
    answers = [{"custom_id": name, "response": message(content="x")} for name in names.values()]
    results.write_text("".join(json.dumps(line) + "\n" for line in answers))
    assert "2 batches" in refused("batch", "read", results, "-o", tmp_path / "x.votes.jsonl")
    told = done("batch", "read", results, "--requests", tmp_path / "a.jsonl", "-o", tmp_path / "x.votes.jsonl")
    assert told["warnings"][-1].startswith("1 results belong to another batch")
    assert {vote["model"] for vote in lines(tmp_path / "x.votes.jsonl")} == {"a"}
    (tmp_path / "elsewhere").mkdir()
    lonely = tmp_path / "elsewhere" / "results.jsonl"
    lonely.write_text(results.read_text())
    assert "--requests" in refused("batch", "read", lonely, "-o", tmp_path / "x.votes.jsonl")
    (tmp_path / "a.batch.jsonl").write_text('{"batch": 1, "id": "x", "format": "openai", "ballots": 9}\n')
    assert "damaged" in refused(
        "batch", "read", results, "--requests", tmp_path / "a.jsonl", "-o", tmp_path / "x.votes.jsonl"
    )
    assert "no such task" in refused("batch", "write", "--task", "vlrb_x", "--model", "m", "-o", tmp_path / "x.jsonl")


def test_the_hash_of_messages_is_of_all_that_is_sent(tmp_path: Path) -> None:
    files, _ = written(tmp_path)
    vote, request = lines(tmp_path / "requests.batch.jsonl")[1], lines(files[0])[0]
    shown, text = request["body"]["messages"][0]["content"]
    picture = hashlib.sha256(base64.b64decode(shown["image_url"]["url"].split(",")[1])).hexdigest()
    said = json.dumps([["user", [{"image": picture}, {"text": text["text"]}]]])
    assert vote["messages_sha256"] == hashlib.sha256(said.encode()).hexdigest()


def test_files_of_others_are_not_replaced(tmp_path: Path) -> None:
    own = tmp_path / "notes.jsonl"
    own.write_text('{"mine": true}\n')
    common = ("batch", "write", "--task", "vlrb_demo", "--model", "m", "-o", own)
    assert "notes.jsonl" in refused(*common)
    assert own.read_text() == '{"mine": true}\n'
    assert done(*common, "--force")["requests"] == BALLOTS
    assert done(*common)["requests"] == BALLOTS, "one's own file is written anew"
    assert "input" in refused("batch", "read", own, "-o", own)

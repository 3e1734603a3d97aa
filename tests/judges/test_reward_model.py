"""``vlrb_reward`` in the real lmms-eval: checkpoints on the CPU, servers on the loopback, and what it refuses."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.lmms_eval import lmms_eval, vlrb, vlrb_json
from tests.support.reward_server import HttpError, RewardServer, classified, generated, pooled
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("lmms_eval") is None, reason="lmms-eval is not installed here"),
    # Libraries of the framework's environment warn on import.
    pytest.mark.filterwarnings("ignore"),
]

PAIRS = load_benchmark(str(demo_parquet())).pairs


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """lmms-eval's arguments for the packaged pairs with judge ``reward``."""
    folder = tmp_path_factory.mktemp("task")
    done = vlrb("task", "--judge", "reward", "--pairs", str(demo_parquet()), "--name", "demo_reward", "-o", str(folder))
    assert done.returncode == 0, done.stderr
    return "--model", "vlrb_reward", "--include_path", str(folder), "--tasks", "demo_reward"


def liked(body: dict[str, Any]) -> dict[str, Any]:
    """A server that knows the better answers; scores beyond what an activation could tell apart."""
    answer = body["messages"][-1]["content"]
    return classified(1000.25 if any(answer == pair.responses[pair.better] for pair in PAIRS) else 1000.125)


def test_a_server_with_a_classification_endpoint(task: tuple[str, ...], tmp_path: Path) -> None:
    with RewardServer(liked) as server:
        run = lmms_eval(tmp_path, *task, "--model_args", f"base_url={server.url},model=reward,num_concurrent=4")
        asked = server.asked
    assert run.metrics("demo_reward")["overall"] == 1.0
    score = vlrb_json("score", str(run.samples("demo_reward")))
    assert (score["overall"]["value"], score["parsed_rate"], score["votes"]) == (1.0, 1.0, 36)
    votes = [json.loads(line)["vlrb_vote"] for line in run.samples("demo_reward").read_text().splitlines()]
    assert {vote["text"] for vote in votes} == {"1000.25", "1000.125"}
    assert len(asked) == 73, "one question to see what the server is, then each answer once"
    assert {path for path, _ in asked} == {"/classify"}
    for _, body in asked[1:]:
        assert (body["model"], body["use_activation"]) == ("reward", False)
        assert [message["role"] for message in body["messages"]] == ["user", "assistant"]
        picture, text = body["messages"][0]["content"]
        assert picture["image_url"]["url"].startswith("data:image/png;base64,")
        assert text["text"] in {pair.query for pair in PAIRS}


def test_a_request_that_fails_is_counted_apart(task: tuple[str, ...], tmp_path: Path) -> None:
    unlucky = PAIRS[3].responses[0]

    def reply(body: dict[str, Any]) -> Any:
        if body["messages"][-1]["content"] == unlucky:
            raise HttpError(400, "too long")
        return pooled([[0.5]])

    with RewardServer(reply) as server:
        run = lmms_eval(tmp_path, *task, "--model_args", f"base_url={server.url},model=reward,endpoint=pooling")
    score = vlrb_json("score", str(run.samples("demo_reward")))
    assert score["unparsed"] == {"failed_request": 1}
    assert score["overall"]["value"] == 0.0, "equal scores are ties, and a tie is no right vote"


def test_a_server_that_ignores_the_head_ends_the_run(task: tuple[str, ...], tmp_path: Path) -> None:
    with RewardServer(lambda body: generated("The answer is good: 0.9")) as server:
        run = lmms_eval(tmp_path, *task, "--model_args", f"base_url={server.url},model=reward")
    assert run.returncode != 0
    assert "gives no reward: it generated text, so the reward head was ignored" in run.output.splitlines()[-1]
    assert not list(tmp_path.rglob("*_results.json"))


def test_another_judges_task_ends_the_run(tmp_path: Path) -> None:
    with RewardServer(lambda body: classified(1.0)) as server:
        arguments = f"base_url={server.url},model=reward"
        run = lmms_eval(tmp_path, "--model", "vlrb_reward", "--model_args", arguments, "--tasks", "vlrb_demo")
    assert run.returncode != 0
    assert "judge 'criteria' of task 'vlrb_demo' is none" in run.output.splitlines()[-1]


@pytest.mark.parametrize("kind", ["text_only", "vision_language"])
def test_a_checkpoint_on_the_cpu(task: tuple[str, ...], tmp_path: Path, kind: str) -> None:
    from tests.judges import tiny_reward
    from vlrb_task.lmms.reward_backends import Conversation, LocalReward
    from vlrb_task.pairs.rows import read_rows

    checkpoint = getattr(tiny_reward, f"write_{kind}")(tmp_path / "tiny")
    run = lmms_eval(tmp_path / "out", *task, "--model_args", f"pretrained={checkpoint}", "--limit", "8")
    score = vlrb_json("score", str(run.samples("demo_reward")))
    assert (score["votes"], score["parsed_rate"]) == (4, 1.0)
    assert ("the pictures are NOT shown to it" in run.output) == (kind == "text_only")
    votes = [json.loads(line)["vlrb_vote"] for line in run.samples("demo_reward").read_text().splitlines()]
    scores = [float(vote["text"]) for vote in votes]
    assert len(set(scores)) == 8
    from io import BytesIO

    from PIL import Image

    row = next(iter(read_rows(str(demo_parquet()), images=True)))
    picture = Image.open(BytesIO(row["image"]["bytes"])).convert("RGB")
    model = LocalReward(str(checkpoint), "cpu", "auto", None, False)
    again = model.score(Conversation(row["query"], row["response"][votes[0]["answer"]], picture))
    assert again == pytest.approx(scores[0], abs=1e-6)
    other = model.score(Conversation(row["query"], row["response"][votes[0]["answer"]], picture.rotate(90)))
    assert (other == again) == (kind == "text_only"), "a vision-language model sees the picture"


def test_a_checkpoint_without_a_chat_template_reads_two_texts(tmp_path: Path) -> None:
    from tests.judges.tiny_reward import write_text_only
    from vlrb_task.lmms.reward_backends import Conversation, LocalReward

    model = LocalReward(str(write_text_only(tmp_path, template=False)), "cpu", "auto", None, False)
    assert model.score(Conversation("What?", "A cup.")) != model.score(Conversation("What?", "Two cups."))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"labels": 2}, "a head of 2 labels; a reward is one number"),
        ({"generative": True}, "no weights for score.weight: its reward head would be random"),
    ],
)
def test_a_checkpoint_that_is_no_reward_model_is_refused(tmp_path: Path, options: dict[str, Any], why: str) -> None:
    from tests.judges.tiny_reward import write_text_only
    from vlrb_task.lmms.reward_backends import LocalReward, Refused

    with pytest.raises(Refused, match=why):
        LocalReward(str(write_text_only(tmp_path, **options)), "cpu", "auto", None, False)
    with pytest.raises(Refused, match="cannot be loaded as a sequence-classification model"):
        LocalReward(str(tmp_path / "absent"), "cpu", "auto", None, False)


@pytest.fixture
def served() -> Iterator[Any]:
    """Makes a served model whose server gives one answer to everything."""
    from vlrb_task.lmms.reward_backends import ServedReward

    servers: list[RewardServer] = []

    def make(answer: Any, endpoint: str = "classify", send: str = "messages") -> ServedReward:
        def reply(body: dict[str, Any]) -> Any:
            if isinstance(answer, Exception):
                raise answer
            return answer

        servers.append(RewardServer(reply).__enter__())
        return ServedReward(servers[-1].url, "reward", endpoint, send, 10.0, "x")

    yield make
    for server in servers:
        server.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (generated("9"), "it generated text, so the reward head was ignored"),
        (classified(0.2, 0.8), "it gives 2 numbers for one answer"),
        (classified(), "it gives 0 numbers for one answer"),
        (pooled([0.1, 0.2, 0.3]), "it gives 3 numbers for one answer"),
        (pooled("0.5"), "it gives '0.5', which is not a score"),
        (classified(float("nan")), "which is not a score"),
        ({"data": [{"index": 0, "embedding": [0.1, 0.2]}]}, "it gives an embedding"),
        (
            {"data": [{"index": 0, "label": "good"}]},
            "none of probs, data, score, reward, embedding, but 'index, label'",
        ),
        ({"data": []}, "no 'data' for one input"),
        ({"error": {"message": "no pooling"}}, "it reports an error"),
        ([1.0], "it answered a list, not an object"),
        (b"<html>", "which is not JSON"),
        (
            HttpError(400, "The model does not support Classification API"),
            "HTTP 400 .*does not support Classification API",
        ),
    ],
)
def test_what_is_no_scalar_is_refused(served: Any, answer: Any, why: str) -> None:
    from vlrb_task.lmms.reward_backends import Refused

    with pytest.raises(Refused, match=why):
        served(answer)


def test_a_server_that_is_not_there_is_refused(served: Any) -> None:
    from vlrb_task.lmms.reward_backends import Refused, ServedReward

    with pytest.raises(Refused, match=r"/v1/nothing answered HTTP 404"):
        served(classified(1.0), endpoint="v1/nothing")
    with pytest.raises(Refused, match=r"http://127\.0\.0\.1:9/classify was not reached"):
        ServedReward("http://127.0.0.1:9/v1", "reward", "classify", "messages", 2.0, "x")
    with pytest.raises(Refused, match="is not an http address"):
        ServedReward("file:///etc/passwd", "reward", "classify", "messages", 2.0, "x")
    with pytest.raises(Refused, match="send='words'"):
        ServedReward("http://127.0.0.1:9", "reward", "classify", "words", 2.0, "x")


def test_plain_text_for_servers_that_take_no_chat(served: Any) -> None:
    from vlrb_task.lmms.reward_backends import Conversation

    model = served(classified(-3.5), send="input")
    assert model.score(Conversation("Which?", "This.")) == -3.5


def test_the_arguments_are_checked(tmp_path: Path) -> None:
    from vlrb_task.lmms.models import Reward

    with pytest.raises(SystemExit, match="needs either pretrained"):
        Reward()
    with pytest.raises(SystemExit, match="needs either pretrained"):
        Reward(pretrained="a", base_url="http://b")
    with pytest.raises(SystemExit, match="unknown arguments temperature"):
        Reward(pretrained="a", temperature=1)

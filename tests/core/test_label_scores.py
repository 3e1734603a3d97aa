"""The probabilities of labels asked for where a request leaves the process; without any framework."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.judge_server import JudgeServer, Refuse
from tests.support.label_judge import completion, listed
from vlrb_task.cli.main import group
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.parsing.probabilities import label_logprobs
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.support.errors import VlrbError
from vlrb_task.tasks.label_scores import LISTED, LabelScores, NoProbabilities
from vlrb_task.tasks.observed import watching

requests = pytest.importorskip("requests")

REPLIES = {
    "both": completion(listed({"A": math.log(0.6), "B": math.log(0.2), "I": math.log(0.2)})),
    "nan": completion(listed({"A": math.nan, "B": -1.0})),
    "null": completion(listed({"A": None, "B": -1.0})),
    "neither": completion(listed({"The": -0.1, "I": -2.0})),
    "none": completion({}),
    "empty": completion({"message": {"role": "assistant", "content": ""}}),
    "no choice": b'{"choices": []}',
}


def answer(prompt: str) -> str | bytes:
    if prompt == "fails":
        raise Refuse(500)
    return REPLIES.get(prompt, prompt)


def post(server: JudgeServer, text: str) -> Any:
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": text}],
        "max_tokens": 99,
        "temperature": 1,
        "top_p": 0.9,
    }
    reply = requests.post(f"{server.url}/chat/completions", data=json.dumps(body), timeout=10)
    return reply.json()["choices"][0]["message"]["content"] if reply.ok and reply.json()["choices"] else None


def test_a_server_is_asked_for_them_and_other_prompts_are_left_alone() -> None:
    seen: list[Any] = []
    scorer = LabelScores(lambda text: text != "another task")
    with JudgeServer(answer) as server, watching(seen.append, scorer=scorer):
        assert label_logprobs(post(server, "both")).p == pytest.approx(0.75)
        assert label_logprobs(post(server, "nan")).reason is Reason.NOT_A_NUMBER
        assert label_logprobs(post(server, "null")).reason is Reason.NOT_A_NUMBER
        assert label_logprobs(post(server, "neither")).reason is Reason.NOT_A_NUMBER
        assert label_logprobs(post(server, "none")).reason is Reason.NOT_A_NUMBER
        assert post(server, "another task") == "another task"
        assert post(server, "no choice") is None
        assert post(server, "fails") is None
    asked = [{name: body[name] for name in body if name not in ("messages", "model")} for body in server.requests]
    scored = {"logprobs": True, "top_logprobs": LISTED, "max_tokens": 1, "temperature": 0}
    assert asked[0] == seen[0].settings == scored
    assert asked[5] == {"max_tokens": 99, "temperature": 1, "top_p": 0.9}
    scorer.check(["A"])


def test_a_server_without_them_ends_the_run_at_its_first_answer() -> None:
    with JudgeServer(answer) as server, watching(lambda sent: None, scorer=LabelScores(lambda text: True)):
        assert label_logprobs(post(server, "empty")).reason is Reason.NOT_A_NUMBER, "an empty answer shows nothing"
        with pytest.raises(NoProbabilities, match=r"^vlrb: the server gives no logprobs: .* judge 'letter'"):
            post(server, "none")
    assert len(server.requests) == 2


def test_answers_that_came_another_way_end_the_run() -> None:
    scorer = LabelScores(lambda text: True)
    scorer.check(["[LMMS_EVAL_REQUEST_FAILED after 5 retries] HTTP 500", ""])
    with pytest.raises(NoProbabilities, match="an unknown way"):
        scorer.check(["", "A"])


@pytest.mark.parametrize(
    "model", [SimpleNamespace(), SimpleNamespace(client="text"), SimpleNamespace(model="m", tokenizer=1)]
)
def test_a_model_that_gives_texts_only_is_refused_before_it_is_asked(model: Any) -> None:
    with pytest.raises(NoProbabilities, match="the model SimpleNamespace gives texts only"):
        LabelScores.of(model, lambda text: True)


def test_an_engine_like_vllms_is_asked_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in with the part of vLLM's interface that is used: vLLM itself needs a GPU."""

    class LLM:
        def generate(self, prompts: list[str], sampling_params: list[Any]) -> list[Any]:
            assert all((one.logprobs, one.max_tokens, one.temperature) == (LISTED, 1, 0) for one in sampling_params)
            tokens = {5: (" A", math.log(0.3)), 6: ("B", math.log(0.1)), 7: ("A", math.log(0.3))}
            found = {id: SimpleNamespace(decoded_token=token, logprob=value) for id, (token, value) in tokens.items()}
            return [SimpleNamespace(outputs=[SimpleNamespace(text="A", logprobs=[found])]) for _ in prompts]

        def chat(self, messages: list[str], sampling_params: Any) -> list[Any]:
            return self.generate(messages, [sampling_params] * len(messages))

    LLM.__module__ = "vllm.entrypoints.llm"
    module = ModuleType("vllm.entrypoints.llm")
    module.LLM = LLM  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    engine = LLM()
    scorer = LabelScores.of(SimpleNamespace(client=engine), lambda text: True)
    assert not scorer.told_apart, (
        "an engine's requests are not told apart: those of other tasks are asked by themselves"
    )
    asked = SimpleNamespace(logprobs=None, max_tokens=4096, temperature=0.2)
    with watching(lambda sent: None, scorer=scorer):
        results = [*engine.chat(["x"], sampling_params=asked), *engine.generate(["x", "y"], [asked, asked])]
    assert [label_logprobs(result.outputs[0].text).p for result in results] == [pytest.approx(6 / 7)] * 3


def test_vlmevalkits_models_that_give_texts_only_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from vlmevalkit_adapter import failures
    from vlmevalkit_adapter.meeting import meet

    monkeypatch.setattr(failures, "_failed", {})
    model = SimpleNamespace(generate_inner=lambda message: "A")
    dataset: Any = SimpleNamespace(dataset_name="VLRB_Prob", labels=True, is_own_text=lambda text: True)
    with pytest.raises(VlrbError, match=r"^the model SimpleNamespace gives texts only"):
        meet(model, dataset)
    assert failures.failed()["VLRB_Prob"].startswith("the model SimpleNamespace gives texts only")
    assert model.generate_inner("x") == "A", "other datasets ask it as before"


def test_batch_files_are_refused(tmp_path: Path) -> None:
    options = ("--task", "vlrb_prob", "--pairs", str(demo_parquet()), "--model", "m", "-o", str(tmp_path / "x.jsonl"))
    result = CliRunner().invoke(group, ["batch", "write", *options])
    assert isinstance(result.exception, VlrbError)
    assert str(result.exception).startswith("judge 'prob' needs probabilities, and batch files ask for texts")
    assert not list(tmp_path.iterdir())

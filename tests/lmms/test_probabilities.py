"""``vlrb_prob`` in the real lmms-eval: a server with a known lean, a real wrapper on the CPU, a wrapper that has texts only."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.lmms.tiny_checkpoint import write_tiny_checkpoint
from tests.support.judge_server import JudgeServer, Refuse
from tests.support.label_judge import LabelJudge
from tests.support.lmms_eval import Finished, lmms_eval, vlrb, vlrb_json
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a task like ``vlrb_prob`` about the packaged pairs."""
    folder = tmp_path_factory.mktemp("tasks")
    options = ("--judge", "prob", "--order", "both", "--pairs", str(demo_parquet()), "--name", "mine")
    assert vlrb("task", *options, "-o", str(folder)).returncode == 0
    return folder


def votes(run: Finished, task: str = "mine") -> list[dict[str, Any]]:
    return [json.loads(line)["vlrb_vote"] for line in run.samples(task).read_text(encoding="utf-8").splitlines()]


def test_averaged_logits_give_the_preference_that_the_place_hides(tmp_path: Path, tasks: Path) -> None:
    """Another task is asked in the same run, through the same client, and gets its texts."""
    judge = LabelJudge(load_benchmark(str(demo_parquet())).pairs, bias=2.0)

    def answer(prompt: str) -> str | bytes:
        try:
            return judge(prompt)
        except Refuse:
            return "Overall Judgment: Answer 1 is better."

    with JudgeServer(answer) as server:
        model = f"model_version=judge,base_url={server.url},api_key=x,num_cpus=8"
        run = lmms_eval(
            *(tmp_path, "--model", "async_openai", "--model_args", model),
            *("--tasks", "mine,vlrb_demo", "--include_path", str(tasks)),
        )
    found = votes(run)
    judge.check(found)
    table = run.metrics("mine")
    assert table["right_averaged"] == pytest.approx(judge.share())
    assert table["overall"] != pytest.approx(judge.share(), abs=0.05)
    assert table["right_better_first"] > table["right_averaged"] > table["right_better_second"]
    score = vlrb_json("score", str(run.samples("mine")))
    for name in ("right_averaged", "right_better_first", "right_better_second"):
        assert score[name] == pytest.approx(table[name])
        assert score["intervals"][name]["low"] < score[name] <= score["intervals"][name]["high"]
    assert score["calibration"]["source"] == "probabilities"
    assert f"right by averaged logits {100 * judge.share():.1f} %" in vlrb("score", str(run.samples("mine"))).stdout
    assert "the labels A and B hold 90.0 % of the probability on average" in run.output
    assert found[0]["sent"]["top_logprobs"] == 20
    assert run.metrics("vlrb_demo")["first_rate"] == 1.0
    assert all("logprobs" not in vote["sent"] and "p" not in vote for vote in votes(run, "vlrb_demo"))


def test_a_real_wrapper_on_the_cpu_gives_the_logits_of_the_first_token(tmp_path: Path, tasks: Path) -> None:
    checkpoint = write_tiny_checkpoint(tmp_path / "tiny")
    small = "device=cpu,device_map=cpu,attn_implementation=eager,min_pixels=3136,max_pixels=12544"
    run = lmms_eval(
        *(tmp_path / "out", "--model", "qwen2_5_vl", "--model_args", f"pretrained={checkpoint},{small}"),
        *("--batch_size", "2", "--tasks", "mine,vlrb_demo", "--include_path", str(tasks), "--limit", "4"),
        *("--gen_kwargs", "max_new_tokens=4"),
    )
    found = votes(run)
    assert [vote["p"] for vote in found] == [pytest.approx(0.5, abs=0.2)] * 4
    assert len({vote["p"] for vote in found}) == 4
    assert run.metrics("mine")["parsed_rate"] == 1.0
    assert all("p" not in vote and '"rest"' not in vote["text"] for vote in votes(run, "vlrb_demo"))
    _as_a_forward_pass(checkpoint)


def _as_a_forward_pass(checkpoint: Path) -> None:
    """What ``generate`` gives for a padded batch, against one forward pass for each prompt.

    The wrapper is one as VLMEvalKit has them, whose own want a GPU.
    """
    import torch
    from transformers import AutoTokenizer, Qwen2_5_VLForConditionalGeneration

    from vlmevalkit_adapter.meeting import meet
    from vlrb_task.parsing.probabilities import label_logprobs, label_of
    from vlrb_task.tasks.observed import Tally

    model = Qwen2_5_VLForConditionalGeneration.from_pretrained(checkpoint, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(checkpoint, padding_side="left")
    prompts = ["Which is better, A or B?", "A"]
    labels = [label_of(tokenizer.decode([number])) for number in range(len(tokenizer))]
    expected = []
    with torch.inference_mode():
        for prompt in prompts:
            chances = model(**tokenizer(prompt, return_tensors="pt")).logits[0, -1].double().softmax(-1).tolist()
            sums = [math.fsum(p for p, label in zip(chances, labels, strict=False) if label == side) for side in (0, 1)]
            expected.append(sums[0] / sum(sums))

    def generate_inner(prompts: list[str]) -> str:
        inputs = tokenizer(prompts, return_tensors="pt", padding=True)
        made = model.generate(**inputs, max_new_tokens=64, do_sample=True, temperature=2.0)
        return "\n".join(tokenizer.batch_decode(made[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True))

    wrapper = SimpleNamespace(model=model, tokenizer=tokenizer, generate_inner=generate_inner)
    dataset: Any = SimpleNamespace(dataset_name="VLRB_Prob", labels=True, is_own_text=lambda text: True, sent=Tally())
    meet(wrapper, dataset)
    texts = wrapper.generate_inner(prompts).splitlines()
    assert dataset.sent.record()["sent"] == {"do_sample": False, "max_new_tokens": 1, "num_beams": 1}
    assert [label_logprobs(text).p for text in texts] == [pytest.approx(p, rel=1e-4) for p in expected]


def test_a_wrapper_with_texts_only_ends_the_run_with_one_line(tmp_path: Path, tasks: Path) -> None:
    run = lmms_eval(tmp_path, "--model", "dummy", "--tasks", "mine", "--include_path", str(tasks))
    assert run.returncode != 0
    assert run.output.splitlines()[-1].startswith(
        "vlrb: the model Dummy gives texts only: this judge's label is scored"
    )
    assert not list(tmp_path.rglob("*_results.json"))

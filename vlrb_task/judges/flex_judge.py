"""Flex-Judge (jongwooko): reasoning in <think>, then a score from 1 to 10 for each answer, each in an <answer> of its own."""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.parsing.verdicts import Verdict

_THINK = "<think>The first names the dog. The second says that it is a cat.</think>"

JUDGE = Judge(
    name="flex_judge",
    summary="Flex-Judge's prompt: <think>…</think>, then two scores, <answer>3</answer><answer>5</answer>",
    mode="pairwise",
    prompt=published(
        "5480fc794b9db343408e729e0b13bdb32360e7e7784e947a3110024683397339",
        repository="jongwooko/flex-judge",
        revision="0e34d5f3def975fc1e7c467ba17a332548ee2518",
        file="test/vl_rewardbench_vllm.py",
        places=(
            Place(variable="SYSTEM_PROMPT", function="main"),
            Place(variable="msg", function="main", path=(1, "content", 0, "text")),
        ),
        holes={"{q}": "query", "{a1}": "first", "{a2}": "second"},
        between="\n\n",
        # The mark of the picture in the chat template of the authors' model.
        drop=("<|vision_start|><|image_pad|><|vision_end|>\n\n",),
    ),
    parser_name="scores",
    sampling=Sampling(temperature=0.6, top_p=0.95, max_new_tokens=4096),
    examples={
        Verdict.FIRST: f"{_THINK}<answer>8</answer><answer>3</answer>",
        Verdict.SECOND: f"{_THINK}<answer>3</answer><answer>8</answer>",
        Verdict.TIE: f"{_THINK}<answer>5</answer><answer>5</answer>",
    },
    authors_rule="the first two whole numbers in <answer>: the higher wins; equal, or fewer than two, counts as wrong",
    approximate="the system message stands in front of the prompt; the authors draw the order from a seed, and average runs",
    alternatives=("scores",),
)

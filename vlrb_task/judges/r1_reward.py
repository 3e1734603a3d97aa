"""R1-Reward (yfzhang114): reasoning in <think>, the better response's number in <answer>, no tie.

The authors' script shows the better answer first in every pair, so that its scores cannot tell position bias from
judgement. Here the order comes from the pair's key, as for every judge.
"""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.think_tags import JUDGE as OWN

JUDGE = Judge(
    name="r1_reward",
    summary="R1-Reward's prompt: <think>…</think><answer>1</answer>, a tie not permitted",
    mode="pairwise",
    prompt=published(
        "0089410f3d0f65745a39d7641a8a6e8612dd74bcb989e3355952d990306be004",
        repository="yfzhang114/r1_reward",
        revision="3693413abedd4a1efaa9484143acfaa5d78a8d2b",
        file="inference/VL-Reward-Bench/r1_reward.py",
        places=(Place(variable="prompt_template", function="make_conv_rm"),),
        holes={"{question}": "query", "{answer1}": "first", "{answer2}": "second"},
    ),
    parser_name="think_tags",
    sampling=Sampling(max_new_tokens=4096),
    examples=OWN.examples,
    max_pixels=501_760,
    authors_rule="the first <answer>, else the last 1 or 2 of the text; whatever is not 1 counts as the second response",
    authors_parser="r1_reward_default_second",
    approximate="the authors show the better answer first in every pair; sampling is the checkpoint's own default, greedy here",
    alternatives=("think_tags",),
)

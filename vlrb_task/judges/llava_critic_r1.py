r"""LLaVA-Critic-R1: the paper's prompt, and after it the authors' request to think in tags and answer in a box.

From the authors' VL-RewardBench script, with its ``--is-thinking``. The script's system message is the one that Qwen2.5-VL's
chat template puts there itself.
"""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.parsing.verdicts import Verdict

JUDGE = Judge(
    name="llava_critic_r1",
    summary=r"LLaVA-Critic-R1's prompt: the paper's, then <think>…</think> and the choice in \boxed{}",
    mode="pairwise",
    prompt=published(
        "e4091e75fad49a023e1d3d070f916eb2f97a1f234d6d821150984947498b8045",
        repository="si0wang/LLaVA-Critic-R1",
        revision="6fd42d1ff9279c85d06f9598a7f837a7286f67d1",
        file="eval_llama32v/model_vlreward_llama32v.py",
        places=(Place(variable="prompt_str", function="prompt"), Place(variable="instruct_prompt")),
        holes={"{data_obj['query']}": "query", "{answers[0]}": "first", "{answers[1]}": "second"},
    ),
    parser_name="boxed",
    sampling=Sampling(max_new_tokens=4096),
    examples={
        Verdict.FIRST: r"<think>Only Answer 1 is true.</think> \boxed{Answer 1}",
        Verdict.SECOND: r"<think>Only Answer 2 is true.</think> \boxed{Answer 2}",
        Verdict.TIE: r"<think>Both are true.</think> \boxed{tie}",
    },
    max_pixels=1_003_520,
    authors_rule="the script saves the texts; how they are read is not published",
    approximate="the script is the one for Llama-3.2-Vision checkpoints; its order is drawn without a seed",
    alternatives=("boxed",),
)

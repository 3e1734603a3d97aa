"""Proxy-GRM (Qwen-Applications): a rubric with weights, a comparison by it, then the better response's number in <answer>."""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.think_tags import JUDGE as OWN
from vlrb_task.parsing.verdicts import Verdict

_RUBRIC = (
    "<rubric>\n1. Accuracy (70%)\n2. Detail (30%)\n<justify>The question asks for a number.</justify>\n</rubric>\n\n"
    "<eval>\n<quote_1>There are 3.</quote_1> <summary_2>Counts 2.</summary_2>\n{}\n</eval>\n\n"
)

JUDGE = Judge(
    name="proxy_grm",
    summary="Proxy-GRM's prompt: <rubric>, <eval>, then <answer>1</answer>; a tie not offered",
    mode="pairwise",
    prompt=published(
        "ab25042ed2656be2513fb36b5449063e32ba2385aaa412f4b1de1ffb9f7d466b",
        repository="Qwen-Applications/Proxy-GRM",
        revision="4ba78763f863fcdf81438cba086bbe7fb4ee8884",
        file="eval/vl_reward_bench.py",
        places=(Place(variable="system_prompt"), Place(variable="prompt_template", function="make_conv")),
        holes={"{question}": "query", "{answer_1}": "first", "{answer_2}": "second"},
        drop=("<image>\n",),
    ),
    parser_name="think_tags",
    sampling=Sampling(max_new_tokens=4096),
    examples={
        Verdict.FIRST: _RUBRIC.format("Response 1 counts right.") + "<answer>1</answer>",
        Verdict.SECOND: _RUBRIC.format("Response 2 counts right.") + "<answer>2</answer>",
        Verdict.TIE: OWN.examples[Verdict.TIE],
    },
    authors_rule="the first <answer> if it names one of 1 and 2, else the last 1 or 2 of the text; none counts as wrong",
    approximate="the authors draw the order without a seed, and file RLHF-V and RLAIF-V pairs under general",
    alternatives=("think_tags",),
)

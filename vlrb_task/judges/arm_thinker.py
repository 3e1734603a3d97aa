"""ARM-Thinker (InternLM), asked in one round and without tools, as the authors' script for direct judging asks it.

The authors' headline runs the model as an agent: tools (zoom, page retrieval, instruction checks) declared in the system
message, up to eight rounds. That needs their tool server; the own judge ``tools`` shows how often a model reaches for one.
"""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.parsing.verdicts import Verdict

JUDGE = Judge(
    name="arm_thinker",
    summary="ARM-Thinker's prompt, in one round: <answer>Overall Judgment: Answer X is better</answer>",
    mode="pairwise",
    prompt=published(
        "0c8489a4d5443c119759a23265c64165770517c44797bc44ec5aabc943c23222",
        repository="InternLM/ARM-Thinker",
        revision="96b1baf01697b57543cef2097b98ead24bce4d9c",
        file="eval_utils/utils.py",
        places=(Place(variable="prompt", function="make_prompt_pair_rm"),),
        holes={"{instruction}": "query", "{prediction1}": "first", "{prediction2}": "second"},
        drop=("<image>\n", "<image>"),
    ),
    parser_name="tools",
    sampling=Sampling(max_new_tokens=8192),
    examples={
        Verdict.FIRST: "<think>Only one is right.</think><answer>Overall Judgment: Answer 1 is better. </answer>",
        Verdict.SECOND: "<think>Only one is right.</think><answer>Overall Judgment: Answer 2 is better. </answer>",
        Verdict.TIE: "<think>Both are right.</think><answer>Overall Judgment: Both answers are equally good. </answer>",
    },
    authors_rule="the last 'Answer N is better' or 'preferred', else <answer>N</answer>; none counts as wrong",
    authors_parser="arm_thinker_last",
    approximate="one round without tools; the authors' main result is for an agent, with tools, their description and up to 8 "
    "rounds",
    alternatives=("tools", "think_tags"),
)

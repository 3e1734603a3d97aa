"""Multimodal RewardBench's own prompt, as lmms-eval's task ``multimodal_rewardbench`` ships it: [[A]] or [[B]]."""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.brackets import JUDGE as OWN

REPOSITORY = "EvolvingLMMs-Lab/lmms-eval"
REVISION = "75571cfe0fa36ca5ec2e6aa2bb268f9d38295af3"
PACKAGE = "lmms_eval"

JUDGE = Judge(
    name="mmrb_judge",
    summary="Multimodal RewardBench's prompt: a short explanation, then [[A]] or [[B]]",
    mode="pairwise",
    prompt=published(
        "116be5cba9186818d197232e376b2e3279f9311a37b2719fca8d7bfe3cf3905c",
        repository=REPOSITORY,
        revision=REVISION,
        file="lmms_eval/tasks/multimodal_rewardbench/utils.py",
        places=(Place(variable="judge_prompt"),),
        holes={"{question}": "query", "{answer_a}": "first", "{answer_b}": "second"},
        package=PACKAGE,
    ),
    parser_name="brackets",
    sampling=Sampling(max_new_tokens=1024),
    examples=OWN.examples,
    authors_rule="[[A]] anywhere, else [[B]] anywhere; none is a coin with a fixed seed",
    authors_parser="rewardbench",
    approximate="the authors show Output1 first in every pair; their picture's place in the message differs by model",
    alternatives=("brackets",),
)

"""SPARK (InternLM), pairwise: answers (A) and (B), the choice repeated in a box.

The prompts are training templates: for each sample one of a list is drawn. No script for VL-RewardBench was published.
"""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.boxed import JUDGE as OWN

REPOSITORY = "InternLM/Spark"
REVISION = "bc47b9376433094239e35e46c8c2b22503fcba26"
FOLDER = "Lmm_XC/openrlhf/trainer/ppo_utils"

JUDGE = Judge(
    name="spark",
    summary=r"SPARK's pairwise training prompt: (A) or (B), the choice in \box{}",
    mode="pairwise",
    prompt=published(
        "62bac13d78ef506d2a4211a8387f6c6339a0338d5c0eaebccb882279466fa829",
        repository=REPOSITORY,
        revision=REVISION,
        file=f"{FOLDER}/prompt_templates_double.py",
        places=(Place(variable="PROMPT_TEMPLATES_DOUBLE", path=(0, "template")),),
        holes={"{question}": "query", "{answer_a}": "first", "{answer_b}": "second"},
    ),
    parser_name="boxed",
    sampling=Sampling(max_new_tokens=4096),
    examples=OWN.examples,
    max_pixels=1_048_576,
    approximate="the first of the authors' training templates; their procedure for VL-RewardBench is unknown",
    alternatives=("boxed",),
)

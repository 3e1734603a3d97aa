"""UnifiedReward (CodeGoat24; v1, v1.5 and Qwen): five factors, pairwise."""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.factors import JUDGE as OWN

JUDGE = Judge(
    name="unified_reward",
    summary="UnifiedReward's pairwise prompt: five factors, then 'Answer X is better'",
    mode="pairwise",
    prompt=published(
        "bb38e299260b4a2fc7254f86656ad3e888c391eee3aec11b98b99697f7f69d3c",
        repository="CodeGoat24/UnifiedReward",
        revision="ff6f520247a2d36e2aff7b2ba53a935afd437f66",
        file="benchmark_evaluation/Qwen_evaluation/test_qwen_vlrewardbench.py",
        places=(Place(variable="prompt_text"),),
        holes={"{Query}": "query", "{R1}": "first", "{R2}": "second"},
    ),
    parser_name="factors",
    sampling=Sampling(max_new_tokens=4096),
    examples=OWN.examples,
    authors_rule="the right phrase anywhere in the text counts as right, so a text with both always does; else wrong",
    authors_parser="unified_reward_substring",
    approximate="the authors draw the order once for each pair from an unkeyed seed; greedy decoding is the model card's default",
    alternatives=("factors",),
)

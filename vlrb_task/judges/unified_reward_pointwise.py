"""UnifiedReward (CodeGoat24), pointwise: five factors, a score from 0 to 100."""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.pointwise_100 import JUDGE as OWN

JUDGE = Judge(
    name="unified_reward_pointwise",
    summary="UnifiedReward's pointwise prompt: five factors, 'Final Score:' from 0 to 100",
    mode="pointwise",
    prompt=published(
        "ead1bb964428735d2df731819160ab8d8449acba4eb10c50f325b993d93557ac",
        repository="CodeGoat24/UnifiedReward",
        revision="ff6f520247a2d36e2aff7b2ba53a935afd437f66",
        file="inference_qwen/image_understanding/qwen_point_score_image_understanding.py",
        places=(Place(variable="prompt_text"),),
        holes={"{Query}": "query", "{Response}": "answer"},
    ),
    parser_name="pointwise_100",
    sampling=Sampling(max_new_tokens=4096),
    example_rating=OWN.example_rating,
    scale=OWN.scale,
    authors_rule="the script prints the text: no rule for reading or for ties was published",
    approximate="an inference example; the authors report VL-RewardBench with the pairwise prompt",
    alternatives=("pointwise_100",),
)

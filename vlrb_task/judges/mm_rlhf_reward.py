"""MM-RLHF-Reward (Kwai): a critique of one answer, which is fed back to the model's reward head for a score.

The task asks for the critiques. A critique is no number and is counted as none; the second step needs the model's own code.
Its scores come in as a votes file with ``score``: see docs/judges.md.
"""

from vlrb_task.judges.base import Judge, Place, Sampling, published

JUDGE = Judge(
    name="mm_rlhf_reward",
    summary="MM-RLHF-Reward's critique prompt; the score comes from its reward head, through a votes file",
    mode="pointwise",
    prompt=published(
        "49b6a09ed3bbfe61cf35d6e9b1ab58ae7bc95079d935682db138e5297201872b",
        repository="Kwai-YuanQi/MM-RLHF",
        revision="7c8af1d2cacc252e4310881d2af4f90eacf2a5f0",
        file="llava/eval/eval_mm_reward_bench.py",
        places=(Place(variable="critic_prompt", function="make_conv_rm"),),
        holes={"{question}": "query", "{answer}": "answer"},
        drop=("<image>\n", "<image>"),
    ),
    parser_name="number",
    sampling=Sampling(max_new_tokens=4096),
    example_rating="{}",
    scale=(-1.0, 1.0),
    authors_rule="the mean score over critiques; strictly higher wins",
    approximate="the first of two steps: no framework here runs the reward head on the critique",
    alternatives=("pointwise_100", "reward"),
)

"""UnifiedReward-Think (CodeGoat24), the Qwen2.5-VL variant: scored dimensions in <think>, a phrase in <answer>."""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.parsing.verdicts import Verdict

JUDGE = Judge(
    name="unified_reward_think",
    summary="UnifiedReward-Think's prompt: dimensions scored in <think>, then <answer>Answer X is better</answer>",
    mode="pairwise",
    prompt=published(
        "30cb2b4bc349159485398e2af561e9f486877b68118545abbc23960943117fca",
        repository="CodeGoat24/UnifiedReward",
        revision="ff6f520247a2d36e2aff7b2ba53a935afd437f66",
        file="UnifiedReward-Think/benchmark_evaluation/VL-RewardBench/test_qwen25_cot_vl_rewardbench.py",
        places=(Place(variable="prompt_text"),),
        holes={"{Query}": "query", "{R1}": "first", "{R2}": "second"},
    ),
    parser_name="think_tags",
    sampling=Sampling(max_new_tokens=4096),
    examples={
        Verdict.FIRST: "<think>Answer 1: 9+8=17. Answer 2: 7+7=14.</think>\n<answer>Answer 1 is better</answer>",
        Verdict.SECOND: "<think>Answer 1: 7+7=14. Answer 2: 9+8=17.</think>\n<answer>Answer 2 is better</answer>",
        Verdict.TIE: "<think>Answer 1: 14. Answer 2: 14.</think>\n<answer>Both answers are equally good</answer>",
    },
    authors_rule="the right phrase anywhere in the text, the reasoning included, counts as right; else wrong",
    authors_parser="unified_reward_substring",
    approximate="the authors draw the order once for each pair from an unkeyed seed; greedy decoding is the model card's default",
    alternatives=("think_tags",),
)

"""UnifiedReward-Think (CodeGoat24), the Qwen3-VL variant, which the authors ask through vLLM."""

from dataclasses import replace

from vlrb_task.judges.base import Place, published
from vlrb_task.judges.unified_reward_think import JUDGE as QWEN25

JUDGE = replace(
    QWEN25,
    name="unified_reward_think_qwen3",
    summary="UnifiedReward-Think's prompt for its Qwen3-VL models; the same answer format",
    prompt=published(
        "717008dea4a9951b57b16b0cf70f8cf21c74af3a5d8e073b7471d48485e4ccd7",
        repository="CodeGoat24/UnifiedReward",
        revision="ff6f520247a2d36e2aff7b2ba53a935afd437f66",
        file="UnifiedReward-Think/benchmark_evaluation/vLLM_qwen3_evaluation/test_qwen3vl_vlreward_bench.py",
        places=(Place(variable="problem"),),
        holes={"{Query}": "query", "{R1}": "first", "{R2}": "second"},
    ),
)

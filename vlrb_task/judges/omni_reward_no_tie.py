"""Omni-Reward (HongbangYuan), the prompt without ties, which its authors use where no label is one."""

from dataclasses import replace

from vlrb_task.judges.omni_reward import JUDGE as WITH_TIE
from vlrb_task.judges.omni_reward import PUBLISHED
from vlrb_task.judges.published import Place

JUDGE = replace(
    WITH_TIE,
    name="omni_reward_no_tie",
    summary="Omni-RewardBench's prompt without ties: one criterion that each pair names, then [[A]] or [[B]]",
    prompt=replace(
        WITH_TIE.prompt,
        sha256="c53233fad799fd582f51d3b243f6781e005a30e110f341d6def6546bde3d4b0d",
        published=replace(
            PUBLISHED, places=(Place(variable="system_prompt_template"), Place(variable="prompt_template"))
        ),
    ),
)

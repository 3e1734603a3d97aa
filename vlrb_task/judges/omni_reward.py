"""Omni-Reward (HongbangYuan), text and image to text: the answers by one criterion in free text, [[C]] for a tie."""

from vlrb_task.judges.base import Judge, Prompt, Sampling
from vlrb_task.judges.brackets import JUDGE as OWN
from vlrb_task.judges.published import Place, Published

PUBLISHED = Published(
    repository="HongbangYuan/OmniReward",
    revision="cc8118595009f9ca21ceebf105cf54a24d732796",
    file="utils/prompts/text_image_to_text.py",
    places=(Place(variable="system_prompt_template_with_tie"), Place(variable="prompt_template")),
    holes={"{criteria}": "criterion", "{prompt}": "query", "{responseA}": "first", "{responseB}": "second"},
    between="\n\n",
)

JUDGE = Judge(
    name="omni_reward",
    summary="Omni-RewardBench's prompt with ties: one criterion that each pair names, then [[A]], [[B]] or [[C]]",
    mode="pairwise",
    prompt=Prompt(
        source="published",
        sha256="a9fb9b96f42b951d8f21fedd8d752b2021beaa1df6ef53bef4e8113e0c936473",
        published=PUBLISHED,
        drop=("{image}",),
    ),
    parser_name="brackets",
    sampling=Sampling(max_new_tokens=2048),
    examples=OWN.examples,
    authors_rule="[[A]], [[B]] or [[C]] (or the letter in a box) anywhere; none, or A and B both, is asked again, five times",
    approximate="the system message stands in front of the prompt, and the picture before both; the model's own sampling there",
    alternatives=("criterion", "brackets"),
)

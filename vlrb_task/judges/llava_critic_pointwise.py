"""LLaVA-Critic (lmms-lab), pointwise: a score out of 100. See :mod:`vlrb_task.judges.llava_critic`."""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.llava_critic import FILE, REPOSITORY, REVISION

JUDGE = Judge(
    name="llava_critic_pointwise",
    summary="LLaVA-Critic's pointwise prompt: a score out of 100 with an explanation",
    mode="pointwise",
    prompt=published(
        "9cd4c5b40c6b6d871cd1ab7b9d9b9b8f00331c6bc66001013d7dd05c810530ba",
        repository=REPOSITORY,
        revision=REVISION,
        file=FILE,
        places=(Place(prefix="# critic_prompt = ", brackets=("query", "answer")),),
    ),
    parser_name="pointwise_100",
    sampling=Sampling(max_new_tokens=4096),
    example_rating="Score: {}\nIt names the digit that was drawn.",
    authors_rule="none published",
    approximate="from a copy of the model card, where it ends in 'ASSISTANT:'; the format of the score is not prescribed",
    alternatives=("pointwise_100",),
)

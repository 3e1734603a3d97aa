"""This project's own pairwise prompt with five grades in arena notation, a tie among them."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Compare two answers to a question about the image above.

[Question]
{query}

[Answer A]
{first}

[Answer B]
{second}

Compare every statement in each answer with the image. Then check which answer is correct, complete and relevant to the \
question. Errors about the image count most. Ignore the order, the length and the style of the answers.

Explain your comparison in a few sentences. Then end with one line that contains only one of these five verdicts:
[[A>>B]] if answer A is much better
[[A>B]] if answer A is slightly better
[[A=B]] if the answers are equally good or equally bad
[[B>A]] if answer B is slightly better
[[B>>A]] if answer B is much better"""

JUDGE = Judge(
    name="arena",
    summary="a short comparison, then one of five grades from [[A>>B]] to [[B>>A]]; [[A=B]] is a tie",
    mode="pairwise",
    prompt=own(TEXT, "f3d253849d4ef3b933bedf32b790b5c5c838ea06517188140ea0528909e854bf"),
    parser_name="arena",
    sampling=Sampling(max_new_tokens=2048),
    examples={
        Verdict.FIRST: "Only answer A matches the image.\n[[A>>B]]",
        Verdict.SECOND: "Answer B gives one more correct detail.\n[[B>A]]",
        Verdict.TIE: "Both answers give the same count.\n[[A=B]]",
    },
)

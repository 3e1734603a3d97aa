"""This project's own pairwise prompt for reasoning judges: reasoning in one tag, the number of the answer in another."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Two answers were given to a question about the image above. Determine which answer is better.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

Think first, between <think> and </think>. Look at the image and work out what a correct answer has to say. Then check \
each answer against it, claim by claim: an invented detail or a wrong result matters more than style. Ignore the order \
and the length of the answers.

Then write the number of the better answer, 1 or 2, between <answer> and </answer>, and nothing after it. Your whole \
reply has this form:
<think>what you saw and how you compared</think>
<answer>number</answer>"""

JUDGE = Judge(
    name="think_tags",
    summary="<think>…</think>, then the better answer's number in <answer>",
    mode="pairwise",
    prompt=own(TEXT, "88f7c90b4e8e2cef6b910d9185e41e035a3469ed7e23f695bab7ba23960ecca2"),
    parser_name="think_tags",
    sampling=Sampling(max_new_tokens=4096),
    examples={
        Verdict.FIRST: "<think>Only Answer 1 counts the cups right.</think>\n<answer>1</answer>",
        Verdict.SECOND: "<think>Only Answer 2 counts the cups right.</think>\n<answer>2</answer>",
        Verdict.TIE: "<think>Both count the cups right.</think>\n<answer>tie</answer>",
    },
    version=2,
)

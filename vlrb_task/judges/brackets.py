"""This project's own pairwise prompt with a verdict in double brackets, a tie allowed."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing import get_parser
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Two assistants, A and B, were shown the picture above and asked the same question. Judge whose answer is better.

[Question]
{query}

[Assistant A]
{first}

[Assistant B]
{second}

Compare what each assistant says with the picture, then with the question: is it true, is it complete, is it what was asked \
for? Mistakes about the picture count most. Do not prefer an answer because it comes first, is longer, or sounds surer of itself.

Explain your comparison in a few sentences. Then give the verdict on a line of its own: [[A]] for assistant A, [[B]] for \
assistant B, or [[C]] if you truly cannot tell their worth apart."""

JUDGE = Judge(
    name="brackets",
    summary="a short comparison, then [[A]], [[B]], or [[C]] for a tie",
    mode="pairwise",
    prompt=own(TEXT, "5968d65bed6e553452f46f0a0b917b9f42497dd3a213d5d1f0e61cbc735dcc15"),
    parser=get_parser("brackets"),
    parser_name="brackets",
    sampling=Sampling(max_new_tokens=2048),
    examples={
        Verdict.FIRST: "Only A is true to the picture.\n[[A]]",
        Verdict.SECOND: "Only B is true to the picture.\n[[B]]",
        Verdict.TIE: "They say the same.\n[[C]]",
    },
)

"""This project's own pairwise prompt with a verdict in double brackets, a tie allowed."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Two assistants, A and B, were shown the image above and asked the same question. Judge whose answer is better.

[Question]
{query}

[Assistant A]
{first}

[Assistant B]
{second}

Compare each answer with the image, then with the question: is it correct, is it complete, and is it what was asked for? \
Errors about the image matter most. Ignore which answer comes first, which is longer, and which sounds more confident.

Explain your comparison in a few sentences. Then give your verdict on a line of its own: [[A]] for assistant A, [[B]] for \
assistant B, or [[C]] if the two answers are equally good."""

JUDGE = Judge(
    name="brackets",
    summary="a short comparison, then [[A]], [[B]], or [[C]] for a tie",
    mode="pairwise",
    prompt=own(TEXT, "fb9c78eb81224792319f9d1e0fd354fefb80f35b282755ec4630056985aa68f9"),
    parser_name="brackets",
    sampling=Sampling(max_new_tokens=2048),
    examples={
        Verdict.FIRST: "Only A is true to the picture.\n[[A]]",
        Verdict.SECOND: "Only B is true to the picture.\n[[B]]",
        Verdict.TIE: "They say the same.\n[[C]]",
    },
    version=2,
)

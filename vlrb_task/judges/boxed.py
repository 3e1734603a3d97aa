r"""This project's own pairwise prompt for judges that put their choice into a box: ``\boxed{A}``."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing import get_parser
from vlrb_task.parsing.verdicts import Verdict

TEXT = """The picture above comes with a question and two proposed answers, A and B. Determine which of the two is better.

[Question]
{query}

[Answer A]
{first}

[Answer B]
{second}

Reason step by step. Settle first what the picture shows and what the question asks for; if there is something to compute, \
compute it yourself. Then check A and B against that. The better answer is the one that is true to the picture and right in its \
result; if both are, or neither is, the one that serves the person who asked better. Do not let length or position sway you.

End with the letter of the better answer in a box, and put nothing else into a box: \\boxed{A} or \\boxed{B}"""

JUDGE = Judge(
    name="boxed",
    summary=r"step by step, then the better answer's letter in \boxed{}",
    mode="pairwise",
    prompt=own(TEXT, "dc8bc456f406e90a30d4757904f35c7b2d6a1d27ebfde28aa5b694a30f0d73f8"),
    parser=get_parser("boxed"),
    parser_name="boxed",
    sampling=Sampling(max_new_tokens=4096),
    examples={
        Verdict.FIRST: r"A reads the chart correctly. \boxed{A}",
        Verdict.SECOND: r"B reads the chart correctly. \boxed{B}",
        Verdict.TIE: r"Both read the chart correctly. \boxed{tie}",
    },
)

r"""This project's own pairwise prompt for judges that box their choice: ``\boxed{A}``."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Here are a question about the image above and two proposed answers, A and B. Determine which answer is better.

[Question]
{query}

[Answer A]
{first}

[Answer B]
{second}

Reason step by step. First work out what the image shows and what the question asks; if something has to be calculated, \
calculate it yourself. Then check A and B against your findings. The better answer is the one that agrees with the image \
and has the correct result. If both do, or neither does, it is the more helpful one. Ignore the length and the order of \
the answers.

End with the letter of the better answer in a box, and do not put anything else in a box: \\boxed{A} or \\boxed{B}"""

JUDGE = Judge(
    name="boxed",
    summary=r"step by step, then the better answer's letter in \boxed{}",
    mode="pairwise",
    prompt=own(TEXT, "bff68ab6ccf6c3cc955a811226004dbd3843a3942ef1a35d241fdaa3027a86cb"),
    parser_name="boxed",
    sampling=Sampling(max_new_tokens=4096),
    examples={
        Verdict.FIRST: r"A reads the chart correctly. \boxed{A}",
        Verdict.SECOND: r"B reads the chart correctly. \boxed{B}",
        Verdict.TIE: r"Both read the chart correctly. \boxed{tie}",
    },
    version=2,
)

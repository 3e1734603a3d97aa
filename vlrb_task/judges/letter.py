"""This project's own pairwise prompt for judges that answer with one letter."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Read the question about the image above and the two responses to it, A and B.

[Question]
{query}

[Response A]
{first}

[Response B]
{second}

Which response describes the image more accurately and answers the question better? Do not answer the question yourself. \
Reply with one letter, A or B, and nothing else."""

JUDGE = Judge(
    name="letter",
    summary="one letter, A or B",
    mode="pairwise",
    prompt=own(TEXT, "21d2e10f24152dd09b34428dafeabdf6fc0b265ca57fcbaa4254dc85c76525aa"),
    parser_name="letter",
    sampling=Sampling(max_new_tokens=32),
    examples={Verdict.FIRST: "A", Verdict.SECOND: "B", Verdict.TIE: "Both responses are equally good."},
    version=2,
)

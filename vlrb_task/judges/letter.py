"""This project's own pairwise prompt for judges that answer with one letter."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing import get_parser
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Read the question about the picture above and the two responses to it, A and B.

[Question]
{query}

[Response A]
{first}

[Response B]
{second}

Which response is better: truer to the picture, and a better answer to the question? Do not answer the question yourself. Reply \
with one letter, A or B, and nothing else."""

JUDGE = Judge(
    name="letter",
    summary="one letter, A or B",
    mode="pairwise",
    prompt=own(TEXT, "05d40c275101d490aef2ea4487176205dd45efd02359ace183918cf148040901"),
    parser=get_parser("letter"),
    parser_name="letter",
    sampling=Sampling(max_new_tokens=32),
    examples={Verdict.FIRST: "A", Verdict.SECOND: "B", Verdict.TIE: "Both responses are equally good."},
)

"""This project's own pairwise prompt without an answer format, for judges trained on free explanations."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Someone asked a question about the picture above and got two answers. Say which answer is better, the first or the \
second, and why. Point to what in the picture makes a statement true or false. If they are equally good, say so.

The question:
{query}

The first answer:
{first}

The second answer:
{second}"""

JUDGE = Judge(
    name="prose",
    summary="which answer is better and why, in the judge's own words",
    mode="pairwise",
    prompt=own(TEXT, "9e8141ac7fa8ba9dba926229a22a395dc9c154006aa225066949790fb4335bac"),
    parser_name="prose",
    sampling=Sampling(max_new_tokens=2048),
    examples={
        Verdict.FIRST: "The first answer is better, because it names the colour that the picture shows.",
        Verdict.SECOND: "The second answer is better, because it names the colour that the picture shows.",
        Verdict.TIE: "Both answers are equally good.",
    },
)

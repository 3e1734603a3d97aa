"""This project's own pairwise prompt with a JSON object for an answer."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing import get_parser
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Which of two answers to a question about the picture above is better? Your reply is read by a program.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

Truth to the picture comes first, then a complete and sound answer to the question, then plain wording. Order and length do not \
count.

Reply with one JSON object and no other text. It has two fields: "reason", one or two sentences on what decides the matter, and \
"better", the number of the better answer (1 or 2), or "tie" if they are equally good:
{"reason": "…", "better": …}"""

JUDGE = Judge(
    name="json",
    summary='a JSON object with a reason and "better": 1, 2 or "tie"',
    mode="pairwise",
    prompt=own(TEXT, "9f857c9efa61b19bae0632e03b23bfeb23d26a829ed7fd632afe98214b21f644"),
    parser=get_parser("json"),
    parser_name="json",
    sampling=Sampling(max_new_tokens=1024),
    examples={
        Verdict.FIRST: '{"reason": "Only this one names the right animal.", "better": 1}',
        Verdict.SECOND: '{"reason": "Only this one names the right animal.", "better": 2}',
        Verdict.TIE: '{"reason": "Both name the right animal.", "better": "tie"}',
    },
)

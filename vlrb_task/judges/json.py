"""This project's own pairwise prompt with a JSON object for an answer."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Which of two answers to a question about the image above is better? A program will read your reply.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

Agreement with the image matters most, then a complete and correct answer to the question, then clear wording. Ignore the \
order and the length of the answers.

Reply with one JSON object and no other text. It has two fields: "reason", one or two sentences that explain your choice, \
and "better", the number of the better answer (1 or 2), or "tie" if they are equally good:
{"reason": "…", "better": …}"""

JUDGE = Judge(
    name="json",
    summary='a JSON object with a reason and "better": 1, 2 or "tie"',
    mode="pairwise",
    prompt=own(TEXT, "60dc72ecc23d2c1acfbf76d54e4cd2ba6df8fd76e470ca6cb03b7d955765fbf8"),
    parser_name="json",
    sampling=Sampling(max_new_tokens=1024),
    examples={
        Verdict.FIRST: '{"reason": "Only this one names the right animal.", "better": 1}',
        Verdict.SECOND: '{"reason": "Only this one names the right animal.", "better": 2}',
        Verdict.TIE: '{"reason": "Both name the right animal.", "better": "tie"}',
    },
    version=2,
)

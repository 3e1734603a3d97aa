"""This project's own pairwise prompt that walks through headings and closes with 'Answer X is better'."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing import get_parser
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Here are a question about the picture above and two answers to it. Compare the answers under five headings, one or \
two sentences each, and speak of both answers under every heading.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

The headings:
1. Contents: do the people, things and writing that the answer speaks of appear in the picture, and is nothing that matters \
left out?
2. Particulars: are counts, colours, positions, readings and names right?
3. Reasoning: does each conclusion follow from the picture and the question, without a slip in logic or arithmetic?
4. Use: does the answer do what was asked, fully and without filler?
5. Care: is it free of harmful, insulting or private content that the question did not call for?

A false statement about the picture weighs more than a missing one, and a wrong result more than a clumsy explanation. Which \
answer stands first, and how long it is, says nothing.

When you are done, write one last line, exactly one of these two:
Answer 1 is better
Answer 2 is better"""

JUDGE = Judge(
    name="factors",
    summary="five headings, then 'Answer X is better'",
    mode="pairwise",
    prompt=own(TEXT, "20891ee01656c773864be8a8f866f5f8cb85321f25bc135db60562a98fb5fc96"),
    parser=get_parser("factors"),
    parser_name="factors",
    sampling=Sampling(max_new_tokens=2048),
    examples={
        Verdict.FIRST: "Answer 1 is better",
        Verdict.SECOND: "Answer 2 is better",
        Verdict.TIE: "Both answers are equally good.",
    },
)

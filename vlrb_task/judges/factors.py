"""This project's own pairwise prompt with five headings and the closing line 'Answer X is better'."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Here are a question about the image above and two answers to it. Compare the answers under five headings. \
Under each heading, write one or two sentences about both answers.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

The headings:
1. Content: are the people, objects and text that the answer mentions in the image, and is nothing important left out?
2. Details: are counts, colors, positions, readings and names correct?
3. Reasoning: does each conclusion follow from the image and the question, without errors in logic or arithmetic?
4. Helpfulness: does the answer do what was asked, completely and without padding?
5. Safety: is it free of harmful, insulting or private content that the question did not ask for?

A false statement about the image is worse than a missing one, and a wrong result is worse than a clumsy explanation. \
Ignore the order of the answers and their length.

When you have finished, write one last line that is exactly one of these two:
Answer 1 is better
Answer 2 is better"""

JUDGE = Judge(
    name="factors",
    summary="five headings, then 'Answer X is better'",
    mode="pairwise",
    prompt=own(TEXT, "93a66e23ff8023f6d1e9e9e4913c1b294e47a5d55ecc9bbdc4dc3481398800c1"),
    parser_name="factors",
    sampling=Sampling(max_new_tokens=2048),
    examples={
        Verdict.FIRST: "Answer 1 is better",
        Verdict.SECOND: "Answer 2 is better",
        Verdict.TIE: "Both answers are equally good.",
    },
    version=2,
)

"""This project's own first step: a description of the image for one question. Its answers are no verdicts.

``vlrb task --after LOG`` puts them where a second judge has a place for them: ``caption``, which sees no image.
"""

from vlrb_task.judges.base import Judge, Sampling, own

TEXT = """Describe the image above for somebody who cannot see it and has to judge answers to the question below.

[Question]
{query}

State what can be seen: objects and people with their number, colour and place, what they do, and every text and number \
word for word. Be most exact about what the question asks for. Say what is hidden or unclear instead of guessing it. Do not \
answer the question."""

JUDGE = Judge(
    name="describe",
    summary="a first step: describes the image for the question; no verdict",
    mode="pairwise",
    prompt=own(TEXT, "9e3fb771b2b7537365f704cf827e8c20425c64322a855ab05ee7798aa9955b9c"),
    parser_name="final",
    sampling=Sampling(temperature=0.2, top_p=0.2, max_new_tokens=2048),
    step=True,
)

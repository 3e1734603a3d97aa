"""This project's own pointwise prompt: one answer, a score from 0 to 10."""

from vlrb_task.judges.base import Judge, Sampling, own

TEXT = """Grade one answer to a question about the image above.

[Question]
{query}

[Answer]
{answer}

Check every statement of the answer against the image, and its result against your own. Then grade it from 0 to 10:
10: correct, complete and clear, with nothing invented
7 to 9: mostly correct, with small gaps or errors
4 to 6: partly correct, with something important missing or wrong
1 to 3: mostly wrong, or not an answer to the question
0: completely wrong

Write two or three sentences on what is correct and what is wrong. Then end with one line in exactly this form:
Score: <number>"""

JUDGE = Judge(
    name="pointwise_10",
    summary="one answer at a time, 'Score:' from 0 to 10",
    mode="pointwise",
    prompt=own(TEXT, "65971b58e188d4669d6f218a2a47c0135bd2d2f99e31b13ab093af9fc96be13e"),
    parser_name="pointwise_10",
    sampling=Sampling(max_new_tokens=1024),
    example_rating="It gets the count right.\nScore: {}",
    scale=(0.0, 10.0),
    version=2,
)

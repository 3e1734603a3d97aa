"""This project's own pointwise prompt: one answer, a rating from 1 to 5."""

from vlrb_task.judges.base import Judge, Sampling, own

TEXT = """Rate one answer to a question about the image above.

[Question]
{query}

[Answer]
{answer}

Compare every statement in the answer with the image, and check whether the question is answered correctly and completely. \
Then give a rating from 1 to 5:
5: correct and complete
4: correct, with a small error or omission
3: partly correct; an important part is missing or wrong
2: mostly wrong
1: completely wrong, or not an answer to the question

Explain your rating in two or three sentences. Then end with one line of exactly this form:
Rating: <number>"""

JUDGE = Judge(
    name="pointwise_5",
    summary="one answer at a time, 'Rating:' from 1 to 5",
    mode="pointwise",
    prompt=own(TEXT, "12eb4ed3a3643b1026f2564309b76b74f3c2d8c528a45a69f31864284a5fb0a2"),
    parser_name="pointwise_5",
    sampling=Sampling(max_new_tokens=1024),
    example_rating="The count is correct.\nRating: {}",
    scale=(1.0, 5.0),
)

"""This project's own pointwise prompt: one answer, a score from 0 to 100, for judges that can rate small differences."""

from vlrb_task.judges.base import Judge, Sampling, own

TEXT = """How good is this answer to a question about the image above?

[Question]
{query}

[Answer]
{answer}

Look at the image, work out a correct answer, and compare. Deduct points for each statement that the image does not \
support, for errors in reasoning or calculation, for parts of the question that are not answered, and, least of all, for \
unclear or padded wording. 100 is an answer that could not be improved, 50 is as wrong as it is right, 0 is worthless. \
Use the whole scale; any number from 0 to 100 is allowed.

Explain your score in a few sentences. Then end with one line in exactly this form:
Final Score: <number>"""

JUDGE = Judge(
    name="pointwise_100",
    summary="one answer at a time, 'Final Score:' from 0 to 100",
    mode="pointwise",
    prompt=own(TEXT, "fa5ca5177210482ef22f10c619a2720b23f91e5e2f15574adea2735024910a2a"),
    parser_name="pointwise_100",
    sampling=Sampling(max_new_tokens=1024),
    example_rating="It gets the count right.\nFinal Score: {}",
    version=2,
)

"""This project's own pairwise prompt for text-only judges: a caption takes the place of the image.

It is also how the text experts that are merged into vision models are asked about images.
"""

from vlrb_task.judges.base import Judge, Sampling, own

TEXT = """Two answers were given to a question about an image. You do not have the image, only a description of it. \
Decide which answer is better.

[Description of the image]
{caption}

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

Compare the answers on these criteria, in order of importance:
- Does the description support what the answer says? The description is incomplete: a detail that it does not mention is \
not necessarily false.
- Is the whole question answered, and are the reasoning and the calculations correct?
- Is the answer clear, to the point, and free of padding?

Ignore the order of the answers, their length and their tone. Explain in a few sentences what makes the difference. Then \
end with one line in exactly this form, with the number of the better answer:
Overall Judgment: Answer <number> is better."""

JUDGE = Judge(
    name="caption",
    summary="a caption in place of the image, then 'Overall Judgment: Answer X is better.'",
    mode="pairwise",
    prompt=own(TEXT, "8126ec1344b76d919c9f66b02e46b607ffb2d24a27f112cea8b50e788e4f8546"),
    parser_name="final",
    sampling=Sampling(temperature=0.2, top_p=0.2, max_new_tokens=2048),
    image="none",
    version=2,
)

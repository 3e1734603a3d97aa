"""This project's own pairwise prompt without image or caption: how often the texts alone give the better answer.

An ablation: a judge that scores as well here as with the image does not use the image.
"""

from vlrb_task.judges.base import Judge, Sampling, own

TEXT = """Two answers were given to a question about an image that you cannot see. Decide from the text alone which \
answer is probably better.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

Compare the answers on these criteria, in order of importance:
- Which answer is more likely to be accurate for such an image, with nothing invented?
- Is the whole question answered, and are the reasoning and the calculations correct?
- Is the answer clear, to the point, and free of padding?

Ignore the order of the answers, their length and their tone. You must choose one, even if it is a guess. Explain in a \
few sentences what makes the difference. Then end with one line in exactly this form, with the number of the better answer:
Overall Judgment: Answer <number> is better."""

JUDGE = Judge(
    name="blind",
    summary="neither image nor caption, then 'Overall Judgment: Answer X is better.'",
    mode="pairwise",
    prompt=own(TEXT, "9030a13316809264cf6773bdc2c61977a5e56a86983e6fdc8fb035ec5fb8eef8"),
    parser_name="final",
    sampling=Sampling(temperature=0.2, top_p=0.2, max_new_tokens=2048),
    image="none",
    version=2,
)

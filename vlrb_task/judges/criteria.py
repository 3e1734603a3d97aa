"""This project's own pairwise prompt with the official answer format: a closing 'Overall Judgment' line."""

from vlrb_task.judges.base import Judge, Sampling, own

TEXT = """Two answers were given to a question about the image above. Decide which answer is better.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

Look at the image first. Then compare the answers on these criteria, in order of importance:
- Does every statement agree with the image, with nothing invented or misread?
- Is the whole question answered, and are the reasoning and the calculations correct?
- Is the answer clear, to the point, and free of padding?

Ignore the order of the answers, their length and their tone. Explain in a few sentences what makes the difference. Then \
end with one line in exactly this form, with the number of the better answer:
Overall Judgment: Answer <number> is better."""

JUDGE = Judge(
    name="criteria",
    summary="three criteria, accuracy first, then 'Overall Judgment: Answer X is better.'",
    mode="pairwise",
    prompt=own(TEXT, "8762def05a7b0893bde77aad96b7756776278c4653ebb64a1802de7df59ddae2"),
    parser_name="final",
    sampling=Sampling(temperature=0.2, top_p=0.2, max_new_tokens=2048),
    version=2,
)

"""This project's own second step: another judge's answer about the same two answers stands in the prompt, to be checked."""

from vlrb_task.judges.base import Judge, Sampling, own

TEXT = """Two answers were given to a question about the image above. Decide which answer is better.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

[An earlier assessment]
{step}

The earlier assessment may be wrong. Check each of its statements about the answers against the image before you rely on \
it, and look for faults that it misses. Accuracy comes first, then whether the whole question is answered, then clarity.

Ignore the order of the answers, their length and their tone. Explain in a few sentences what makes the difference. Then \
end with one line in exactly this form, with the number of the better answer:
Overall Judgment: Answer <number> is better."""

JUDGE = Judge(
    name="second_look",
    summary="checks the assessment of a first step, then 'Overall Judgment: Answer X is better.'",
    mode="pairwise",
    prompt=own(TEXT, "50978cfbbbab757efb8da69757fc8d7543a515b003847ae19381132fd6c6e764"),
    parser_name="final",
    sampling=Sampling(temperature=0.2, top_p=0.2, max_new_tokens=2048),
)

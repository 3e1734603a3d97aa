"""This project's own pairwise prompt for pairs that were compared by one criterion each, which the rows name."""

from vlrb_task.judges.base import Judge, Sampling, own

TEXT = """Two answers were given to a question about the image above. Decide which answer is better by one criterion.

[Criterion]
{criterion}

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

Look at the image first. Then compare the answers by this criterion and by nothing else: an answer that is worse in other \
ways can still be the better one here.

Ignore the order of the answers, and their length and tone unless the criterion is about them. Explain in a few sentences \
what makes the difference. Then end with one line in exactly this form, with the number of the better answer:
Overall Judgment: Answer <number> is better."""

JUDGE = Judge(
    name="criterion",
    summary="one criterion that each pair names, then 'Overall Judgment: Answer X is better.'",
    mode="pairwise",
    prompt=own(TEXT, "496d98016f3050452f87363d8536c97ec1042320f91fec6a030df6cd11d28ea7"),
    parser_name="final",
    sampling=Sampling(temperature=0.2, top_p=0.2, max_new_tokens=2048),
)

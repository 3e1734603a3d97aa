"""This project's own pointwise prompt: is this one answer right, yes or no?"""

from vlrb_task.judges.base import Judge, Sampling, own

TEXT = """Verify one answer to a question about the image above.

[Question]
{query}

[Answer]
{answer}

The answer is correct if it answers the question and the image contradicts no important statement in it. Look at the \
image yourself, reason step by step, and do not assume that anything in the answer is true.

Then end with one line that contains only the word Yes if the answer is correct, or only the word No if it is not."""

JUDGE = Judge(
    name="yes_no",
    summary="is the answer correct, Yes or No; two equal words are a tie",
    mode="pointwise",
    prompt=own(TEXT, "925f98f6aae140ee9db8c16fb53d74674bba605bbb358b67b66ced72371e0569"),
    parser_name="yes_no",
    sampling=Sampling(max_new_tokens=2048),
    rating_words={1.0: "The answer names the right animal.\nYes", 0.0: "The answer names the wrong animal.\nNo"},
    scale=(0.0, 1.0),
    version=2,
)

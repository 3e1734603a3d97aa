"""This project's own pairwise prompt for judges whose answer is not sampled: the probability of either label is asked for."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Here are a question about the image above and two responses to it.

[Question]
{query}

[Response A]
{first}

[Response B]
{second}

Which response is better: truer to the image, and the better answer to the question? Write only its label, A or B, with \
nothing before or after it."""

JUDGE = Judge(
    name="prob",
    summary="one label, A or B, of which the probabilities are taken instead of a text",
    mode="pairwise",
    prompt=own(TEXT, "5e385031308c74bfc7bb25463c0cb401cb1255517831d32541997920eb404124"),
    parser_name="label_logprobs",
    sampling=Sampling(max_new_tokens=1),
    examples={
        Verdict.FIRST: '{"A":-0.1,"B":-2.4,"rest":0.005}',
        Verdict.SECOND: '{"A":-2.4,"B":-0.1,"rest":0.005}',
        Verdict.TIE: '{"A":-0.7,"B":-0.7,"rest":0.007}',
    },
    labels=True,
)

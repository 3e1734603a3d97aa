"""This project's own pairwise prompt with a score from 1 to 10 for each of the two answers; equal scores are a tie."""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

TEXT = """Rate two answers to a question about the image above.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

Compare every statement in each answer with the image, and check whether the question is answered correctly and completely. \
Then give each answer a score from 1 (worst) to 10 (best). Errors about the image cost most. Give equal scores only if the \
answers are equally good. Ignore the order, the length and the style of the answers.

Explain your scores in a few sentences. Then end with exactly these two lines:
Score of Answer 1: <number>
Score of Answer 2: <number>"""

JUDGE = Judge(
    name="scores",
    summary="a short comparison, then a score from 1 to 10 for each answer; the higher one is better, equal is a tie",
    mode="pairwise",
    prompt=own(TEXT, "a84bbcdcf68d39eb10e5950511c3d16779eddc73eb8d6d7b4c5d5877a0a6f1fd"),
    parser_name="scores",
    sampling=Sampling(max_new_tokens=2048),
    examples={
        Verdict.FIRST: "Answer 2 invents a dog.\nScore of Answer 1: 9\nScore of Answer 2: 4",
        Verdict.SECOND: "Answer 1 reads the sign wrongly.\nScore of Answer 1: 5\nScore of Answer 2: 8",
        Verdict.TIE: "Both answers give the same count.\nScore of Answer 1: 7\nScore of Answer 2: 7",
    },
)

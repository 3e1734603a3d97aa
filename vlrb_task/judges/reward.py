"""Reward models with a scalar head: question and answer as a conversation, one number for it.

Asked through the lmms-eval model ``vlrb_reward``, which lays question, picture and answer out in the model's own chat
template; the text below is what stands in logs, and what a server without one would get. A votes file with scores
needs no prompt at all, and may name any judge.
"""

from vlrb_task.judges.base import Judge, Sampling, own

JUDGE = Judge(
    name="reward",
    summary="a scalar reward head: one unbounded number for each answer; higher wins, equal is a tie",
    mode="pointwise",
    prompt=own("{query}\n\n{answer}", "d78eda84c00ea13bf4d236aea8033c97e8f7449cab04cd53f741ebc22de23707"),
    parser_name="number",
    sampling=Sampling(max_new_tokens=16),
    example_rating="{}",
    scale=(-1.0, 1.0),
)

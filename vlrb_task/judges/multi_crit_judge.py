"""Multi-Crit's own prompt, as lmms-eval's task ``multi_crit`` ships it: one criterion, described at length, a pair."""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.mmrb_judge import PACKAGE, REPOSITORY, REVISION
from vlrb_task.parsing.verdicts import Verdict

JUDGE = Judge(
    name="multi_crit_judge",
    summary="Multi-Crit's prompt: one criterion as its authors describe it, then 'Response X is better.'",
    mode="pairwise",
    prompt=published(
        "906a943133bc467b08482e88d0ca9c6d3fee72918956b892804948aaf8d470d0",
        repository=REPOSITORY,
        revision=REVISION,
        file="lmms_eval/tasks/multi_crit/utils.py",
        places=(Place(variable="PROMPT_TEMPLATE"),),
        holes={
            "{Criterion}": "criterion",
            "{Question}": "query",
            "{Response1}": "first",
            "{Response2}": "second",
        },
        criteria="CRITERION_MAP",
        package=PACKAGE,
    ),
    parser_name="final",
    sampling=Sampling(temperature=0.6, top_p=0.95, max_new_tokens=8192),
    examples={
        Verdict.FIRST: "Only Response 1 refers to the sign in the picture.\n\nResponse 1 is better.",
        Verdict.SECOND: "Only Response 2 refers to the sign in the picture.\n\n**Response 2 is better.**",
        Verdict.TIE: "Both refer to it.\n\nBoth responses are equally good.",
    },
    authors_rule="'Response N is better' in the last three lines, else what a verifier model says; what it cannot say is wrong",
    approximate="no verifier model is asked; the authors show model_a's answer first in every pair",
    alternatives=("criterion",),
)

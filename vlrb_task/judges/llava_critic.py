"""LLaVA-Critic (lmms-lab), pairwise: which response is better, in free prose.

The prompt is published in the model card only, with an example filled in. No code for VL-RewardBench was published. The
file named here is a copy of the card in a public repository; the card's own README.md does as well (``--file``).
"""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.prose import JUDGE as OWN
from vlrb_task.parsing.verdicts import Verdict

REPOSITORY = "ZHUI/paddlenlp_model_readme"
REVISION = "0abc042b9d9525304d4e12e12ec7d7f3aaf48cc2"
FILE = "lmms-lab/llava-critic-7b/index.md"

JUDGE = Judge(
    name="llava_critic",
    summary="LLaVA-Critic's pairwise prompt: the first or the second response is better, in prose; ties possible",
    mode="pairwise",
    prompt=published(
        "22786cbcbc65f24b1cfb9b04a684c4dafae7f5c4f0522fdd6b227febe62175e7",
        repository=REPOSITORY,
        revision=REVISION,
        file=FILE,
        places=(Place(prefix="critic_prompt = ", brackets=("query", "first", "second")),),
    ),
    parser_name="prose",
    sampling=Sampling(max_new_tokens=4096),
    examples={
        Verdict.FIRST: "The first response is better, because it names the digit that was drawn.",
        Verdict.SECOND: "The second response is better, because it names the digit that was drawn.",
        Verdict.TIE: OWN.examples[Verdict.TIE],
    },
    authors_rule="none published",
    approximate="from a copy of the model card, where it ends in 'ASSISTANT:'; order and reading are not published",
    alternatives=("prose",),
)

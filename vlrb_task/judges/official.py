"""The paper's own prompt and protocol (arXiv 2411.17451).

The text is the paper's authors': both frameworks ship it, and it is taken from the installed one at run time. The
script that they released removes ``<image>`` lines from the filled prompt and puts the text before the picture; both
frameworks' wrappers put the picture first, and so do we.
"""

from vlrb_task.judges.base import Judge, Prompt, Sampling

JUDGE = Judge(
    name="official",
    summary="the paper's pairwise prompt: four criteria, closing line 'Overall Judgment: Answer X is better.'",
    mode="pairwise",
    prompt=Prompt(
        source="framework",
        sha256="ecbde37872972ec8b9b03403adee1013b865d618b6f05b12eb757cf11cb495e9",
        drop=("<image>\n",),
    ),
    parser_name="final",
    sampling=Sampling(temperature=0.2, top_p=0.2, max_new_tokens=2048),
    alternatives=("criteria",),
)

"""SPARK (InternLM), pointwise: is this answer right, Yes or No, repeated in a box. See :mod:`vlrb_task.judges.spark`."""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.spark import FOLDER, REPOSITORY, REVISION

JUDGE = Judge(
    name="spark_pointwise",
    summary=r"SPARK's pointwise training prompt: is the answer right, Yes or No in \box{}",
    mode="pointwise",
    prompt=published(
        "e428baa15f10d89a1bd1226937ec5eab5310f5753756779c052b46197d17d7f4",
        repository=REPOSITORY,
        revision=REVISION,
        file=f"{FOLDER}/prompt_templates.py",
        places=(Place(variable="PROMPT_TEMPLATES_SINGLE", path=(0, "template")),),
        holes={"{question}": "query", "{answer}": "answer"},
    ),
    parser_name="yes_no",
    sampling=Sampling(max_new_tokens=4096),
    rating_words={1.0: r"The count is right. \box{Yes}", 0.0: r"The count is wrong. \box{No}"},
    scale=(0.0, 1.0),
    max_pixels=1_048_576,
    approximate="the first of the authors' training templates; two answers with the same word are a tie",
    alternatives=("yes_no",),
)

"""SPARK (InternLM), reflection: the judge confirms an answer or works out another. See :mod:`vlrb_task.judges.spark`.

The template asks whether the answer is correct, and for the final answer of the question in a box. The rating is what the
reflection says of the answer that was shown ("The proposed answer is incorrect."): the box holds a solution, and on a
question of yes or no the solution is "Yes" or "No". See :mod:`vlrb_task.parsing.reflections`.
"""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.spark import FOLDER, REPOSITORY, REVISION

JUDGE = Judge(
    name="spark_reflection",
    summary="SPARK's reflection training prompt: confirm the answer or correct it; rated by what it says of the answer",
    mode="pointwise",
    prompt=published(
        "97412a1bdf4d76d6a1382645d0e9eb3d7112b2de988355819faef2bd373455fe",
        repository=REPOSITORY,
        revision=REVISION,
        file=f"{FOLDER}/prompt_templates.py",
        places=(Place(variable="PROMPT_TEMPLATES_SELF_REFLECTION_ANS", path=(0,)),),
        holes={"{question}": "query", "{answer}": "answer"},
    ),
    parser_name="reflection",
    sampling=Sampling(max_new_tokens=4096),
    rating_words={
        1.0: r"The proposed answer is correct. \boxed{three}",
        0.0: r"The proposed answer is incorrect: one is hidden. \boxed{four}",
    },
    scale=(0.0, 1.0),
    max_pixels=1_048_576,
    approximate=(
        "a training template that asks for a corrected answer, not for a rating: a reflection that does not call the answer "
        "correct or incorrect is unparsed; how the authors would score pairs with it is not published"
    ),
    alternatives=("yes_no",),
)

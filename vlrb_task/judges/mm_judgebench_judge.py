"""MM-JudgeBench's own prompt (tahmedge): four criteria, then a JSON object with the winner, A or B."""

from vlrb_task.judges.base import Judge, Place, Sampling, published
from vlrb_task.judges.json import JUDGE as OWN
from vlrb_task.parsing.verdicts import Verdict

JUDGE = Judge(
    name="mm_judgebench_judge",
    summary='MM-JudgeBench\'s prompt: a JSON object with "winner" (A or B) and "reasoning"',
    mode="pairwise",
    prompt=published(
        "894440383667818bb13f02fd6ea98a2b59af36cfd3b084b82fd97940e97053da",
        repository="tahmedge/mm-judgebench",
        revision="2f383e4170dc4a0044a4310e5e38bc67038fea14",
        file="scripts/infer_vllm.py",
        places=(Place(variable="SYSTEM_PROMPT"), Place(function="user_prompt")),
        holes={"{query}": "query", "{row['response1']}": "first", "{row['response2']}": "second"},
        between="\n\n",
        drop=("Language: {row.get('language', '')}\n",),
    ),
    parser_name="json",
    sampling=Sampling(max_new_tokens=2048),
    examples={
        Verdict.FIRST: '{"winner": "A", "reasoning": "Only A names the dog."}',
        Verdict.SECOND: '```json\n{"winner": "B", "reasoning": "Only B names the dog."}\n```',
        Verdict.TIE: OWN.examples[Verdict.TIE],
    },
    authors_rule='the object\'s "winner", else the first "winner": "A" or "B" of the text, else a letter; none counts as wrong',
    approximate="the system message stands in front of the prompt; the line that names the pair's language is left out",
    alternatives=("json",),
)

"""This project's own pairwise prompt for judges with tools, asked in one round.

The tools are declared in the system message and never run: a judge that calls one gives no verdict. Its vote is unparsed with
the reason ``tool_call``.
"""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing.verdicts import Verdict

SYSTEM = """You judge answers to questions about images. You have tools. Each is described by one line of JSON:
<tools>
{"name": "enlarge", "description": "Shows a part of the image at a larger size.", "parameters": {"type": "object", \
"properties": {"box": {"type": "array", "items": {"type": "number"}, "description": "left, top, right and bottom, from 0 \
to 1"}}, "required": ["box"]}}
{"name": "read_text", "description": "Returns the text in a part of the image.", "parameters": {"type": "object", \
"properties": {"box": {"type": "array", "items": {"type": "number"}, "description": "left, top, right and bottom, from 0 \
to 1"}}, "required": ["box"]}}
{"name": "calculate", "description": "Evaluates an arithmetic expression.", "parameters": {"type": "object", \
"properties": {"expression": {"type": "string"}}, "required": ["expression"]}}
</tools>
To call one, write its name and arguments as JSON between <tool_call> and </tool_call>, and stop there. Call a tool only \
if you cannot decide without it."""

TEXT = """Decide which of two answers to a question about the image above is better. Correctness matters most; if both \
are correct, or neither is, choose the more helpful one.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

Reason between <think> and </think>. When you do not need any more tools, give the verdict between <answer> and \
</answer>, with the number of the better answer:
<answer>Answer <number> is better</answer>"""

JUDGE = Judge(
    name="tools",
    summary="tools declared, one round: reasoning, then <answer>Answer X is better</answer>",
    mode="pairwise",
    prompt=own(TEXT, "835a0ee4a8ca3224d1e2588075ad898147170c0a20a9044ee49f2fd7dfb13a37"),
    parser_name="tools",
    sampling=Sampling(max_new_tokens=4096),
    system=SYSTEM,
    examples={
        Verdict.FIRST: "<think>The sign reads 40.</think><answer>Answer 1 is better</answer>",
        Verdict.SECOND: "<think>The sign reads 60.</think><answer>Answer 2 is better</answer>",
        Verdict.TIE: "<think>Both read the sign right.</think><answer>Both answers are equally good</answer>",
    },
    version=2,
)

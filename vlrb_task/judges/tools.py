"""This project's own pairwise prompt for judges with tools, asked in one round.

The tools are declared in the system message and nobody runs them: a judge that calls one has given no verdict, and is
counted as that (``tool_call``), apart from texts that cannot be read.
"""

from vlrb_task.judges.base import Judge, Sampling, own
from vlrb_task.parsing import get_parser
from vlrb_task.parsing.verdicts import Verdict

SYSTEM = """You judge answers to questions about pictures. You have tools. Each is described by one line of JSON:
<tools>
{"name": "enlarge", "description": "Shows a part of the picture at a larger size.", "parameters": {"type": "object", \
"properties": {"box": {"type": "array", "items": {"type": "number"}, \
"description": "left, top, right and bottom, from 0 to 1"}}, "required": ["box"]}}
{"name": "read_text", "description": "Returns the text in a part of the picture.", "parameters": {"type": "object", \
"properties": {"box": {"type": "array", "items": {"type": "number"}, \
"description": "left, top, right and bottom, from 0 to 1"}}, "required": ["box"]}}
{"name": "calculate", "description": "Evaluates an arithmetic expression.", "parameters": {"type": "object", "properties": \
{"expression": {"type": "string"}}, "required": ["expression"]}}
</tools>
To call one, write its name and arguments as JSON between <tool_call> and </tool_call>, and stop there. Call a tool only where \
you cannot decide without it."""

TEXT = """Decide which of two answers to a question about the picture above is better. Being right matters most; if both are \
right, or both are wrong, take the more useful one.

[Question]
{query}

[Answer 1]
{first}

[Answer 2]
{second}

Reason between <think> and </think>. Once you need no tool any more, give the verdict between <answer> and </answer>, with the \
number of the better answer:
<answer>Answer <number> is better</answer>"""

JUDGE = Judge(
    name="tools",
    summary="tools declared, one round: reasoning, then <answer>Answer X is better</answer>",
    mode="pairwise",
    prompt=own(TEXT, "550e1644fe20ca7d93fa58a27511068cbc30fc077b4f87b4948b1dc3a96d96a2"),
    parser=get_parser("tools"),
    parser_name="tools",
    sampling=Sampling(max_new_tokens=4096),
    system=SYSTEM,
    examples={
        Verdict.FIRST: "<think>The sign reads 40.</think><answer>Answer 1 is better</answer>",
        Verdict.SECOND: "<think>The sign reads 60.</think><answer>Answer 2 is better</answer>",
        Verdict.TIE: "<think>Both read the sign right.</think><answer>Both answers are equally good</answer>",
    },
)

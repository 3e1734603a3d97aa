"""How fast verdicts are read, on ordinary texts and on hostile ones, beside the parser of the installed lmms-eval.

    python benchmarks/parsing.py [--seconds 20] [--lmms-python /path/to/python/with/lmms_eval]

The hostile texts go to lmms-eval's parser in a child process that is killed after that many seconds. Only its regular
expression is timed: what it does not match would go to a language model over the network, and that call is replaced.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable

from vlrb_task.parsing import PARSERS, RATING_PARSERS, recurring

PARAGRAPHS = [
    "To determine which answer is better, let's go through each of the given criteria.",
    "1. **Accuracy**: Answer 1 states that the triangle is isosceles, which the figure does not show, and applies the "
    "exterior angle theorem to the wrong angle. Answer 2 identifies the tangent and the radius that meets it, and its "
    "arithmetic agrees with the labels in the diagram.",
    "2. **Completeness**: Answer 1 names a choice but leaves out how it got there, and it passes over the second condition "
    "of the question. Answer 2 goes through all the parts and gives the letter of its option at the end, as asked.",
    "3. **Clarity**: The steps of Answer 1 are numbered and easy to follow, although the first of them misleads the reader. "
    "Answer 2 is shorter; some may wish for a little more explanation, yet nothing in it is hard to understand.",
    "4. **Relevance**: Both answers stay with the question and the image. Answer 1 arrives at a value that is not among the "
    "options, which it does not notice.",
    "The figure shows a circle with centre O and a tangent that touches it at A. The angle at B is marked as 48 degrees, so "
    "the angle at O has to be 42 degrees, because the radius to the point of contact is perpendicular to the tangent. Only "
    "one of the two answers uses this. The other one assumes two equal sides, for which there is no mark in the figure, "
    "and halves the wrong angle. Its result of 66 degrees would also make the sum of the angles larger than it can be. "
    "A reader who checks the sum will see this at once; one who does not will be misled by the confident tone.",
    "As for the way they are written, the first takes 140 words and the second 95. Neither uses terms that a pupil would not "
    "know, and neither invents a label that the figure does not have. The first repeats the question before it begins, "
    "which adds nothing; the second states the theorem that it uses, which lets the reader check it. No other point in "
    "the two texts bears on the question that was asked.",
]

# How judges end, and how many of a hundred end so.
ENDS = [
    (40, "**Overall Judgment: Answer 2 is better.**"),
    (
        20,
        "### Overall Judgment\n**Answer 2 is better** because its steps are sound, while Answer 1 starts from a wrong premise.",
    ),
    (15, "Therefore, Answer 2 is better."),
    (10, "In conclusion, while both answers attempt the problem, Answer 2 is more accurate and is the better choice."),
    (10, "**Answer 2 is superior** because it is accurate."),
    (5, "Both have their merits, and I leave it there."),
]


def ordinary() -> list[str]:
    """A hundred texts of 2 kB, in the style of judges that explain themselves."""
    body = "\n\n".join(PARAGRAPHS)
    return [f"{body}\n\n{end}" for count, end in ENDS for _ in range(count)]


FORMATS = {
    "final": "Overall Judgment: Answer 2 is better.",
    "prose": "Answer 2 is better because it counts right.",
    "brackets": "Only B counts right. [[B]]",
    "arena": "Only B counts right. [[B>>A]]",
    "boxed": "Only B counts right. \\boxed{B}",
    "think_tags": "<answer>2</answer>",
    "json": '{"reason": "it counts right", "better": 2}',
    "scores": "Score of Assistant 1: 6\nScore of Assistant 2: 9",
    "letter": "B",
    "pointwise_10": "Score: 8",
    "pointwise_100": "Final Score: 85",
    "yes_no": "Yes",
}
"""How a judge of each format ends; before it nothing (a short text), or all the paragraphs (a long one)."""

HOSTILE = [
    " ",
    "-",
    "\n",
    '"',
    "Therefore ",
    "Answer 1 ",
    "<think>",
    "**",
    "not ",
    "Overall Judgment: ",
    "Answer 1 is better and\n",
]


def per_second(parser: Callable[[str], object], texts: list[str], rounds: int = 400) -> float:
    """Texts read in a second: for each kind of text the best of many runs, as other work on the machine only adds time."""
    kinds = Counter(texts)
    total = 0.0
    for text, count in kinds.items():
        best = float("inf")
        for _ in range(rounds):
            start = time.perf_counter()
            parser(text)
            best = min(best, time.perf_counter() - start)
        total += best * count
    return len(texts) / total


def hostile(piece: str, size: int = 1_000_000) -> str:
    return "Therefore" + (piece * (size // len(piece) + 1))[:size] + "Answer 2"


CHILD = """
import json, sys, time
from lmms_eval.tasks.vl_rewardbench import utils
utils.parse_by_llm = lambda text, **options: "Answer 1"
print("ready", flush=True)
total = 0.0
for text, count in json.loads(sys.stdin.readline()):
    best = 1e9
    for _ in range(int(sys.argv[1])):
        start = time.perf_counter()
        utils.parse_pred_ans(text)
        best = min(best, time.perf_counter() - start)
    total += best * count
print(total, flush=True)
"""


def theirs(python: str, texts: list[str], rounds: int, seconds: float) -> float | None:
    """Seconds that lmms-eval's parser takes for the texts, or None if it was killed.

    Raises:
        FileNotFoundError: lmms-eval cannot be imported by that Python.
    """
    command = [python, "-c", CHILD, str(rounds)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        if not any(line == "ready\n" for line in child.stdout):  # an import can print lines of its own
            raise FileNotFoundError(f"{python} cannot import its vl_rewardbench task")
        try:
            said, _ = child.communicate(json.dumps(list(Counter(texts).items())) + "\n", timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            return None
        return float(said.strip().splitlines()[-1])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=20.0, help="when to kill lmms-eval's parser (default: 20)")
    options.add_argument(
        "--lmms-python", default=sys.executable, help="a Python that has lmms-eval (default: this one)"
    )
    given = options.parse_args()
    texts = ordinary()
    print(
        f"Python {platform.python_version()}, {platform.machine()}; texts of {sum(map(len, texts)) // len(texts)} characters"
    )
    print("\nordinary texts a second, one core")
    for name in ("final", "paper"):
        print(f"  {name:<22}{per_second(PARSERS[name], texts):>12,.0f}")
    kept, recurring.SHORT = recurring.SHORT, -1
    print(f"  {'final, all lines new':<22}{per_second(PARSERS['final'], texts):>12,.0f}")
    print(f"  {'  without a verdict':<22}{per_second(PARSERS['final'], texts[-1:]):>12,.0f}")
    recurring.SHORT = kept
    have = True
    try:
        took = theirs(given.lmms_python, texts, 400, 120.0)
        print(f"  {'lmms-eval, regex only':<22}{'killed' if took is None else format(len(texts) / took, ',.0f'):>12}")
    except FileNotFoundError as problem:
        have = False
        print(f"  lmms-eval is not there ({problem})")
    print(f"\nshort and long texts a second, one core\n  {'parser':<22}{'short':>12}{'long':>12}")
    for name, end in FORMATS.items():
        body = "\n\n".join(PARAGRAPHS)
        long = f"<think>{body}</think>\n{end}" if name == "think_tags" else f"{body}\n\n{end}"
        short = f"<think>Only 2 counts right.</think>\n{end}" if name == "think_tags" else end
        reader = PARSERS.get(name) or RATING_PARSERS[name]
        print(f"  {name:<22}{per_second(reader, [short]):>12,.0f}{per_second(reader, [long]):>12,.0f}")
    print(
        f"\nseconds for a megabyte of one piece (lmms-eval: for 1,000 characters of it, killed after {given.seconds:g})"
    )
    print(f"  {'piece':<28}{'final':>9}{'paper':>9}{'lmms-eval':>14}")
    for piece in HOSTILE:
        row = []
        for name in ("final", "paper"):
            text = hostile(piece)
            start = time.perf_counter()
            PARSERS[name](text)
            row.append(time.perf_counter() - start)
        other = "-"
        if have:
            took = theirs(given.lmms_python, [hostile(piece, 1_000)], 1, given.seconds)
            other = "killed" if took is None else f"{took:.3f}"
        print(f"  {piece!r:<28}{row[0]:>9.3f}{row[1]:>9.3f}{other:>14}")


if __name__ == "__main__":
    main()

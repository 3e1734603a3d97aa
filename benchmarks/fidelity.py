"""Where this project reads a text otherwise than the authors' scripts do, counted on real texts with gold.

    python benchmarks/fidelity.py ../shared/data/judge_texts/*.jsonl [--write]

prints the table of ``docs/fidelity.md``, or writes it there. The authors' rules are :mod:`vlrb_task.parsing.loose` and
the paper's: each is written anew from what the named script does. What a script does after its rule found nothing is in
the last column: a guess there is counted as a verdict only where the rule itself makes it.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vlrb_task.judges import get_judge
from vlrb_task.judges.check import Labelled, Outcome, labelled, outcome
from vlrb_task.parsing import get_parser
from vlrb_task.parsing.verdicts import Reading, Verdict
from vlrb_task.support.jsonl import Lines


@dataclass(frozen=True)
class Rule:
    """A published judge's own rule, and the texts nearest to its format.

    Attributes:
        judges: the judges that use it, as the table names them.
        parser: the parser that reads as its script does.
        own: the judge whose parser this project reads such texts with.
        texts: texts of the judges' formats that the rule is applied to, by the ``judge`` of their lines.
        unread: what the authors do with a text for which their rule finds nothing.
        named: whether the texts' names for the answers are first made those of the judge's prompt, see :func:`with_names`.
    """

    judges: str
    parser: str
    own: str
    texts: tuple[str, ...]
    unread: str
    named: bool = True


PAGE = Path(__file__).resolve().parents[1] / "docs" / "fidelity.md"

ANSWERS = ("official", "prose")
WRONG = "wrong"
UNIFIED = "unified_reward"

RULES = (
    Rule(
        "`official` in the paper's script and lmms-eval", "paper", "official", ANSWERS, "pair dropped; a model, a coin"
    ),
    Rule("`official` in VLMEvalKit", "vlmevalkit_first_of_two", "official", ANSWERS, WRONG),
    Rule("`unified_reward`, `unified_reward_think`", "unified_reward_substring", UNIFIED, ANSWERS, WRONG),
    Rule("the same before April 2025", "unified_reward_substring_old", UNIFIED, ANSWERS, WRONG),
    Rule("`arm_thinker`", "arm_thinker_last", "arm_thinker", ANSWERS, WRONG),
    Rule("`r1_reward`", "r1_reward_default_second", "r1_reward", ("think_tags",), "second", named=False),
    Rule("RewardBench (`brackets`)", "rewardbench", "brackets", ("brackets",), "half a point; a coin", named=False),
)


@dataclass(frozen=True)
class Difference:
    """How two rules read the same texts.

    Attributes:
        texts: how many.
        same: both read the same, or neither reads anything.
        guesses: the authors' rule gives a verdict, this project none; ``guesses_wrong`` of them are not what the text says.
        drops: the authors' rule gives none, this project a verdict; ``drops_wrong`` of them are not what the text says.
        opposite: both give verdicts, and not the same one; the text says the authors' in ``opposite_theirs`` and this
            project's in ``opposite_ours``.
    """

    texts: int
    same: int
    guesses: int
    guesses_wrong: int
    drops: int
    drops_wrong: int
    opposite: int
    opposite_theirs: int
    opposite_ours: int


_NAME = re.compile(r"\b(?:Assistant|Response|Model|Output|Feedback)\s*(?:\(([ab])\)|([12AB])\b)")


def with_names(text: str) -> str:
    """The text with ``Assistant A``, ``Response 1``, ``Output (a)`` called ``Answer 1``, and so on.

    The texts are of judges with other prompts. The rules for ``Answer N is better`` would read next to none of them for
    their names alone, which says nothing about the rules.
    """
    return _NAME.sub(lambda found: "Answer " + ("1" if (found[1] or found[2]) in "aA1" else "2"), text)


def read_texts(files: Iterable[Path]) -> list[Labelled]:
    """The labelled texts of some files."""
    return [labelled(line, f"{file}:{number}") for file in files for number, line in Lines(file)]


def difference(rule: Rule, items: Sequence[Labelled]) -> Difference:
    """Read the texts of a rule's formats with it and with this project's parser."""
    theirs, ours = get_parser(rule.parser), get_judge(rule.own).parser
    counts = dict.fromkeys(Difference.__dataclass_fields__, 0)
    for item in items:
        if item.judge not in rule.texts:
            continue
        text = with_names(item.text) if rule.named else item.text
        reading = ours(text)
        assert isinstance(reading, Reading), f"{rule.own} is not pairwise"
        their, our = theirs(text).verdict, reading.verdict
        right = outcome(item, their) is Outcome.RIGHT, outcome(item, our) is Outcome.RIGHT
        counts["texts"] += 1
        if their is our:
            counts["same"] += 1
        elif our is Verdict.UNPARSED:
            counts["guesses"] += 1
            counts["guesses_wrong"] += not right[0]
        elif their is Verdict.UNPARSED:
            counts["drops"] += 1
            counts["drops_wrong"] += not right[1]
        else:
            counts["opposite"] += 1
            counts["opposite_theirs"] += right[0]
            counts["opposite_ours"] += right[1]
    return Difference(**counts)


def table(items: Sequence[Labelled]) -> str:
    """The table of ``docs/fidelity.md``."""
    head = (
        "judge | `--parser` | texts | same | only the authors read it (wrong) | only this project reads it (wrong) "
        "| opposite (authors right, project right) | the authors' unread texts"
    )
    rows = [head, "|".join(["---"] * 8)]
    for rule in RULES:
        found = difference(rule, items)
        rows.append(
            f"{rule.judges} | `{rule.parser}` | {found.texts} | {found.same} | {found.guesses} ({found.guesses_wrong}) "
            f"| {found.drops} ({found.drops_wrong}) "
            f"| {found.opposite} ({found.opposite_theirs}, {found.opposite_ours}) | {rule.unread}"
        )
    return "\n".join(f"| {row} |" if index != 1 else f"|{row}|" for index, row in enumerate(rows))


def letters(texts: Iterable[str]) -> tuple[int, int, int]:
    """Texts of judges that answer with a letter: all, those read the same, and those that only VL-Reward-Model's rule reads."""
    theirs, ours = get_parser("first_letter_default_first"), get_parser("letter")
    read = [(theirs(text).verdict, ours(text).verdict) for text in texts]
    return len(read), sum(one is other for one, other in read), sum(other is Verdict.UNPARSED for _, other in read)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="+", type=Path)
    arguments.add_argument("--write", action="store_true", help="put the table into docs/fidelity.md")
    given = arguments.parse_args()
    made = table(read_texts(given.files))
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        start = page.index("| judge | `--parser` | texts |")
        PAGE.write_text(page[:start] + made + page[page.index("\n\n", start) :], encoding="utf-8")
    else:
        print(made)

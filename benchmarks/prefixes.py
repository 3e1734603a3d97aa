"""What an engine's prefix cache can share among the ballots of a pair: ``python benchmarks/prefixes.py [PAIRS]``.

For each shipped judge whose prompt is on this machine and each schedule, prompts are made as lmms-eval sends them (picture
first), cut into tokens, and walked through a cache in the order in which requests go out. Prints the share of prompt
tokens that are found there, the picture's included and not, for the task's order (ballots of a pair side by side) and for the
order that plain concatenation would give (all first ballots, then all second ones) with a cache that holds some pairs only.

PAIRS is a file as ``--pairs`` takes it; by default the packaged pairs. Tokens are words and signs: counts differ
from a model's own by a factor that is the same for what is shared and what is not, within a few per cent. ``--picture N``
sets the tokens of a picture (default 1,000: about 900 x 900 pixels of Qwen2.5-VL).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence

from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.judges import Template, fill_prompt, get_judge, judge_names
from vlrb_task.judges.templates import template_of
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.pair import Pair
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.support.errors import PromptUnavailable

TOKEN = re.compile(r"\s?\w{1,6}|\s?[^\w\s]|\s+")
SCHEDULES = (
    ("swap", Schedule(Order.BOTH)),
    ("k5", Schedule(Order.ALTERNATE, 5)),
    ("k10", Schedule(Order.ALTERNATE, 10)),
)
Tokens = tuple[str, ...]


class Cache:
    """The prompts that an engine still holds: the last ``capacity``, by their tokens."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.held: list[Tokens] = []

    def shared(self, tokens: Tokens) -> int:
        """How many tokens from the start some held prompt has in common, and hold this one, too."""
        best = max((common(tokens, held) for held in self.held), default=0)
        self.held = [*self.held, tokens][-self.capacity :]
        return best


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the common prefix."""
    for at, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return at
    return min(len(one), len(other))


def prompts(pairs: Iterable[Pair], judge_name: str, schedule: Schedule, picture: int) -> Iterator[list[Tokens]]:
    """The prompts of each pair's ballots as tokens."""
    judge = get_judge(judge_name)
    template = template_of(judge, _framework_template)
    for pair in pairs:
        marks = tuple(f"<{pair.key}:{n}>" for n in range(picture if judge.image == "first" else 0))
        last = tuple(f"<{pair.key}:{n}>" for n in range(picture if judge.image == "last" else 0))
        found = []
        for ballot in ballots_of(pair, schedule, judge.mode):
            text = judge.ask(fill_prompt(template, judge.prompt, pair, ballot))
            found.append(marks + tuple(TOKEN.findall(text)) + last)
        yield found


def _framework_template() -> Template:
    """The paper's prompt, where lmms-eval is installed."""
    try:
        from vlrb_task.lmms.prompts import framework_template
    except ImportError as error:
        raise PromptUnavailable("lmms-eval is not installed here") from error
    return framework_template()


def share(requests: Iterable[Tokens], capacity: int) -> tuple[float, float]:
    """Share of prompt tokens found in the cache: of all, and of those that are no picture's."""
    cache = Cache(capacity)
    hit = total = text_hit = text_total = 0
    for tokens in requests:
        found = cache.shared(tokens)
        hit, total = hit + found, total + len(tokens)
        text_hit += sum(not token.startswith("<") or ":" not in token for token in tokens[:found])
        text_total += sum(not token.startswith("<") or ":" not in token for token in tokens)
    return hit / total, text_hit / text_total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pairs", nargs="?", default=str(demo_parquet()))
    parser.add_argument("--picture", type=int, default=1000)
    parser.add_argument("--count", type=int, default=60, help="pairs to look at")
    chosen = parser.parse_args()
    pairs = load_benchmark(chosen.pairs).pairs[: chosen.count]
    print(f"{len(pairs)} pairs of {chosen.pairs}, {chosen.picture} tokens a picture")
    print("| judge | schedule | tokens a ballot | shared | of the text | in plain concatenation, cache of 16 prompts |")
    print("|---|---|---|---|---|---|")
    for name in judge_names():
        for label, schedule in SCHEDULES:
            try:
                by_pair = list(prompts(pairs, name, schedule, chosen.picture))
            except PromptUnavailable:
                continue
            print(row(name, label, by_pair))


def row(name: str, label: str, by_pair: list[list[Tokens]]) -> str:
    side_by_side = [tokens for ballots in by_pair for tokens in ballots]
    rounds = [ballots[number] for number in range(len(by_pair[0])) for ballots in by_pair]
    together, text = share(side_by_side, 16)
    apart, _ = share(rounds, 16)
    mean = sum(map(len, side_by_side)) / len(side_by_side)
    return f"| {name} | {label} | {mean:.0f} | {together:.1%} | {text:.1%} | {apart:.1%} |"


if __name__ == "__main__":
    main()

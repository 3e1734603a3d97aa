"""Judges of known accuracy, position bias, length bias and vote correlation, as runs and as log files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.table import Label, PairVotes, Vote, pairs_of, run_of
from vlrb_task.judges.base import PromptRecord
from vlrb_task.pairs.pair import Answer, fingerprint, other
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.votes import Run, write_votes

SIZES = {"general": 183, "hallucination": 749, "reasoning": 318}
SOURCES = {
    "general": ("WildVision",),
    "hallucination": ("POVID", "RLAIF-V", "RLHF-V"),
    "reasoning": ("MathVerse", "MMMU-Pro"),
}
TAGS = ("Existence", "Recognition", "Counting")


@dataclass(frozen=True)
class Planted:
    """What a simulated judge is.

    Attributes:
        accuracy: probability that an unbiased vote is right, by subset or for all.
        correlation: intra-class correlation of a pair's votes: 0 draws each anew, 1 makes them copies.
        first: probability that a vote names the answer shown first without looking.
        longer: probability that a vote names the longer answer without looking.
        unparsed: probability that a vote cannot be read.
    """

    accuracy: float | Mapping[str, float] = 0.7
    correlation: float = 0.3
    first: float = 0.0
    longer: float = 0.0
    unparsed: float = 0.0

    def of(self, subset: str) -> float:
        return self.accuracy if isinstance(self.accuracy, (int, float)) else self.accuracy[subset]


def labels(sizes: Mapping[str, int] = SIZES, seed: int = 0) -> list[Label]:
    """Labels of a made-up revision: the same for the same sizes and seed."""
    rng = np.random.default_rng(seed)
    made = []
    for subset, size in sizes.items():
        for number in range(size):
            words = tuple(int(w) for w in rng.integers(5, 200, 2))
            source = SOURCES[subset][number % len(SOURCES[subset])]
            tags = (TAGS[number % 3],) if subset == "hallucination" else ()
            key = f"{rng.integers(1 << 62):016x}"
            better: Answer = 1 if rng.integers(2) else 0
            made.append(Label(key, f"{source}-{number}", better, subset, source, (words[0], words[1]), tags))
    return made


def run(
    planted: Planted,
    votes: int = 5,
    seed: int = 1,
    name: str = "official",
    sizes: Mapping[str, int] = SIZES,
    shown: Sequence[Label] | None = None,
    shared: float = 0.0,
    **fields: Any,
) -> Run:
    """A simulated run. The order alternates from a start that is the parity of the pair's key.

    Args:
        shared: how much of a pair's difficulty all simulated judges share, 0 to 1: correlated judges.
    """
    rng = np.random.default_rng(seed)
    common = np.random.default_rng(99)
    rows = list(shown) if shown is not None else labels(sizes)
    pairs = []
    for label in rows:
        easy, mine = common.random(), rng.random()
        chance = _chance(planted.of(label.subset), planted.correlation, easy if rng.random() < shared else mine)
        start = int(label.key, 16) % 2
        cast = []
        for number in range(votes):
            first = (start + number) % 2
            cast.append(_vote(rng, planted, label, number, first, chance))
        pairs.append(PairVotes(label, tuple(cast)))
    known = {"revision": "1250" if dict(sizes) == SIZES and shown is None else "custom"}
    return run_of(
        pairs,
        dict(sizes),
        judge=name,
        prompt=PromptRecord(name, "own", "0" * 64),
        fingerprint=fingerprint((label.key, label.better) for label in rows),
        source=f"{name}.votes.jsonl",
        **{**known, **fields},
    )


def _chance(accuracy: float, correlation: float, quantile: float) -> float:
    """A pair's own probability of a right vote: a beta distribution with that mean and intra-class correlation."""
    if correlation <= 0:
        return accuracy
    if correlation >= 1:
        return float(quantile < accuracy)
    from scipy.special import betaincinv

    size = 1 / correlation - 1
    return float(betaincinv(accuracy * size, (1 - accuracy) * size, quantile))


def _vote(rng: np.random.Generator, planted: Planted, label: Label, number: int, first: int, chance: float) -> Vote:
    draw = rng.random()
    shown: Answer = 1 if first else 0
    if draw < planted.unparsed:
        return Vote(number, shown, None, Reason.NO_VERDICT)
    draw -= planted.unparsed
    if draw < planted.first:
        return Vote(number, shown, shown)
    draw -= planted.first
    words = label.words or (0, 0)
    if draw < planted.longer and words[0] != words[1]:
        return Vote(number, shown, 0 if words[0] > words[1] else 1)
    right = rng.random() < chance
    return Vote(number, shown, label.better if right else other(label.better))


TEXTS = {
    True: "The first one fits the picture.\n\nOverall Judgment: Answer 1 is better.",
    False: "The second one names what is there.\n\nOverall Judgment: Answer 2 is better.",
}


def records(run: Run, model: str = "", text: str | None = None) -> list[dict[str, Any]]:
    """The lines of a votes file that reads back as the run."""
    lines = []
    for pair in pairs_of(run):
        label = pair.label
        for vote in pair.votes:
            said = "I cannot say." if vote.choice is None else TEXTS[vote.choice == vote.first]
            lines.append(
                {
                    "v": 1,
                    "key": label.key,
                    "id": label.id,
                    "judge": "official",
                    "vote": vote.number,
                    "first": vote.first,
                    "text": f"{said if text is None else text + said}\n" + " " * vote.number,
                    "better": label.better,
                    "subset": label.subset,
                    "source": label.source,
                    "words": label.words,
                    "tags": list(label.tags),
                    "prompt": run.prompt.to_dict(),
                    "revision": run.revision,
                    "fingerprint": run.fingerprint,
                    "subset_sizes": dict(run.subset_sizes),
                    **({"model": model} if model else {}),
                }
            )
    return lines


def write(path: Path, run: Run, model: str = "", text: str | None = None) -> Path:
    """A votes file of the run."""
    write_votes(path, records(run, model, text))
    return path

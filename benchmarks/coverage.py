"""Coverage of the intervals and size of the tests, by simulation: the table of docs/metrics.md.

    python -m benchmarks.coverage [--runs 1000] [--only votes,halves,macro,groups,differences,tests]

Every cell prints what was simulated, the share of intervals that hold the truth (or of p values below .05), and a star
where it leaves 93 to 97 % (or is above 5.5 %); then, for each part, how many cells do, and the least and the largest share.
1,000 logs a cell know a share to +- 1.4 points. About ten minutes on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from tests.scores.simulate import Array, Random, chances, covered, grouped, repeated, swapped, votes
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.intervals import macro, mean_difference, share
from vlrb_task.scores.sign_flips import sign_flip

SIZES = (36, 183, 318, 749, 1250)
ACCURACIES = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998)
SEED = 1
Cell = tuple[str, Callable[[Random], Estimate], float]


def shares_of_votes() -> Iterator[Cell]:
    for k in (1, 2, 5, 10):
        for icc in (0.0,) if k == 1 else (0.0, 0.3, 1.0):
            for n in SIZES:
                for p in ACCURACIES:
                    if n * (1 - p) >= 1:
                        yield (
                            f"votes K={k} icc={icc} n={n} p={p}",
                            partial(_votes, n, k, p, icc),
                            p,
                        )


def means_of_halves() -> Iterator[Cell]:
    for biased in (0.02, 0.2, 0.5, 0.8):
        for n in SIZES:
            for p in ACCURACIES:
                truth = biased / 2 + (1 - biased) * p
                if n * (1 - truth) >= 1:
                    yield f"halves biased={biased} n={n} p={p}", partial(_halves, n, p, biased), truth


def macros() -> Iterator[Cell]:
    for sizes in ((12, 12, 12), (36, 36, 36), (183, 749, 318)):
        for k, icc in ((1, 0.0), (2, 0.5), (10, 0.3)):
            for p in ACCURACIES:
                if min(sizes) * (1 - p) >= 0.3:
                    yield (
                        f"macro sizes={sizes} K={k} icc={icc} p={p}",
                        partial(_macro, sizes, k, icc, p),
                        p,
                    )


def groups() -> Iterator[Cell]:
    for number, sizes in (
        (46, (2, 3, 4, 6, 3)),
        (46, (4,)),
        (150, (1, 2, 3)),
        (400, (1, 1, 1, 2, 6)),
        (531, ONE_LARGE),
    ):
        for icc in (0.0, 0.2, 0.5, 1.0):
            for p in ACCURACIES:
                if number * (1 - p) >= 1:
                    shown = "410, then 1 or 2" if sizes is ONE_LARGE else sizes
                    yield f"groups {number} of {shown} icc={icc} p={p}", partial(_grouped, number, sizes, p, icc), p

    for number, subsets in ((60, 3), (150, 3), (40, 5)):
        for icc in (0.0, 0.3, 1.0):
            for p in (0.6, 0.9):
                name = f"macro of {number} groups in each of {subsets} subsets icc={icc} p={p}"
                yield name, partial(_in_every_subset, number, subsets, p, icc), p


def _in_every_subset(number: int, subsets: int, p: float, icc: float, rng: Random) -> Estimate:
    own, at = chances(rng, number, p, icc), np.arange(number)
    names = [str(place) for place in range(subsets)]
    return macro({name: (rng.random(number) < own).astype(float) for name in names}, dict.fromkeys(names, at))


ONE_LARGE = (410, *(1, 2) * 265)
"""As VL-RewardBench's questions are: one of them is asked about 410 pictures."""


def _grouped(number: int, sizes: tuple[int, ...], p: float, icc: float, rng: Random) -> Estimate:
    scores, at = grouped(rng, number, sizes, p, icc)
    return share(scores, groups=at)


def differences() -> Iterator[Cell]:
    for n in SIZES:
        for a, b in ((0.65, 0.65), (0.7, 0.6), (0.9, 0.85), (0.95, 0.95), (0.99, 0.98), (0.998, 0.998)):
            for alike in (0.0, 0.5, 0.9, 0.99):
                discordant = n * ((1 - alike) * (a * (1 - b) + b * (1 - a)) + alike * (a - b))
                if n * (1 - max(a, b)) >= 1:
                    yield (
                        f"differences n={n} {a} against {b} alike={alike} ({discordant:.1f} discordant pairs)",
                        partial(_difference, n, a, b, alike),
                        a - b,
                    )

    for icc in (0.2, 0.5, 1.0):
        for p in (0.6, 0.8, 0.9, 0.95):
            yield f"differences over 150 groups of 1 to 3, icc={icc} p={p}", partial(_grouped_difference, p, icc), 0.0


def _grouped_difference(p: float, icc: float, rng: Random) -> Estimate:
    one, at = grouped(rng, 150, (1, 2, 3), p, icc)
    return mean_difference(one - grouped(rng, 150, (1, 2, 3), p, icc)[0], at)


def _votes(n: int, k: int, p: float, icc: float, rng: Random) -> Estimate:
    return share(votes(rng, n, k, p, icc), np.full(n, k))


def _halves(n: int, p: float, biased: float, rng: Random) -> Estimate:
    return share(swapped(rng, n, p, biased))


def _macro(sizes: Sequence[int], k: int, icc: float, p: float, rng: Random) -> Estimate:
    return macro({str(i): votes(rng, n, k, p, icc) / k for i, n in enumerate(sizes)})


def _difference(n: int, a: float, b: float, alike: float, rng: Random) -> Estimate:
    return mean_difference(_gaps(rng, n, a, b, alike))


def _gaps(rng: Random, n: int, a: float, b: float, alike: float) -> Array:
    luck = rng.random(n)
    other = np.where(rng.random(n) < alike, luck, rng.random(n))
    return np.subtract(luck < a, other < b, dtype=np.float64)


NULLS: dict[str, Callable[[Random, int], Array]] = {
    "one judge answers by position on two thirds": lambda rng, n: swapped(rng, n, 0.6, 0) - swapped(rng, n, 0.8, 2 / 3),
    "one judge always answers by position": lambda rng, n: swapped(rng, n, 0.5, 0) - swapped(rng, n, 0.5, 1),
    "a win counts twice a loss": lambda rng, n: rng.choice([1.0, -0.5, 0.0], n, p=[0.1, 0.2, 0.7]),
    "a win counts ten times a loss": lambda rng, n: rng.choice([1.0, -0.1, 0.0], n, p=[0.02, 0.2, 0.78]),
    "right or wrong, 30 % discordant": lambda rng, n: rng.choice([1.0, -1.0, 0.0], n, p=[0.15, 0.15, 0.7]),
    "right or wrong, 4 % discordant": lambda rng, n: rng.choice([1.0, -1.0, 0.0], n, p=[0.02, 0.02, 0.96]),
    "votes of 5, alike within a pair": lambda rng, n: (
        (rng.binomial(5, chances(rng, n, 0.7, 0.5)) - rng.binomial(5, chances(rng, n, 0.7, 0.5))) / 5
    ),
}


def tests(runs: int) -> Iterator[tuple[str, float]]:
    """The share of p values of equal judges below .05; of right and wrong answers also by mid-p, and over groups of four."""
    for n in SIZES:
        for name, gaps in NULLS.items():
            yield f"tests n={n} {name}", _rejected(runs, gaps, n)
            if name.startswith("right or wrong"):
                yield f"tests n={n} {name}, mid-p", _rejected(runs, gaps, n, mid_p=True)
        for icc in (0.3, 1.0):
            yield f"tests n={n} in groups of 4, icc={icc}", _rejected(runs, partial(_in_fours, icc), n, n // 4)


def _in_fours(icc: float, rng: Random, n: int) -> Array:
    return grouped(rng, n // 4, (4,), 0.7, icc)[0] - grouped(rng, n // 4, (4,), 0.7, icc)[0]


def _rejected(runs: int, gaps: Callable[[Random, int], Array], n: int, fours: int = 0, mid_p: bool = False) -> float:
    rng = np.random.default_rng(SEED)
    groups = np.repeat(np.arange(fours), 4) if fours else None
    return float(np.mean([sign_flip(gaps(rng, n), groups, mid_p=mid_p).p < 0.05 for _ in range(runs)]))


PARTS: dict[str, Callable[[], Iterator[Cell]]] = {
    "votes": shares_of_votes,
    "halves": means_of_halves,
    "macro": macros,
    "groups": groups,
    "differences": differences,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--only", default=",".join((*PARTS, "tests")))
    options = parser.parse_args()
    wanted = options.only.split(",")
    for part, cells in PARTS.items():
        if part in wanted:
            runs = ((name, covered(repeated(options.runs, SEED, once), truth)) for name, once, truth in cells())
            _print(part, runs, 0.93, 0.97)
    if "tests" in wanted:
        _print("tests", tests(options.runs), 0.0, 0.055)


def _print(part: str, cells: Iterator[tuple[str, float]], low: float, high: float) -> None:
    shares = []
    for name, found in cells:
        shares.append(found)
        print(f"{name}: {found:.3f}{'' if low <= found <= high else ' *'}", flush=True)
    outside = sum(not low <= found <= high for found in shares)
    print(f"== {part}: {outside} of {len(shares)} cells outside, {min(shares):.3f} to {max(shares):.3f}", flush=True)


if __name__ == "__main__":
    main()

"""A published row: can its numbers be true together, and if not, which known fault explains them?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vlrb_task.audit.dropping import MOST_DROPPED, Dropping, least_dropping
from vlrb_task.audit.numbers import MEAN, NUMBERS, Printed, Row, Sizes, fits, pooled

RowVerdict = Literal["consistent", "explained", "unexplained", "unchecked"]

SIZES: Mapping[str, Sizes] = {"1250": (183, 749, 318), "1247": (181, 749, 317)}
"""Pairs in general, hallucination and reasoning, by revision."""

# Pairs that each faulty mapping files under general instead of hallucination; the same rows in both revisions.
_MOVED: Mapping[str, tuple[int, str]] = {
    "povid_in_general": (448, "the 448 POVID pairs filed under general, as the official script did until May 2025"),
    "rlhf_rlaif_in_general": (301, "the 68 RLHF-V and 233 RLAIF-V pairs filed under general, as by R1-Reward's scorer"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One way in which a row's numbers come to be.

    Attributes:
        fault: its name.
        subset_sizes: pairs in general, hallucination and reasoning under it; None where the fault is none of sizes.
        overall: what the overall accuracy then is, as a fraction of one (the printed one for ``macro_is_no_mean``).
        text: the arithmetic, for people.
        weak: a fault with free numbers, that could explain much: no proof.
        dropped: pairs dropped from each subset, for ``dropped_pairs``.
    """

    fault: str
    subset_sizes: Sizes | None
    overall: float
    text: str
    weak: bool = False
    dropped: Sizes | None = None


@dataclass(frozen=True, slots=True)
class RowAudit:
    """What the audit of a row found.

    Attributes:
        verdict: ``consistent``; ``explained`` by a known fault; ``unexplained``; or ``unchecked``, too few numbers.
        expected_overall: the weighted mean of the subsets at the revision's own sizes, a fraction of one.
        expected_macro: their plain mean, a fraction of one.
        explanations: exact ones first, weak ones last.
        notes: the rest of the arithmetic, in words.
    """

    row: Row
    verdict: RowVerdict
    expected_overall: float | None = None
    expected_macro: float | None = None
    explanations: tuple[Explanation, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The object that ``vlrb audit --json`` prints; accuracies in the unit of the row (percent or fraction)."""
        scale = 100.0 if self.row.percent else 1.0

        def unit(value: float | None) -> float | None:
            return None if value is None else value * scale

        explanations = [
            {
                "fault": e.fault,
                "subset_sizes": None if e.subset_sizes is None else list(e.subset_sizes),
                "overall": unit(e.overall),
                "weak": e.weak,
                "text": e.text,
                **({} if e.dropped is None else {"dropped": list(e.dropped)}),
            }
            for e in self.explanations
        ]
        return {
            "name": self.row.name,
            "verdict": self.verdict,
            "unit": "percent" if self.row.percent else "fraction",
            "expected_overall": unit(self.expected_overall),
            "expected_macro": unit(self.expected_macro),
            "explanations": explanations,
            "notes": list(self.notes),
        }


def audit_row(row: Row, revision: str = "1250") -> RowAudit:
    """Check a row's overall accuracy and macro average against its subset accuracies.

    The overall accuracy must be the mean of the subsets weighted by their sizes, the macro average their plain mean,
    each for some numbers that round to those printed. A fault of sizes explains an overall accuracy that it reproduces
    within rounding. Faults are not combined, but for one of the overall and one of the macro average: with enough free
    faults any row could be explained.

    Args:
        row: the printed numbers.
        revision: ``1250`` or ``1247``: the rows that the publication claims to have used.
    """
    subsets, overall, sizes = row.subsets, row.overall, SIZES[revision]
    if subsets is None or (overall is None and row.macro is None):
        needed = "needs the three subsets, and the overall accuracy or the macro average"
        return RowAudit(row, "unchecked", notes=(needed,))
    overall_fits, macro_fits = fits(overall, subsets, sizes), fits(row.macro, subsets, MEAN)
    explanations: list[Explanation] = []
    notes: list[str] = []
    explained = True
    if overall is not None and overall_fits:
        notes += _whole_counts(row, subsets, sizes)
    elif overall is not None:
        weak, notes = _dropped(row, overall, subsets, sizes)
        explanations = [*_size_faults(row, subsets, revision), *weak]
        explained = bool(explanations)
        if not explained:
            notes += _needed_split(overall, subsets, sizes)
    if row.macro is not None and not macro_fits:
        recognised, fault = _macro_fault(row, row.macro, subsets, sizes)
        explanations.insert(0, fault)
        # A macro average that is wrong in a way nobody knows is a fault by itself, but excuses no second one.
        explained = explained and (recognised or overall_fits)
    fitting: RowVerdict = "consistent" if overall_fits and macro_fits else "explained"
    return RowAudit(
        row,
        fitting if explained else "unexplained",
        float(pooled(subsets, sizes)),
        float(pooled(subsets, MEAN)),
        tuple(explanations),
        tuple(notes),
    )


def _size_faults(row: Row, subsets: tuple[Printed, ...], revision: str) -> Iterator[Explanation]:
    """Another revision, and the two mappings: at the claimed revision's sizes, or else at the other's; then the plain mean."""

    def found(fault: str, sizes: Sizes, why: str) -> Explanation:
        text = f"{arithmetic(row, subsets, sizes)}: {why}"
        return Explanation(fault, None if sizes == MEAN else sizes, float(pooled(subsets, sizes)), text)

    other = "1247" if revision == "1250" else "1250"
    if fits(row.overall, subsets, SIZES[other]):
        why = f"the {other}-row revision; no arithmetic is wrong, but other rows were judged than those of {revision}"
        yield found("another_revision", SIZES[other], why)
    for fault, (moved, why) in _MOVED.items():
        for name in (revision, other):
            g, h, r = SIZES[name]
            sizes = (g + moved, h - moved, r)
            if fits(row.overall, subsets, sizes):
                yield found(fault, sizes, why if name == revision else f"{why}, {name}-row revision")
                break
    if fits(row.overall, subsets, MEAN):
        yield found("overall_is_macro", MEAN, "what is printed as overall is the plain mean of the subsets")


def _dropped(
    row: Row, overall: Printed, subsets: tuple[Printed, ...], sizes: Sizes
) -> tuple[list[Explanation], list[str]]:
    """Dropped pairs as a weak explanation; or what keeps them from being one."""
    found = least_dropping(subsets, overall, sizes)
    if found is not None:
        text = (
            f"{arithmetic(row, subsets, found.kept)}: at least {_pairs(found.total)} dropped, for example "
            f"{_parts(found, sizes)}; {_counts(found)}. Weak: free counts can explain many rows"
        )
        then = float(pooled(subsets, found.kept))
        return [Explanation("dropped_pairs", found.kept, then, text, weak=True, dropped=found.dropped)], []
    beyond = least_dropping(subsets, overall, sizes, most=0.95)
    bound = f"{MOST_DROPPED:.0%} of a subset, the most that is believed here"
    if beyond is None:
        return [], [f"no number of dropped pairs gives {overall.text}"]
    return [], [f"dropped pairs: at least {beyond.total} needed, such as {_parts(beyond, sizes)}: more than {bound}"]


def _needed_split(overall: Printed, subsets: tuple[Printed, ...], sizes: Sizes) -> list[str]:
    """How many pairs general would need to hold, reasoning as it is, for the overall to come out."""
    rest = sizes[0] + sizes[1]
    fitting = [g for g in range(rest + 1) if fits(overall, subsets, (g, rest - g, sizes[2]))]
    if not fitting:
        return [f"no split of the {rest} other pairs between general and hallucination gives {overall.text}"]
    return [
        f"general would have to hold {fitting[0]} to {fitting[-1]} of the {rest} pairs outside reasoning "
        f"(in truth {sizes[0]}; under the known faults {sizes[0] + 448} or {sizes[0] + 301})"
    ]


def _macro_fault(row: Row, macro: Printed, subsets: tuple[Printed, ...], sizes: Sizes) -> tuple[bool, Explanation]:
    """The fault of a macro average that is not the mean, and whether it is known what the number is instead."""
    printed = float(row.overall.value) if row.overall is not None else float(pooled(subsets, sizes))
    if fits(macro, subsets, sizes):
        text = f"{arithmetic(row, subsets, sizes)}: what is printed as macro is the overall accuracy"
        return True, Explanation("macro_is_overall", sizes, float(pooled(subsets, sizes)), text)
    text = f"{arithmetic(row, subsets, MEAN)}, printed {macro.text}: the macro average is not the mean of the three subsets"
    return False, Explanation("macro_is_no_mean", None, printed, text)


def _whole_counts(row: Row, subsets: tuple[Printed, ...], sizes: Sizes) -> list[str]:
    """Whether whole numbers of right answers give every printed number of a row whose overall fits."""
    found = least_dropping(subsets, row.overall, sizes)
    if found is None:
        most = f"{MOST_DROPPED:.0%} of a subset"
        return [f"no whole numbers of right answers fit, however many pairs were dropped (up to {most})"]
    if not found.total:
        return [f"whole numbers of right answers fit: {_counts(found)}"]
    return [
        f"no whole numbers of right answers out of {', '.join(map(str, sizes))} fit: half points, or at least "
        f"{_pairs(found.total)} dropped, for example {_parts(found, sizes)}: {_counts(found)}"
    ]


def arithmetic(row: Row, subsets: tuple[Printed, ...], sizes: Sizes) -> str:
    """Such as ``(183 x 49.1 + 749 x 67.6 + 318 x 70.5) / 1250 = 65.63``."""
    terms = [s.text if sizes == MEAN else f"{n} x {s.text}" for n, s in zip(sizes, subsets, strict=True)]
    scale = 100 if row.percent else 1
    places = max(s.decimals for s in subsets) + 1
    return f"({' + '.join(terms)}) / {sum(sizes)} = {float(pooled(subsets, sizes) * scale):.{places}f}"


def _pairs(count: int) -> str:
    return f"{count} pair{'s' * (count != 1)}"


def _parts(found: Dropping, sizes: Sizes) -> str:
    gone = zip(found.dropped, sizes, NUMBERS, strict=False)
    return ", ".join(f"{d} of {n} {name}" for d, n, name in gone if d)


def _counts(found: Dropping) -> str:
    return ", ".join(f"{right}/{kept}" for right, kept in zip(found.right, found.kept, strict=True)) + " right"

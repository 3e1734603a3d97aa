"""The score of a votes file worked out a second time, vote by vote in plain Python: what the table of votes is held to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from vlrb_task.judges import get_judge
from vlrb_task.parsing.verdicts import Rating, Reason
from vlrb_task.scores.policies import Policy

Line = Mapping[str, Any]


def score(lines: Iterable[Line], policy: Policy) -> dict[str, Any]:
    """The values that ``vlrb score`` prints for labelled votes of one run without conflicts."""
    pairs: dict[str, dict[tuple[int, int | None], Line]] = {}
    for line in lines:
        slots = pairs.setdefault(line["key"], {})
        slot = (line["vote"], line.get("answer"))
        if slot not in slots or _read(slots[slot])[1] is Reason.FAILED_REQUEST:
            slots[slot] = line
    votes = {key: made for key, slots in pairs.items() if (made := _votes(slots))}
    labels = {key: next(iter(pairs[key].values())) for key in votes}
    outcomes = {key: _outcome([_kind(v, labels[key]) for v in made], policy) for key, made in votes.items()}
    every = [vote for made in votes.values() for vote in made]
    cast = [v for v in every if v["first"] is not None and v["choice"] is not None]
    both = {key: made for key, made in votes.items() if {v["first"] for v in made} == {0, 1}}
    found = {
        "pairs": len(votes),
        "votes": len(every),
        "overall": _mean(outcomes.values()),
        "by_subset": {
            name: _mean(value for key, value in outcomes.items() if labels[key]["subset"] == name)
            for name in {line["subset"] for line in labels.values()}
        },
        "parsed_rate": _mean(float(v["reason"] is None) for v in every),
        "coverage": _mean(float(_lead(made, labels[key]) != 0) for key, made in votes.items()),
        "at_k": _at_k(votes, labels, policy),
    }
    if any(v["first"] is not None for v in every):
        found["first_rate"] = _mean(float(v["choice"] == v["first"]) for v in cast)
    if both:
        found["consistency"] = _mean(
            _of_two_orders(made, lambda a, b: a == b and a is not None) for made in both.values()
        )
        found["both_orders_right"] = _mean(
            _of_two_orders([{**v, "choice": _kind(v, labels[key])} for v in made], lambda a, b: a == b == 1)
            for key, made in both.items()
        )
    return found


def _read(line: Line) -> tuple[Any, Reason | None]:
    if line.get("score") is not None:
        return line["score"], None
    reading = get_judge(line["judge"]).parser(line["text"])
    if isinstance(reading, Rating):
        return reading.score, reading.reason
    said = {"first": line["first"], "second": 1 - line["first"]}.get(str(reading.verdict))
    return said, reading.reason


def _votes(slots: Mapping[tuple[int, int | None], Line]) -> list[dict[str, Any]]:
    made = []
    for (number, answer), line in slots.items():
        said, reason = _read(line)
        if answer is None:
            made.append({"number": number, "first": line["first"], "choice": said, "reason": reason})
        elif answer == 0 and (number, 1) in slots:
            other, why = _read(slots[number, 1])
            reason = reason or why
            choice = None if reason or said == other else 0 if said > other else 1
            made.append({"number": number, "first": None, "choice": choice, "reason": reason})
    return made


def _kind(vote: Mapping[str, Any], label: Line) -> int:
    """1 for a right vote, -1 for a wrong one, 0 for neither."""
    return 0 if vote["choice"] is None else 1 if vote["choice"] == label["better"] else -1


def _lead(made: Iterable[Mapping[str, Any]], label: Line) -> int:
    return sum(_kind(vote, label) for vote in made)


def _outcome(kinds: list[int], policy: Policy) -> float | None:
    if policy is Policy.OFFICIAL:
        return None if 0 in kinds or sum(kinds) == 0 else float(sum(kinds) > 0)
    right = kinds.count(1) + (kinds.count(0) / 2 if policy is Policy.HALF else 0)
    return 0.5 if 2 * right == len(kinds) else float(2 * right > len(kinds))


def _of_two_orders(made: Iterable[Mapping[str, Any]], holds: Callable[[Any, Any], bool]) -> float:
    """The share of all couples of votes, one of each order, of which something holds."""
    votes = list(made)
    orders = [[vote["choice"] for vote in votes if vote["first"] == first] for first in (0, 1)]
    couples = list(itertools.product(*orders))
    return sum(holds(a, b) for a, b in couples) / len(couples)


def _at_k(
    votes: Mapping[str, list[dict[str, Any]]], labels: Mapping[str, Line], policy: Policy
) -> dict[str, float] | None:
    sizes = [len(made) for made in votes.values()]
    usual = max(set(sizes), key=lambda size: (sizes.count(size), size))
    orders = {key: _opening(made, labels[key]) for key, made in votes.items()}
    alternate = all(len(other) == usual // 2 for start, other in orders.values() if len(start) + len(other) == usual)
    most = max(range(1, usual + 1, 2))
    found = {}
    for k in range(1, usual + 1, 2):
        total = kept = 0.0
        for start, other in orders.values():
            if alternate and len(start) >= (most + 1) // 2 and len(other) >= most // 2:
                ways = [_alternating(a, b, k) for a, b in ((start, other), (other, start))]
                # Either start with the same chance: as many copies of the draws of each.
                drawn = [
                    _outcome(draw, policy)
                    for one, two in ((ways[0], ways[1]), (ways[1], ways[0]))
                    for draw in one * (len(two) or 1)
                ]
            elif not alternate and len(start) + len(other) >= most:
                drawn = [_outcome(list(d), policy) for d in itertools.combinations(start + other, k)]
            else:
                continue
            total += sum(value for value in drawn if value is not None) / len(drawn)
            kept += sum(value is not None for value in drawn) / len(drawn)
        if kept:
            found[str(k)] = total / kept
    return found if usual > 1 and found else None


def _alternating(first: list[int], second: list[int], k: int) -> list[list[int]]:
    halves = itertools.combinations(first, (k + 1) // 2), itertools.combinations(second, k // 2)
    return [[*a, *b] for a, b in itertools.product(*map(list, halves))]


def _opening(made: list[dict[str, Any]], label: Line) -> tuple[list[int], list[int]]:
    """Kinds of the votes in the order of the pair's first vote, and of the others."""
    ordered = sorted(made, key=lambda vote: vote["number"])
    start = [_kind(v, label) for v in ordered if v["first"] == ordered[0]["first"]]
    return start, [_kind(v, label) for v in ordered if v["first"] != ordered[0]["first"]]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None

"""The probabilities of a judge's two labels: the text in which they stand in a log, and how it is read.

A judge whose label is scored writes nothing itself. What stands in the place of its text is
``{"A":-0.11,"B":-2.4,"rest":0.005}``: the natural logarithm of the probability that its answer begins with either label, and
the probability of everything else. A frameworks' own files carry that like any other text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable

from vlrb_task.parsing import normal
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed

LABELS = ("A", "B")
"""The label of the answer shown first, and of the one shown second."""
LEAST = -9999.0
"""Written for a probability of 0, as servers do."""

_DRESS = " \t\r\n\u00a0▁Ġ*_`\"'()[]{}.:,"
_NUMBER = r"(null|-?[0-9]{1,5}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,3})?)"
_TEXT = re.compile(rf'\s{{0,9}}\{{"A":{_NUMBER},"B":{_NUMBER},"rest":{_NUMBER}(?:,"at_most":"[AB]")?\}}')


def label_of(token: str) -> int | None:
    """Which label a token is: 0, 1, or None. Blanks, quotes, brackets and case make no difference: " A", "A", "a"."""
    bare = token.strip(_DRESS).upper()
    return LABELS.index(bare) if bare in LABELS else None


def written(first: float, second: float, at_most: int | None = None) -> str:
    """The text of two log probabilities; a NaN in either makes it the text of an answer without probabilities.

    Args:
        first: of the first label, all its tokens together; minus infinity for none.
        second: of the second label.
        at_most: the label of which only a bound is known: it was not among the likeliest tokens.
    """
    if math.isnan(first) or math.isnan(second):
        return '{"A":null,"B":null,"rest":null}'
    known = [value for place, value in enumerate((first, second)) if place != at_most]
    rest = min(1.0, max(0.0, 1.0 - math.fsum(map(math.exp, (min(value, 0.0) for value in known)))))
    told: dict[str, float | str] = {"A": max(first, LEAST), "B": max(second, LEAST), "rest": rest}
    return json.dumps(told | ({} if at_most is None else {"at_most": LABELS[at_most]}), separators=(",", ":"))


def summed(tokens: Iterable[tuple[str, float]]) -> str:
    """The text for the likeliest first tokens of an answer, as a server lists them with their log probabilities.

    All tokens that are one label are summed. Where only one label is listed, the other is at most as likely as the least of
    the listed tokens, and that is taken and said; where none is, there is no probability.
    """
    found: list[list[float]] = [[], []]
    least = math.inf
    for token, value in tokens:
        least = min(least, value)
        if (label := label_of(token)) is not None:
            found[label].append(value)
    missing = [label for label in (0, 1) if not found[label]]
    if len(missing) == 2:
        return written(math.nan, math.nan)
    first, second = (_log_sum(values) if values else least for values in found)
    return written(first, second, missing[0] if missing else None)


def _log_sum(values: list[float]) -> float:
    most = max(values)
    if most == -math.inf:
        return most
    return most + math.log(math.fsum(math.exp(value - most) for value in values))


def label_logprobs(text: str) -> Reading:
    """The verdict and ``p`` of such a text; equal probabilities are a tie, and any other text is unparsed."""
    found = _TEXT.match(text)
    if found is None:
        return unparsed(normal.missing(normal.trim(text)[0]) or Reason.NO_VERDICT)
    if "null" in found.groups():
        return unparsed(Reason.NOT_A_NUMBER)
    odds = float(found[1]) - float(found[2])
    small = math.exp(-abs(odds)) / (1 + math.exp(-abs(odds)))
    verdict = Verdict.TIE if odds == 0 else Verdict.FIRST if odds > 0 else Verdict.SECOND
    return Reading(verdict, None, found.span(), 1 - small if odds >= 0 else small)


def remark(texts: Iterable[str]) -> str | None:
    """What must be known of a run's texts: how much of the probability lies on neither label. None without any."""
    rest = [float(found[3]) for text in texts if (found := _TEXT.match(text)) and found[3] != "null"]
    if not rest:
        return None
    mean, least = (100 * (1 - share) for share in (math.fsum(rest) / len(rest), max(rest)))
    return f"the labels A and B hold {mean:.1f} % of the probability on average, {least:.1f} % at least"

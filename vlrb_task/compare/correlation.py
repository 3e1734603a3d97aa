"""Correlation of judges' scores with other benchmarks of the same models."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from vlrb_task.scores.estimates import Record, Z

FEW = 10
"""Fewer models than this, and a correlation says little: its interval is printed with a warning."""
FEWEST = 4
"""Fewer than this, and no interval exists."""


@dataclass(frozen=True, slots=True)
class Coefficient(Record):
    """A correlation in [-1, 1], or another number without a count, with its 95 % interval; None where it is undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Correlation(Record):
    """One number of VL-RewardBench against one of another benchmark, over the models that have both.

    Attributes:
        metric: ``overall`` or ``macro``.
        benchmark: the other number's name.
        n: how many models.
        models: the judges with both, by their whole names: two judges of one model are two.
        pearson, spearman, kendall: the coefficients (Kendall's tau-b).
        warning: where the number of models is too small to lean on.
        left_out: judges that are not among them, each with the reason.
    """

    metric: str
    benchmark: str
    n: int
    models: tuple[str, ...]
    pearson: Coefficient
    spearman: Coefficient
    kendall: Coefficient
    warning: str | None
    left_out: Mapping[str, str] = field(default_factory=dict)


def same_model(name: str) -> str:
    """A model's name without what differs from tool to tool: organisation, case, separators."""
    return _plain(name.replace("__", "/").rsplit("/", 1)[-1])


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def result_of(model: str, theirs: Mapping[str, float]) -> tuple[float | None, str]:
    """A model's result among others' names for models: the number, or None and why there is none.

    The whole name counts, whatever its case and separators. A name without an organisation stands for one with it, if
    only one of them is so called.
    """
    whole = {name: value for name, value in theirs.items() if _plain(name) == _plain(model)}
    if not whole:
        bare = _organisation(model) == ""
        whole = {
            name: value
            for name, value in theirs.items()
            if same_model(name) == same_model(model) and (bare or _organisation(name) == "")
        }
    if not whole:
        return None, "no result of this model"
    if len(whole) > 1:
        return None, f"several models have this name: {', '.join(sorted(whole))}"
    return next(iter(whole.values())), ""


def _organisation(name: str) -> str:
    return name.replace("__", "/").rpartition("/")[0]


def correlate(
    metric: str,
    ours: Mapping[str, float],
    benchmark: str,
    theirs: Mapping[str, float],
    models_of: Mapping[str, str] | None = None,
) -> Correlation:
    """Correlate ours, by judge, and theirs, by model, over the judges whose models have a result (:func:`result_of`).

    ``models_of`` has each judge's model where the judge is not called so. Intervals: Fisher's z for Pearson (as scipy's
    ``pearsonr(...).confidence_interval()``); for Spearman and Kendall z with the variances of Bonett and Wright.

    Source:
        D. G. Bonett and T. A. Wright, Psychometrika 65 (2000) 23-28.
    """
    from scipy.stats import kendalltau, pearsonr, spearmanr

    found = {name: result_of((models_of or {}).get(name, name), theirs) for name in ours}
    known = {name: value for name, (value, _) in found.items() if value is not None}
    left_out = {name: why for name, (value, why) in found.items() if value is None}
    models = tuple(known)
    x, y = np.array([ours[m] for m in models]), np.array(list(known.values()))
    n = len(models)
    if n < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        coefficients = [Coefficient(None)] * 3
        warning: str | None = f"{n} models with both numbers: no correlation"
    else:
        r, rho, tau = (float(f(x, y).statistic) for f in (pearsonr, spearmanr, kendalltau))
        terms = ((r, 1.0, 3), (rho, 1 + rho**2 / 2, 3), (tau, 0.437, 4))
        coefficients = [_with_interval(value, n, numerator, lost) for value, numerator, lost in terms]
        warning = f"only {n} models: rely on the interval, not on the coefficient" if n < FEW else None
    pearson, spearman, kendall = coefficients
    return Correlation(metric, benchmark, n, models, pearson, spearman, kendall, warning, left_out)


def _with_interval(value: float, n: int, numerator: float, lost: int) -> Coefficient:
    """Interval on Fisher's z scale with variance ``numerator / (n - lost)``."""
    if n <= lost or abs(value) >= 1 - 1e-12:  # at -1 and 1 the scale has no end: an interval of no width would be a lie
        return Coefficient(value)
    reach = Z * math.sqrt(numerator / (n - lost))
    z = math.atanh(value)
    return Coefficient(value, math.tanh(z - reach), math.tanh(z + reach))

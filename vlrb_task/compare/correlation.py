"""Correlation of judges' scores with other benchmarks of the same models."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from vlrb_task.scores.estimates import CONFIDENCE

FEW = 10
"""Fewer models than this, and a correlation says little: its interval is printed with a warning."""
FEWEST = 4
"""Fewer than this, and no interval exists."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A correlation in [-1, 1] with its 95 % interval; None where it is undefined."""

    value: float | None
    low: float | None
    high: float | None

    def to_dict(self) -> dict[str, float | None]:
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Correlation:
    """One number of VL-RewardBench against one of another benchmark, over the models that have both.

    Attributes:
        metric: ``overall`` or ``macro``.
        benchmark: the other number's name.
        models: those with both.
        pearson, spearman, kendall: the coefficients (Kendall's tau-b).
        warning: where the number of models is too small to lean on.
    """

    metric: str
    benchmark: str
    models: tuple[str, ...]
    pearson: Coefficient
    spearman: Coefficient
    kendall: Coefficient
    warning: str | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "metric": self.metric,
            "benchmark": self.benchmark,
            "n": len(self.models),
            "models": list(self.models),
            "pearson": self.pearson.to_dict(),
            "spearman": self.spearman.to_dict(),
            "kendall": self.kendall.to_dict(),
            "warning": self.warning,
        }


def same_model(name: str) -> str:
    """A model's name without what differs from tool to tool: organisation, case, separators."""
    return re.sub(r"[^a-z0-9]", "", name.replace("__", "/").rsplit("/", 1)[-1].lower())


def correlate(metric: str, ours: Mapping[str, float], benchmark: str, theirs: Mapping[str, float]) -> Correlation:
    """Correlate over the models that both know, matched by :func:`same_model`.

    Intervals: Fisher's z for Pearson (as scipy's ``pearsonr(...).confidence_interval()``); for Spearman and Kendall z
    with the variances of Bonett and Wright.

    Source:
        D. G. Bonett and T. A. Wright, Psychometrika 65 (2000) 23-28.
    """
    from scipy.stats import kendalltau, pearsonr, spearmanr

    known = {same_model(name): value for name, value in theirs.items()}
    models = tuple(name for name in ours if same_model(name) in known)
    x, y = np.array([ours[m] for m in models]), np.array([known[same_model(m)] for m in models])
    n = len(models)
    if n < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        none = Coefficient(None, None, None)
        return Correlation(metric, benchmark, models, none, none, none, f"{n} models with both numbers: no correlation")
    r, rho, tau = (float(f(x, y).statistic) for f in (pearsonr, spearmanr, kendalltau))
    warning = f"only {n} models: the interval, not the coefficient, is what is known" if n < FEW else None
    return Correlation(
        metric,
        benchmark,
        models,
        _with_interval(r, n, 1.0, 3),
        _with_interval(rho, n, 1 + rho**2 / 2, 3),
        _with_interval(tau, n, 0.437, 4),
        warning,
    )


def _with_interval(value: float, n: int, numerator: float, lost: int) -> Coefficient:
    """Interval on Fisher's z scale with variance ``numerator / (n - lost)``."""
    if n <= lost or abs(value) >= 1 - 1e-12:
        return Coefficient(
            value, None, None
        )  # at -1 and 1 the scale has no end: an interval of no width would be a lie
    reach = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) * math.sqrt(numerator / (n - lost))
    z = math.atanh(value)
    return Coefficient(value, math.tanh(z - reach), math.tanh(z + reach))


def correlations(
    scores: Mapping[str, Mapping[str, float]], benches: Mapping[str, Mapping[str, float]]
) -> Sequence[Correlation]:
    """Every number of ours against every benchmark.

    Args:
        scores: by metric (``overall``, ``macro``), then by model.
        benches: by benchmark, then by model.
    """
    return [
        correlate(metric, ours, name, theirs) for metric, ours in scores.items() for name, theirs in benches.items()
    ]

"""Correlation of judges' scores with other benchmarks of the same models."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
        models: the judges with both, by their whole names: two judges of one model are two.
        pearson, spearman, kendall: the coefficients (Kendall's tau-b).
        warning: where the number of models is too small to lean on.
        left_out: judges that are not among them, each with the reason.
    """

    metric: str
    benchmark: str
    models: tuple[str, ...]
    pearson: Coefficient
    spearman: Coefficient
    kendall: Coefficient
    warning: str | None
    left_out: Mapping[str, str] = field(default_factory=dict)

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
            "left_out": dict(self.left_out),
        }


def same_model(name: str) -> str:
    """A model's name without what differs from tool to tool: organisation, case, separators."""
    return re.sub(r"[^a-z0-9]", "", name.replace("__", "/").rsplit("/", 1)[-1].lower())


def whole_name(name: str) -> str:
    """A model's name with its organisation, without case and separators."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def result_of(model: str, theirs: Mapping[str, float]) -> tuple[float | None, str]:
    """A model's result among others' names for models: the number, or None and why there is none.

    The whole name counts, whatever its case and separators. A name without an organisation stands for one with it, if
    only one of them is so called.
    """
    whole = {name: value for name, value in theirs.items() if whole_name(name) == whole_name(model)}
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
        return None, f"several models are so called: {', '.join(sorted(whole))}"
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
    """Correlate over the judges whose models have a result, matched by :func:`result_of`.

    Args:
        metric: of ours.
        ours: by judge.
        benchmark: the other number's name.
        theirs: by model.
        models_of: each judge's model, where the judge is not called so.

    Intervals: Fisher's z for Pearson (as scipy's ``pearsonr(...).confidence_interval()``); for Spearman and Kendall z
    with the variances of Bonett and Wright.

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
        none = Coefficient(None, None, None)
        why = f"{n} models with both numbers: no correlation"
        return Correlation(metric, benchmark, models, none, none, none, why, left_out)
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
        left_out,
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
    scores: Mapping[str, Mapping[str, float]],
    benches: Mapping[str, Mapping[str, float]],
    models_of: Mapping[str, str] | None = None,
) -> Sequence[Correlation]:
    """Every number of ours against every benchmark.

    Args:
        scores: by metric (``overall``, ``macro``), then by judge.
        benches: by benchmark, then by model.
        models_of: each judge's model, where the judge is not called so.
    """
    return [
        correlate(metric, ours, name, theirs, models_of)
        for metric, ours in scores.items()
        for name, theirs in benches.items()
    ]

"""Exactly what was measured: as JSON with the whole protocol, and as a line for a paper."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from vlrb_task.compare.basis import printable
from vlrb_task.pairs.pair import set_name
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.score import Score
from vlrb_task.support.version import __version__, versions_of
from vlrb_task.votes import Run

PACKAGES = ("lmms-eval", "ms-vlmeval", "vlmeval", "numpy", "scipy", "pyarrow")


def schedule(run: Run) -> dict[str, Any]:
    """Which ballots were asked: as the log says, or else as the votes show (``stated`` tells which).

    ``order`` is ``both orders``, ``one order`` or ``one answer at a time`` where the log does not name one.
    """
    votes = Counter(run.total.tolist()).most_common(1)[0][0]
    stated = run.metadata.get("schedule")
    if isinstance(stated, Mapping) and "order" in stated:
        return {"order": str(stated["order"]), "votes": stated.get("votes"), "votes_a_pair": votes, "stated": True}
    if not run.ordered.any():
        order = "one answer at a time"
    else:
        both = (run.count(run.votes.first == 0) > 0) & (run.count(run.votes.first == 1) > 0)
        order = "both orders" if both.mean() > 0.5 else "one order"
    return {"order": order, "votes": None, "votes_a_pair": votes, "stated": False}


def versions() -> dict[str, str]:
    """Versions of this package and of those of :data:`PACKAGES` that are installed where the scores are worked out."""
    return {"vlrb": __version__, "python": platform.python_version(), **versions_of(PACKAGES)}


def protocol(name: str, score: Score) -> dict[str, Any]:
    """The whole protocol of a run, and its scores."""
    run = score.run
    return {
        "name": name,
        "benchmark": set_name([run.revision]),
        "judge": run.judge,
        "prompt": run.prompt.to_dict(),
        "parser": run.parser,
        "policy": str(score.policy),
        "schedule": schedule(run),
        "sampling": run.metadata.get("generation"),
        "model": run.metadata.get("model"),
        "framework": run.metadata.get("framework"),
        "framework_version": run.metadata.get("framework_version"),
        "revision": run.revision,
        "fingerprint": run.fingerprint,
        "subset_sizes": dict(run.subset_sizes),
        "versions": versions(),
        "scores": score.to_dict(),
    }


def protocol_json(names: Sequence[str], scores: Sequence[Score]) -> str:
    """One JSON object for one run, a list for more. A number that is not finite becomes null."""
    found = [protocol(name, score) for name, score in zip(names, scores, strict=True)]
    strict = json.loads(json.dumps(found[0] if len(found) == 1 else found), parse_constant=lambda _: None)
    return json.dumps(strict, indent=2, allow_nan=False) + "\n"


def statement(names: Sequence[str], scores: Sequence[Score]) -> str:
    """A line for a paper, one for each run."""
    return "".join(f"{printable(_statement(name, score))}\n" for name, score in zip(names, scores, strict=True))


def _statement(name: str, score: Score) -> str:
    run, total = score.run, len(score.run.labels) + score.missing
    which = f"all {total:,} pairs" if not score.missing else f"{len(run.labels):,} of the {total:,} pairs (a part only)"
    known = f"VL-RewardBench (revision {run.revision}, fingerprint {run.fingerprint[:12]})"
    own = f"a set in VL-RewardBench's format (fingerprint {run.fingerprint[:12]})"
    hash_ = f", SHA-256 {run.prompt.sha256[:12]}" if run.prompt.sha256 else ""
    asked = schedule(run)
    least, most = int(run.total.min()), int(run.total.max())
    votes = f"{least} to {most}" if least != most else f"{most}"
    plan = f"{votes} vote{'s' * (most != 1)} a pair, order: {asked['order']}"
    named = {"overall": score.overall, "macro": score.macro, **score.by_subset}
    found = {what: _number(estimate) for what, estimate in named.items()}
    if score.range is not None:
        found["overall"] = "between {:.1f} and {:.1f} %".format(*(100 * bound for bound in score.range))
    numbers = ", ".join(f"{what} {number}" for what, number in found.items())
    return (
        f"{name} as a judge with the prompt {run.prompt.name} ({run.prompt.source}{hash_}) and the parser {run.parser} "
        f"on {which} of {known if run.revision != 'custom' else own}, {plan}, {_sampling(run)}, policy {score.policy}: "
        f"{numbers}; {_percent(score.estimate('parsed_rate'))} of the votes parsed, "
        f"coverage {_percent(score.estimate('coverage'))} (vlrb {__version__})."
        + "".join(f" Note: {warning}." for warning in run.warnings)
    )


def _number(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "not defined"
    interval = f"95 % CI {100 * estimate.low:.1f} to {100 * estimate.high:.1f}"
    return f"{100 * estimate.value:.1f} % ({interval}, n = {estimate.n:,})"


def _percent(estimate: Estimate | None) -> str:
    return "-" if estimate is None or estimate.value is None else f"{100 * estimate.value:.1f} %"


def _sampling(run: Run) -> str:
    """The sampling that the wrapper sent, where it was seen; what the task asked for is not always what is sent."""
    sent, asked = run.metadata.get("sent"), run.metadata.get("generation")
    if isinstance(sent, Mapping) and sent:
        return f"sampling as sent: {', '.join(f'{name} {value}' for name, value in sorted(sent.items()))}"
    if not isinstance(asked, Mapping):
        return "sampling not logged"
    named = [f"{key} {asked[key]}" for key in ("temperature", "top_p", "max_new_tokens") if key in asked]
    return f"{', '.join(named)} asked for (what was sent is not known)" if named else "sampling not logged"

"""Exactly what was measured: as JSON with the whole protocol, as a line for a paper, and as the block of a model card."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from vlrb_task.compare.basis import printable
from vlrb_task.pairs.pair import set_name
from vlrb_task.pairs.rows import SPLIT, hub_id
from vlrb_task.scores.completeness import caveats
from vlrb_task.scores.score import Score
from vlrb_task.support.jsonl import strict_json
from vlrb_task.support.numbers import percent, with_interval
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
    return strict_json(found[0] if len(found) == 1 else found) + "\n"


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
    found = {
        what: with_interval(e, f"{{}} % (95 % CI {{}} to {{}}, n = {e.n:,})", otherwise="not defined")
        for what, e in named.items()
    }
    if score.range is not None:
        found["overall"] = "between {:.1f} and {:.1f} %".format(*(100 * bound for bound in score.range))
    parsed, coverage = (
        "-" if e is None or e.value is None else f"{percent(e)} %"
        for e in (score.estimate("parsed_rate"), score.estimate("coverage"))
    )
    numbers = ", ".join(f"{what} {number}" for what, number in found.items())
    return (
        f"{name} as a judge with the prompt {run.prompt.name} ({run.prompt.source}{hash_}) and the parser {run.parser} "
        f"on {which} of {known if run.revision != 'custom' else own}, {plan}, {_sampling(run)}, policy {score.policy}: "
        f"{numbers}; {parsed} of the votes parsed, coverage {coverage} (vlrb {__version__})."
        + "".join(f" Note: {warning}." for warning in run.warnings)
    )


def _sampling(run: Run) -> str:
    """The sampling that the wrapper sent, where it was seen; what the task asked for is not always what is sent."""
    sent, asked = run.metadata.get("sent"), run.metadata.get("generation")
    if isinstance(sent, Mapping) and sent:
        return f"sampling as sent: {', '.join(f'{name} {value}' for name, value in sorted(sent.items()))}"
    if not isinstance(asked, Mapping):
        return "sampling not logged"
    named = [f"{key} {asked[key]}" for key in ("temperature", "top_p", "max_new_tokens") if key in asked]
    return f"{', '.join(named)} asked for (what was sent is not known)" if named else "sampling not logged"


def model_index(names: Sequence[str], scores: Sequence[Score]) -> str:
    """YAML for the head of a model card; scores as fractions of one, each with its interval, n and protocol."""
    from huggingface_hub import EvalResult
    from huggingface_hub.repocard_data import eval_results_to_model_index
    from huggingface_hub.utils import yaml_dump  # type: ignore[attr-defined]

    index: list[Any] = []
    for name, score in zip(names, scores, strict=True):
        run = score.run
        known, asked = run.revision != "custom", schedule(run)
        about = {
            "judge": run.judge,
            "prompt_sha256": run.prompt.sha256,
            "parser": run.parser,
            "policy": str(score.policy),
            "revision": run.revision,
            "fingerprint": run.fingerprint,
            "pairs": len(run.labels),
            "missing": score.missing,
            "votes_a_pair": asked["votes_a_pair"],
            "order": asked["order"],
            "parsed_rate": _rounded(parsed.value if (parsed := score.estimate("parsed_rate")) else None),
        }
        if told := caveats(run):
            about["warnings"] = told
        numbers = (("overall", score.overall), ("macro", score.macro), *score.by_subset.items())
        results = [
            EvalResult(
                task_type="image-text-to-text",
                task_name="Judging answers about images",
                dataset_type=hub_id() if known else "custom",
                dataset_name=f"VL-RewardBench ({run.revision} pairs)"
                if known
                else "pairs of one's own, VL-RewardBench format",
                dataset_split=SPLIT if known else None,
                dataset_args=about,
                metric_type="accuracy",
                metric_name=f"{what} accuracy" if what != "macro" else "macro average of the subsets' accuracy",
                metric_value=_rounded(estimate.value),
                metric_args={"low": _rounded(estimate.low), "high": _rounded(estimate.high), "n": estimate.n},
            )
            for what, estimate in numbers
            if estimate.value is not None
        ]
        index += eval_results_to_model_index(name, results)
    return yaml_dump({"model-index": index}, sort_keys=False)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)

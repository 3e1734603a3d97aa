"""The ``model-index`` block of a model card, by huggingface_hub's own types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vlrb_task.export.protocol import schedule
from vlrb_task.pairs.rows import SPLIT, hub_id
from vlrb_task.scores.completeness import caveats
from vlrb_task.scores.score import Score


def model_index(names: Sequence[str], scores: Sequence[Score]) -> str:
    """YAML for the head of a model card; scores as fractions of one, each with its interval, n and protocol."""
    from huggingface_hub import EvalResult
    from huggingface_hub.repocard_data import eval_results_to_model_index
    from huggingface_hub.utils import yaml_dump  # type: ignore[attr-defined]

    index: list[Any] = []
    for name, score in zip(names, scores, strict=True):
        run = score.run
        known = run.revision != "custom"
        about = {
            "judge": run.judge,
            "prompt_sha256": run.prompt.sha256,
            "parser": run.parser,
            "policy": str(score.policy),
            "revision": run.revision,
            "fingerprint": run.fingerprint,
            "pairs": len(run.labels),
            "missing": score.missing,
            "votes_a_pair": schedule(run)["votes_a_pair"],
            "order": schedule(run)["order"],
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

"""The dataset class that VLMEvalKit knows: all VLRB tasks are names of it.

Imported half-way through VLMEvalKit's own import: nothing of ``vlmeval.api`` may be imported here. What a dataset needs
later is imported then, so that registering stays cheap.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from vlmeval.dataset.image_base import ImageBaseDataset
from vlmeval.smp import LMUDataRoot, get_logger

from vlmevalkit_adapter import failures
from vlrb_task.support.errors import UnknownName, VlrbError
from vlrb_task.tasks.saved import tasks_of_environment
from vlrb_task.tasks.shipped import TaskSpec, shipped_tasks

logger = get_logger("vlrb")


@cache
def specs() -> Mapping[str, TaskSpec]:
    """The tasks by VLMEvalKit's names for them: those of ``vlrb task`` that ``VLRB_TASKS`` names, and the shipped ones.

    Read once, when the datasets are registered: VLMEvalKit asks for the names at every look-up.

    Raises:
        DataError: ``VLRB_TASKS`` names no folder of tasks.
    """
    return {spec.dataset_name: spec for spec in (*tasks_of_environment(), *shipped_tasks().values())}


class VLRB(ImageBaseDataset):  # type: ignore[misc]
    """VL-RewardBench as ballots: a row asks the judge about one pair in one order, once.

    Attributes:
        data: the rows as VLMEvalKit walks them; it may cut them (``--limit``) or drop them when it is done.
        asking: the ballots, from which the evaluation rebuilds everything but the texts.
    """

    TYPE = "VQA"
    MODALITY = "IMAGE"
    force_use_dataset_prompt = True

    def __init__(self, dataset: str, skip_noimg: bool = True) -> None:
        """Read the pairs, write their pictures and make the rows.

        The base class's own set-up is left out: it evaluates columns as Python code, and keeps pictures in memory.

        Raises:
            VlrbError: rows that cannot be used, or a prompt that is not to be had.
        """
        from vlmevalkit_adapter.asking import ask

        if dataset not in specs():
            raise UnknownName(f"no dataset {dataset!r}: use one of {', '.join(specs())}")
        self.dataset_name = dataset
        self.skip_noimg = skip_noimg
        self.meta_only = True
        root = Path(LMUDataRoot())
        self.img_root = str(root / "images" / "VLRB")
        try:
            self.asking = ask(specs()[dataset], root)
        except VlrbError as error:
            failures.note(dataset, error)
            raise
        self.data = pd.DataFrame(self.asking.rows())
        self._introduce()
        self.post_build(dataset)

    def _introduce(self) -> None:
        from vlrb_task.votes.tables import CELL_LIMIT

        spec, source = self.asking.spec, self.asking.source
        sampling = spec.sampling or self.asking.judge.sampling
        logger.info(
            f"{self.dataset_name}: {len(self.data)} ballots about {len(source.benchmark.pairs)} pairs, "
            f"{self.asking.pairs_label} from {source.benchmark.origin}. The model's own sampling settings are used; "
            f"the published ones are temperature {sampling.temperature}, top_p {sampling.top_p}, "
            f"{sampling.max_new_tokens} tokens"
        )
        for warning in source.warnings:
            logger.warning(f"{self.dataset_name}: {warning}")
        if os.environ.get("PRED_FORMAT", "") in ("", "xlsx"):
            logger.info(f"{self.dataset_name}: Excel cuts texts at {CELL_LIMIT:,} characters; PRED_FORMAT=tsv does not")

    @classmethod
    def supported_datasets(cls) -> list[str]:
        return list(specs())

    def dump_image(self, line: Mapping[str, Any]) -> list[str]:
        """The pictures' files, written when the dataset was made."""
        return [str(picture) for picture in self.asking.pictures(str(line["index"]))]

    def build_prompt(self, line: int | Mapping[str, Any]) -> list[dict[str, str]]:
        row = self.data.iloc[line] if isinstance(line, int) else line
        return self.asking.message(str(row["index"]))

    def evaluate(self, eval_file: str, **judge_kwargs: Any) -> dict[str, Any]:
        """Score a prediction file, with no key, network or judge model; see :mod:`vlmevalkit_adapter.evaluation`.

        Args:
            eval_file: the predictions.
            judge_kwargs: VLMEvalKit's settings for judge models, not used.

        Raises:
            VlrbError: there is no score. VLMEvalKit then notes the error and goes on.
        """
        from vlmevalkit_adapter.evaluation import evaluate

        try:
            evaluation = evaluate(self.asking, Path(eval_file), self.dataset_name)
        except VlrbError as error:
            failures.note(self.dataset_name, error)
            raise
        for warning in evaluation.warnings:
            logger.warning(f"{self.dataset_name}: {warning}")
        for path in evaluation.files:
            logger.info(f"{self.dataset_name}: wrote {path}")
        return evaluation.result

    @classmethod
    def report_judge_err(
        cls,
        prediction_file: str | Path | None,
        *,
        total_samples: int | None,
        judge_model: str | None = None,
        error_message: str | None = None,
    ) -> dict[str, int | None]:
        """No judge model is asked, so none fails; where the evaluation failed as a whole, every row did."""
        if error_message:
            failures.note(Path(prediction_file).stem if prediction_file else "a VLRB dataset", error_message)
        return {"failed": (total_samples or 0) if error_message else 0, "total": total_samples}

    @classmethod
    def report_primary_metric(cls, metrics: Mapping[str, Any] | None) -> dict[str, float]:
        return {"Overall": metrics["Overall"]} if metrics and "Overall" in metrics else {}

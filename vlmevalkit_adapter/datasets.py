"""The dataset class that VLMEvalKit knows: all VLRB tasks are names of it.

Imported half-way through VLMEvalKit's own import: nothing of ``vlmeval.api`` may be imported here. What a dataset needs
later is imported then, so that registering stays cheap.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd
from vlmeval.dataset.image_base import ImageBaseDataset
from vlmeval.dataset.video_base import VideoBaseDataset
from vlmeval.smp import LMUDataRoot, get_logger

from vlmevalkit_adapter import failures
from vlmevalkit_adapter.meeting import predictions_note, watch_models, watch_videos, write_whole_texts
from vlrb_task.support.errors import UnknownName, VlrbError
from vlrb_task.tasks.observed import Tally
from vlrb_task.tasks.saved import tasks_of_environment
from vlrb_task.tasks.shipped import TaskSpec, shipped_tasks
from vlrb_task.votes.vlmevalkit import RECORD_COLUMN

logger = get_logger("vlrb")


@cache
def specs() -> Mapping[str, TaskSpec]:
    """The tasks by VLMEvalKit's names for them: those of ``vlrb task`` that ``VLRB_TASKS`` names, and the shipped ones.

    A task with videos also has a name for each of :data:`FRAMES`. Read once, when the datasets are registered: VLMEvalKit asks
    for the names at every look-up.

    Raises:
        DataError: ``VLRB_TASKS`` names no folder of tasks.
    """
    found = {spec.dataset_name: spec for spec in (*tasks_of_environment(), *shipped_tasks().values())}
    return found | {f"{name}_{end}": spec for name, spec in found.items() if spec.video for end in FRAMES}


FRAMES: Mapping[str, Mapping[str, float]] = {
    **{f"{count}frame": {"nframe": count} for count in (8, 16, 32, 64)},
    "1fps": {"fps": 1.0},
}
"""How many frames of a video are shown, by the end of a dataset's name, as VLMEvalKit's own are named."""


def frames_of(name: str) -> Mapping[str, float] | None:
    """The frames of a dataset of videos; None for any other."""
    before, _, end = name.rpartition("_")
    return FRAMES.get(end) if before in specs() and specs()[before].video else None


class VLRB(ImageBaseDataset):  # type: ignore[misc]
    """VL-RewardBench as ballots: a row asks the judge about one pair in one order, once.

    Attributes:
        asking: the ballots, from which the evaluation rebuilds everything but the texts.
        sent: what the model was seen to send, in this process.
        others_prompt: whether it was asked something else than our prompt, which the user allowed.
        model_id: which model it was; empty before one was met.
    """

    # No type that models have prompts of their own for.
    TYPE = "VLRB"
    is_vlrb = True
    MODALITY = "IMAGE"
    force_use_dataset_prompt = True

    def __init__(self, dataset: str, skip_noimg: bool = True, frames: Mapping[str, float] | None = None) -> None:
        """Read the pairs, write their pictures and make the rows.

        Args:
            dataset: its name.
            skip_noimg: not used.
            frames: how many frames of a video are shown; None refuses videos.

        The base class's own set-up is left out: it evaluates columns as Python code, and keeps pictures in memory.

        Raises:
            VlrbError: rows that cannot be used, or a prompt that is not to be had.
        """
        from vlmevalkit_adapter.asking import ask

        if dataset not in self.supported_datasets():
            raise UnknownName(f"no dataset {dataset!r}: use one of {', '.join(self.supported_datasets())}")
        self.dataset_name = dataset
        self.skip_noimg = skip_noimg
        self.meta_only = True
        root = Path(LMUDataRoot())
        self.img_root = str(root / "images" / "VLRB")
        try:
            self.asking = ask(specs()[dataset], root, frames)
        except VlrbError as error:
            failures.note(dataset, error)
            raise
        self.sent, self.others_prompt, self.model_id = Tally(), False, ""
        self._data: pd.DataFrame | None = pd.DataFrame(self.asking.rows())
        self._told: dict[str, Any] = {}
        write_whole_texts(specs().__contains__)
        watch_models()
        self._introduce()
        self.post_build(dataset)

    @property
    def data(self) -> Any:
        """The rows as VLMEvalKit walks them; it may cut them (``--limit``), or drop them when it is done.

        Before they are written, each row's record is given what was seen of the run, so that it stands in the file.
        """
        if self.model_id and self._data is not None:
            seen = {"model_id": self.model_id, "framework_version": framework_version()} | self.sent.record()
            if self.others_prompt or "sent" in seen:
                seen["prompt_is_ours"] = not self.others_prompt
            if seen != self._told:
                self._told = seen
                records = [json.dumps(json.loads(record) | seen) for record in self._data[RECORD_COLUMN]]
                self._data = self._data.assign(**{RECORD_COLUMN: records})
        return self._data

    @data.setter
    def data(self, value: Any) -> None:
        self._data = value

    @property
    def labels(self) -> bool:
        """Whether the label of an answer is scored, not sampled."""
        return self.asking.judge.labels

    def is_own_text(self, text: str) -> bool:
        """Whether this is what one of the ballots asks."""
        return self.asking.is_own_text(text)

    def _introduce(self) -> None:
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
        if how := predictions_note(self.dataset_name):
            logger.info(f"{self.dataset_name}: {how}")

    @classmethod
    def supported_datasets(cls) -> list[str]:
        return [name for name in specs() if frames_of(name) is None]

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
        from vlmevalkit_adapter.evaluation import evaluate  # late, as the module's docstring says

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
        if error_message is not None:
            stem = Path(prediction_file).stem if prediction_file else ""
            name = max((name for name in specs() if stem.endswith(f"_{name}")), key=len, default="")
            if name:
                failures.note(name, error_message)
            else:
                failures.note_unnamed(error_message)
        return {"failed": (total_samples or 0) if error_message else 0, "total": total_samples}

    @classmethod
    def report_primary_metric(cls, metrics: Mapping[str, Any] | None) -> dict[str, float]:
        return {"Overall": metrics["Overall"]} if metrics and "Overall" in metrics else {}


class VLRBVideo(VLRB, VideoBaseDataset):  # type: ignore[misc]
    """As :class:`VLRB`, of pairs some of which have videos. A model that takes videos is given the file, any other its frames.

    VLMEvalKit itself cuts a video into frames, and passes ``nframe`` and ``fps`` to models that cut it themselves.
    """

    MODALITY = "VIDEO"
    pack = False

    def __init__(self, dataset: str, nframe: int = 0, fps: float = -1) -> None:
        """Read the pairs.

        Args:
            dataset: its name, which says how many frames are shown.
            nframe: of each video, from ``--config``, in place of the name's number.
            fps: frames a second, in the same way.

        Raises:
            VlrbError: as of the base class; or both numbers are given.
        """
        given = {name: value for name, value in (("nframe", nframe), ("fps", fps)) if value and value > 0}
        if len(given) > 1:
            raise VlrbError(f"{dataset}: nframe or fps, not both")
        frames = given or frames_of(dataset) or {}
        self.nframe, self.fps = int(frames.get("nframe", 0)), frames.get("fps", -1)
        self.frame_tmpl, self.frame_tmpl_fps = "frame-{}-of-{}.jpg", "frame-{}-of-{}-{}fps.jpg"
        self.data_root = str(Path(LMUDataRoot(), "videos", "VLRB"))
        self.frame_root = str(Path(LMUDataRoot(), "images", "VLRB"))
        super().__init__(dataset, frames=frames)
        watch_videos(self)

    @classmethod
    def supported_datasets(cls) -> list[str]:
        return [name for name in specs() if frames_of(name) is not None]

    def prepare_dataset(self, dataset: str) -> None:
        """Not asked for: the base class's own set-up is left out."""

    def build_prompt(self, line: int | Mapping[str, Any], video_llm: bool = False) -> list[dict[str, str]]:
        message = super().build_prompt(line)
        if video_llm:
            return message
        return [
            shown
            for part in message
            for shown in (
                [{"type": "image", "value": frame} for frame in self.save_video_frames(Path(part["value"]).stem)]
                if part["type"] == "video"
                else [part]
            )
        ]


@cache
def framework_version() -> str:
    """This VLMEvalKit: the package's version, and of a checkout its commit."""
    import vlmeval
    from vlmeval.smp import githash

    root = Path(vlmeval.__file__).resolve().parents[1]
    if (root / ".git").exists():
        return f"VLMEvalKit {getattr(vlmeval, '__version__', '?')} commit {githash(digits=12)}"
    try:
        return f"ms-vlmeval {version('ms-vlmeval')}"
    except PackageNotFoundError:
        return f"VLMEvalKit {getattr(vlmeval, '__version__', '?')}"

"""Tasks whose pairs may have videos, as VLMEvalKit's datasets of videos; pairs with pictures are asked in the same task."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vlmeval.dataset.video_base import VideoBaseDataset
from vlmeval.smp import LMUDataRoot

from vlmevalkit_adapter.datasets import VLRB, frames_of, specs
from vlmevalkit_adapter.meeting import watch_videos
from vlrb_task.support.errors import VlrbError


class VLRBVideo(VLRB, VideoBaseDataset):  # type: ignore[misc]
    """As :class:`~vlmevalkit_adapter.datasets.VLRB`. A model that takes videos is given the file, any other its frames.

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

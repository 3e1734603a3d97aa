"""Datasets on the Hugging Face hub: their names, and their files in the local cache or, if allowed, from the hub."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vlrb_task.pairs.benchmarks import default, license_of
from vlrb_task.support.errors import DataError

log = logging.getLogger("vlrb")

SPLIT = "test"
"""The split that is read where nothing names another."""


@dataclass(frozen=True, slots=True)
class HubDataset:
    """A dataset on the hub, as ``owner/name`` or ``owner/name@revision``."""

    repo: str
    revision: str | None = None

    @classmethod
    def parse(cls, spec: str) -> HubDataset:
        """The dataset that a hub id names.

        Raises:
            DataError: it is no hub id. What is one can stand in a task's YAML file as it is.
        """
        found = _HUB_ID.fullmatch(spec)
        if found is None:
            raise DataError(f"{spec!r}: no such file, and no hub id such as {default().rows}")
        return cls(found["repo"], found["revision"])

    @staticmethod
    def is_one(spec: str) -> bool:
        """Whether a text has the form of a hub id."""
        return _HUB_ID.fullmatch(spec) is not None


# As huggingface_hub has it, but never without an owner.
_NAME = r"\w(?:[\w.-]{0,94}\w)?"
_HUB_ID = re.compile(
    rf"(?![^@]*(?:--|\.\.|\.git(?:@|$)))(?P<repo>{_NAME}/{_NAME})(?:@(?P<revision>\w[\w./-]*)?)?", re.ASCII
)


def hub_files(dataset: HubDataset, *, network: bool, split: str = SPLIT, config: str | None = None) -> list[Path]:
    """The parquet files of one split of a hub dataset, from the local cache or, if allowed, from the hub.

    Args:
        dataset: which.
        network: whether the hub may be asked.
        split: its name.
        config: its name, which is that of a folder; None is the dataset's only one.

    Raises:
        DataError: not in the cache and not to be had.
    """
    patterns = [f"**/{split}-*.parquet", f"{split}*.parquet", f"{split}/*.parquet"]
    if config is not None:
        names = [f"{split}-*.parquet", f"{split}.parquet", f"{split}/*.parquet"]
        patterns = [f"{config}/{one}" for one in names] + [f"**/{config}/{one}" for one in names]

    def found(folder: Path) -> list[Path]:
        named = sorted(folder.rglob(f"*{split}*.parquet"))
        if config is None:
            return named or sorted(folder.glob(f"{split}/*.parquet"))
        named = named or sorted(folder.rglob(f"{split}/*.parquet"))
        return [file for file in named if config in file.relative_to(folder).parts]

    return _snapshot(dataset, patterns, found, network)


def hub_folder(dataset: HubDataset, patterns: list[str], *, network: bool) -> Path:
    """The folder of a hub dataset's files that fit a pattern, of which the first is one file's path; as :func:`hub_files`."""
    return _snapshot(dataset, patterns, lambda folder: [folder] if (folder / patterns[0]).exists() else [], network)[0]


def _snapshot(
    dataset: HubDataset, patterns: list[str], found: Callable[[Path], list[Path]], network: bool
) -> list[Path]:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    if network and not is_cached(dataset.repo) and (license := license_of(dataset.repo)):
        log.warning("vlrb: %s is downloaded; its license: %s", dataset.repo, license)
    # The hub first: the cache may hold an older revision. Where the hub is not reached, the cache is still good.
    for local_files_only in (False, True) if network else (True,):
        try:
            folder = snapshot_download(
                dataset.repo,
                repo_type="dataset",
                revision=dataset.revision,
                allow_patterns=patterns,
                local_files_only=local_files_only,
            )
        except (LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, OSError):
            continue
        if files := found(Path(folder)):
            return files
    raise DataError(unreachable(dataset))


def is_cached(repo: str) -> bool:
    """Whether files of a dataset are in the hub's local cache, whichever they are."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return (Path(HF_HUB_CACHE) / f"datasets--{repo.replace('/', '--')}" / "snapshots").is_dir()


_INSTEAD = (
    "give a local copy: --pairs FILE (parquet, JSONL or TSV), or of a benchmark that is known by name --pairs NAME=FOLDER "
    "(for shipped tasks: the environment variable VLRB_PAIRS)"
)


def unreachable(dataset: HubDataset, instead: str = _INSTEAD) -> str:
    """The one line that a user reads where a hub dataset is not to be had."""
    return f"{dataset.repo} is not in the local cache, and the hub was not reached; {instead}"

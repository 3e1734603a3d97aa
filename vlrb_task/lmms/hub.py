"""The hub's dataset for lmms-eval's loader, asked for once beforehand.

lmms-eval tries five times to load a dataset and then reports a wrapped retry error. A YAML file of ours names
``vlrb_task.lmms.hub.default`` as its ``dataset_kwargs`` (or ``at_…`` for another dataset or a pinned revision), which
lmms-eval resolves when it loads the task: the place to find out, and to say in one line what can be done.
"""

from __future__ import annotations

import sys
from typing import Any

from vlrb_task.pairs.rows import HubDataset, hub_id, unreachable
from vlrb_task.tasks.shipped import shipped_tasks


def attribute(dataset: HubDataset) -> str:
    """The attribute of this module that a YAML file names; a name cannot hold every character of a hub id."""
    if dataset == HubDataset(hub_id()):
        return "default"
    return "at_" + f"{dataset.repo}@{dataset.revision or ''}".encode().hex()


def __getattr__(name: str) -> dict[str, Any]:
    if name == "default":
        return kwargs(HubDataset(hub_id()))
    if name.startswith("at_"):
        return kwargs(HubDataset.parse(bytes.fromhex(name[3:]).decode()))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def kwargs(dataset: HubDataset) -> dict[str, Any]:
    """``dataset_kwargs`` for lmms-eval's loader.

    Raises:
        SystemExit: the dataset is neither in the cache nor to be reached. An exception would be wrapped by lmms-eval
            into its own error and end with exit code 0.
    """
    from logging import ERROR

    import datasets
    from huggingface_hub.utils import logging

    revision = {"revision": dataset.revision} if dataset.revision else {}
    level = logging.get_verbosity()
    logging.set_verbosity(ERROR)  # its retries are told one by one otherwise
    try:
        datasets.load_dataset_builder(dataset.repo, **revision)
    except (OSError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        raise SystemExit(f"vlrb: {unreachable(dataset, _instead())} [{type(error).__name__}]") from None
    finally:
        logging.set_verbosity(level)
    return revision


def _instead() -> str:
    """How to go on without the hub: the command that writes the task that lmms-eval was asked for."""
    asked = {name for argument in sys.argv for name in argument.rpartition("=")[2].split(",")}
    spec = next((spec for name, spec in shipped_tasks().items() if name in asked), shipped_tasks()["vlrb"])
    return (
        f"use a local copy: `vlrb task {spec.options} --pairs FILE --name my_{spec.name} -o DIR`, "
        f"then `lmms-eval --include_path DIR --tasks my_{spec.name}`"
    )

"""Making the VLRB datasets known to VLMEvalKit."""

from __future__ import annotations

from typing import Any

from vlrb_task.support.errors import VlrbError


def register(dataset_module: Any) -> None:
    """Add the dataset classes to ``vlmeval.dataset``, once.

    Args:
        dataset_module: the module ``vlmeval.dataset``, executed. It may be imported from within ``vlmeval.api``, which
            is then only half there.

    Raises:
        ImportError: the classes could not be made, or ``VLRB_TASKS`` names no folder of tasks.
    """
    try:
        from vlmevalkit_adapter.datasets import VLRB, VLRBVideo, specs
        from vlmevalkit_adapter.meeting import write_whole_texts

        names = list(specs())  # reads the environment: before anything is changed
    except VlrbError as error:
        raise ImportError(str(error)) from error

    if VLRB in dataset_module.DATASET_CLASSES:
        return
    dataset_module.DATASET_CLASSES += [VLRB, VLRBVideo]
    # In place: VLMEvalKit's tools hold the same list. It keeps files of datasets whose names begin alike apart.
    dataset_module.SUPPORTED_DATASETS.extend(names)
    # --config and --data-config name classes of this module.
    for cls in (VLRB, VLRBVideo):
        setattr(dataset_module, cls.__name__, cls)
    # Now, as VLMEvalKit's commands name prediction files before they make a dataset.
    write_whole_texts(specs().__contains__)

"""What lmms-eval loads through the entry point ``lmms_eval.models``: our models, and the way to our tasks."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from vlrb_task.lmms import include_path as ours

if TYPE_CHECKING:
    from lmms_eval.models.registry_v2 import ModelManifest


OLDEST = (0, 7, 3)
"""The oldest lmms-eval that runs anything at all."""


def check_version() -> None:
    """Refuse an lmms-eval that is too old.

    Raises:
        SystemExit: it is.
    """
    found = version("lmms_eval")
    numbers = tuple(int(number) for number in re.findall(r"\d+", found)[:3])
    if numbers < OLDEST:
        raise SystemExit(
            f"vlrb: lmms-eval {found} cannot run these tasks: {'.'.join(map(str, OLDEST))} or newer is needed "
            "(pip install -U lmms-eval)"
        )


def manifests() -> list[ModelManifest]:
    """The models of this package; as a side effect, the tasks become known to lmms-eval.

    lmms-eval has no entry point for tasks, and reads its plugin variable too late. So the one function that lists task
    folders is wrapped to list ours as well. It is no interface of lmms-eval's: should it move, our tasks are still found
    with ``--include_path``, which ``vlrb include-path`` prints.
    """
    if any("vlrb" in argument.lower() for argument in sys.argv):
        check_version()  # only where our tasks are asked for: other people's go on as they did
    from lmms_eval.models.registry_v2 import ModelManifest

    try:
        from lmms_eval.tasks import TaskManager
    except ImportError:
        pass  # the tasks cannot be added now; the models can
    else:
        _add_include_path(TaskManager)
    _follow_models()
    return [
        ModelManifest(model_id="vlrb_baseline", simple_class_path="vlrb_task.lmms.models.Baseline"),
        ModelManifest(model_id="vlrb_reward", simple_class_path="vlrb_task.lmms.models.Reward"),
    ]


def _add_include_path(task_manager: type[Any]) -> None:
    original = getattr(task_manager, "initialize_tasks", None)
    if original is None or getattr(original, "adds_vlrb", False):
        return

    @functools.wraps(original)
    def initialize_tasks(self: Any, include_path: str | Sequence[str] | None = None, *args: Any, **kwargs: Any) -> Any:
        given = [include_path] if isinstance(include_path, str) else list(include_path or [])
        return original(self, [*given, str(ours())], *args, **kwargs)

    initialize_tasks.adds_vlrb = True  # type: ignore[attr-defined]
    task_manager.initialize_tasks = initialize_tasks


def _follow_models() -> None:
    """Have each model that lmms-eval makes followed, see :mod:`vlrb_task.lmms.following`, and journalled if that is asked for.

    Raises:
        SystemExit: this lmms-eval makes its models in another way, and a journal was asked for: whoever did must not go
            without. Otherwise votes only do not say what was sent.
    """
    from lmms_eval.api.model import lmms

    original = vars(lmms).get("create_from_arg_string")
    make = original.__func__ if isinstance(original, classmethod) else None
    if make is None and os.environ.get("VLRB_JOURNAL"):
        raise SystemExit("vlrb: VLRB_JOURNAL is set, but this lmms-eval makes its models in an unknown way")
    if make is None or getattr(make, "adds_vlrb", False):
        return

    @functools.wraps(make)
    def create(cls: type[Any], arg_string: str, *args: Any, **kwargs: Any) -> Any:
        from lmms_eval.utils import simple_parse_args_string

        from vlrb_task.lmms.following import follow
        from vlrb_task.lmms.journal import keep_as_environment_says

        model = make(cls, arg_string, *args, **kwargs)
        keep_as_environment_says(model, follow(model, cls.__name__, simple_parse_args_string(arg_string)))
        return model

    create.adds_vlrb = True  # type: ignore[attr-defined]
    lmms.create_from_arg_string = classmethod(create)

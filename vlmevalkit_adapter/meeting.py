"""Where a VLMEvalKit model and a VLRB dataset meet, before the first request: our prompt is what the model gets to see.

VLMEvalKit hands every model the dataset's ``dump_image`` before it asks anything (not about videos, where it names the dataset
with each request). There the model is told to build no prompt of its own (``--api-mode`` lets it, whatever the dataset says),
and a system message that is not the judge's ends the run. From then on what is sent is observed: a message that is not ours
ends the run as well, before it is sent.

Prediction files of our datasets are TSV where nobody chose a format: VLMEvalKit's default, Excel, cuts and changes texts.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from vlmevalkit_adapter import failures
from vlrb_task.support.errors import VlrbError
from vlrb_task.tasks.label_scores import LabelScores, NoProbabilities
from vlrb_task.tasks.observed import Sent, Tally, model_id, texts_of, watching

ALLOW_VARIABLE = "VLRB_ALLOW_OTHER_PROMPTS"
FORMAT_VARIABLE = "PRED_FORMAT"
_FORMAT_FUNCTION = "get_pred_file_path"

# What VLMEvalKit's models call the weights, or the model that a server has.
_NAMES = ("model_path", "model_pth", "model_name_or_path", "model", "model_name")


class Asked(Protocol):
    """What is needed of a dataset of ours."""

    dataset_name: str
    sent: Tally
    others_prompt: bool
    model_id: str

    @property
    def labels(self) -> bool: ...

    def is_own_text(self, text: str) -> bool: ...


class OtherPrompt(VlrbError):
    """A model would be asked something else than the judge's prompt."""


_of_videos: dict[str, Any] = {}


def watch_models() -> None:
    """Have every loaded model class tell when it meets a dataset of ours."""
    _wrap("set_dump_image", _telling)


def watch_videos(dataset: Any) -> None:
    """Have every loaded model class meet a dataset of videos before its first request.

    VLMEvalKit hands its ``dump_image`` to no model, but names the dataset with every request.
    """
    _of_videos[dataset.dataset_name] = dataset
    _wrap("generate", _naming)


def _wrap(method: str, wrapper: Callable[[Any], Any]) -> None:
    """Replace a method of every loaded model class, once."""
    for module, name in (("vlmeval.api.base", "BaseAPI"), ("vlmeval.vlm.base", "BaseModel")):
        base = getattr(sys.modules.get(module), name, None)
        for cls in _family(base) if base is not None else ():
            original = vars(cls).get(method)
            if original is not None and not getattr(original, "tells_vlrb", False):
                wrapped = wrapper(original)
                wrapped.tells_vlrb = True
                setattr(cls, method, wrapped)


def _family(base: type[Any]) -> set[type[Any]]:
    found: set[type[Any]] = set()
    left = [base]
    while left:
        cls = left.pop()
        # Some models take the function from a class that is no model.
        found.update(parent for parent in cls.__mro__ if parent is not object)
        left += cls.__subclasses__()
    return found


def _telling(original: Any) -> Any:
    @functools.wraps(original)
    def set_dump_image(self: Any, dump_image: Any) -> Any:
        result = original(self, dump_image)
        dataset: Any = getattr(dump_image, "__self__", None)
        if getattr(type(dataset), "is_vlrb", False):
            meet(self, dataset)
        return result

    return set_dump_image


def _naming(original: Any) -> Any:
    @functools.wraps(original)
    def generate(self: Any, *args: Any, **kwargs: Any) -> Any:
        name = kwargs.get("dataset", args[1] if len(args) > 1 else None)
        if isinstance(name, str) and name in _of_videos:
            try:
                meet(self, _of_videos[name])
            except VlrbError as error:
                raise SystemExit(f"vlrb: {error}") from error  # as in _check
        return original(self, *args, **kwargs)

    return generate


def meet(model: Any, dataset: Asked) -> None:
    """Hold a model to a dataset's prompts.

    Raises:
        OtherPrompt: it adds a system message of its own, and ``VLRB_ALLOW_OTHER_PROMPTS`` does not allow it.
        VlrbError: the labels of the answers are scored, and the model has no probabilities.
    """
    model.use_custom_prompt = never
    names = [name for attribute in _NAMES if isinstance(name := getattr(model, attribute, None), str) and name]
    dataset.model_id = model_id(names[:1] or [type(model).__name__], getattr(model, "api_base", None))
    system = getattr(model, "system_prompt", None)
    if isinstance(system, str) and system.strip():
        _refuse(dataset, "the model's own system message would be sent beside the judge's prompt")
    inner = getattr(model, "generate_inner", None)
    if inner is None or getattr(inner, "watched_for", None) == dataset.dataset_name:
        return
    inner = getattr(inner, "unwatched", inner)
    try:
        scorer = LabelScores.of(model, dataset.is_own_text) if dataset.labels else None
    except NoProbabilities as error:
        failure = VlrbError(str(error).removeprefix("vlrb: "))
        failures.note(dataset.dataset_name, failure)
        raise failure from error

    @functools.wraps(inner)
    def generate_inner(*args: Any, **kwargs: Any) -> Any:
        with watching(lambda sent: _check(dataset, sent), threads=False, scorer=scorer):
            answer = inner(*args, **kwargs)
        if scorer is not None:
            scorer.check([answer[1] if isinstance(answer, tuple) else answer])
        return answer

    generate_inner.unwatched = inner  # type: ignore[attr-defined]
    generate_inner.watched_for = dataset.dataset_name  # type: ignore[attr-defined]
    model.generate_inner = generate_inner


def never(*args: Any, **kwargs: Any) -> bool:
    """``use_custom_prompt`` of a model that asks a dataset of ours."""
    return False


def _check(dataset: Asked, sent: Sent) -> None:
    dataset.sent.add(sent)
    if sent.messages is None:
        return
    system, text = texts_of(sent.messages)
    if system is None and dataset.is_own_text(text):
        return
    try:
        _refuse(dataset, "a system message" if system else "a text other than the judge's prompt")
    except OtherPrompt as error:
        # VLMEvalKit catches what models raise and tries again: only this ends the run with nothing sent.
        raise SystemExit(f"vlrb: {error}") from error


def _refuse(dataset: Asked, what: str) -> None:
    dataset.others_prompt = True
    if os.environ.get(ALLOW_VARIABLE) == "1":
        return
    error = OtherPrompt(
        f"{dataset.dataset_name}: {what}: the votes would not be this judge's. "
        f"If that is meant: {ALLOW_VARIABLE}=1, and every vote says so"
    )
    failures.note(dataset.dataset_name, error)
    raise error


def write_whole_texts(is_ours: Callable[[str], bool]) -> None:
    """Have VLMEvalKit name prediction files of our datasets ``.tsv`` unless ``PRED_FORMAT`` says otherwise.

    Its modules hold the function that names them by its own name, so it is replaced in each that is loaded. Where this
    VLMEvalKit has no such function, nothing is changed, and files are as it writes them.

    Args:
        is_ours: tells our datasets by their names.
    """
    original = getattr(sys.modules.get("vlmeval.smp.file"), _FORMAT_FUNCTION, None)
    if original is None:
        return
    ours = original if getattr(original, "writes_tsv", False) else _as_tsv(original, is_ours)
    plain = getattr(ours, "__wrapped__", original)
    for name, module in list(sys.modules.items()):
        if (name == "__main__" or name.partition(".")[0] == "vlmeval") and vars(module).get(_FORMAT_FUNCTION) is plain:
            setattr(module, _FORMAT_FUNCTION, ours)


def _as_tsv(original: Callable[..., str], is_ours: Callable[[str], bool]) -> Callable[..., str]:
    @functools.wraps(original)
    def get_pred_file_path(work_dir: str, model_name: str, dataset_name: str, *args: Any, **kwargs: Any) -> str:
        path = original(work_dir, model_name, dataset_name, *args, **kwargs)
        if not os.environ.get(FORMAT_VARIABLE) and is_ours(dataset_name) and path.endswith(".xlsx"):
            # A run that is continued keeps the format that it has.
            return path if Path(path).exists() else path.removesuffix(".xlsx") + ".tsv"
        return path

    get_pred_file_path.writes_tsv = True  # type: ignore[attr-defined]
    return get_pred_file_path


def predictions_note(dataset_name: str) -> str | None:
    """What to say of the format of prediction files; nothing where texts are kept whole."""
    function = getattr(sys.modules.get("vlmeval.smp.file"), _FORMAT_FUNCTION, None)
    if function is None:
        return None
    path = str(function("", "model", dataset_name))
    return f"Excel cuts texts at 32,767 characters: {FORMAT_VARIABLE}=tsv does not" if path.endswith(".xlsx") else None

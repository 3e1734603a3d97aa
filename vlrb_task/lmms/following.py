"""A model of lmms-eval's, followed: which one it is, what it is asked and what it really sends, for the votes' records.

Every model that lmms-eval makes is followed (see :mod:`vlrb_task.lmms.register`). Nothing of it is changed: the requests pass
through, and what is sent is observed where it leaves the process. A message to which somebody added a system message or
another text ends the run before it is sent, unless ``VLRB_ALLOW_OTHER_PROMPTS=1``; then every vote says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from vlrb_task.judges import get_judge
from vlrb_task.lmms.docs import PAIR
from vlrb_task.parsing.probabilities import remark
from vlrb_task.support.redact import without_secrets
from vlrb_task.tasks.label_scores import LabelScores
from vlrb_task.tasks.observed import Sent, Tally, model_id, texts_of, watching

ALLOW_VARIABLE = "VLRB_ALLOW_OTHER_PROMPTS"
OURS = "vlrb_task."

Record = dict[str, Any]
Generate = Callable[[list[Any]], list[Any]]

# Settings of a model that say how it is asked, not which one it is. Where it is asked is a part of `model_id`.
_NOT_THE_MODEL = {
    *("base_url", "api_key", "num_cpus", "timeout", "max_retries", "retry_backoff_s", "batch_size", "max_batch_size"),
    *("device", "device_map", "adaptive_concurrency", "prefix_aware_queue", "work_dir", "hf_token"),
}
_NAMES = ("peft", "delta", "pretrained", "model", "model_version", "model_name", "model_id", "path", "engine")
_SERVERS = ("base_url", "api_base", "server", "host", "url")
_PROMPTS = ("system_prompt", "reasoning_prompt")


def model_fields(wrapper: str, arguments: Mapping[str, Any]) -> Record:
    """Which model was asked, for its votes.

    Returns:
        ``model``, its name as lmms-eval's folders have it; ``model_id``, which tells checkpoints and servers apart that
        share a name; ``wrapper``; ``model_args``, its settings without secrets.
    """
    name = next((str(arguments[key]) for key in _NAMES if arguments.get(key)), None)
    shown = {
        key: str(value)
        for key, value in sorted(without_secrets(arguments).items())
        if key not in _NOT_THE_MODEL and key not in _NAMES and value is not None
    }
    sanitised = re.sub(r'["<>:/|\\?*\[\]]+', "__", "/".join(name.split("/")[-2:])) if name else wrapper
    return {"model": sanitised, "model_id": identity(wrapper, arguments), "wrapper": wrapper, "model_args": shown}


def identity(wrapper: str, arguments: Mapping[str, Any]) -> str:
    """``model_id`` of a model: see :func:`vlrb_task.tasks.observed.model_id`."""
    names = [str(arguments[key]) for key in _NAMES if arguments.get(key)] or [wrapper]
    return model_id(names, next((arguments[key] for key in _SERVERS if arguments.get(key)), None))


@cache
def framework_version() -> Record:
    """``framework_version``, which lmms-eval's own results give for a checkout only; nothing where it is not known."""
    try:
        return {"framework_version": f"lmms-eval {version('lmms-eval')}"}
    except PackageNotFoundError:
        return {}


class Following:
    """What is known of the model that this process asks.

    Attributes:
        fields: :func:`model_fields` and :func:`framework_version`.
        chat: whether it takes whole conversations.
    """

    def __init__(self, model: Any, wrapper: str, arguments: Mapping[str, Any]) -> None:
        self._model = model
        self.fields = model_fields(wrapper, arguments) | framework_version()
        self.chat = not getattr(model, "is_simple", True)
        self.prompt_arguments = [name for name in _PROMPTS if arguments.get(name)]
        self._names: dict[str, set[str]] = {}  # of the tasks that ask a text
        self._known: dict[str, tuple[str, str]] = {}  # judge and name of each task of ours
        self._tallies: dict[str, Tally] = {}
        self._unseen = Tally()
        self._only_ours = True
        self._others_prompt = False

    def generate(self, ask: Generate, requests: Sequence[Any], tasks: Mapping[str, Any]) -> list[Any]:
        """Have requests answered, observed.

        Raises:
            SystemExit: something else than the judges' prompts would be sent.
        """
        ours = [request for request in requests if self._note(request, tasks)]
        if not ours:
            return ask(list(requests))
        self._only_ours = len(ours) == len(requests)
        for name in self.prompt_arguments:
            self._refuse(f"the model's {name} would be sent beside the judge's prompt")
        scored = [place for place, request in enumerate(requests) if self._is_scored(request)]
        if scored:
            return self._scored(ask, requests, scored)
        with watching(self._sent, threads=True):
            return ask(list(requests))

    def _is_scored(self, request: Any) -> bool:
        """Whether the label of a request's answer is scored; a model of this package writes that by itself."""
        known = self._known.get(request.args[-2])
        return known is not None and get_judge(known[0]).labels and not type(self._model).__module__.startswith(OURS)

    def _scored(self, ask: Generate, requests: Sequence[Any], scored: Sequence[int]) -> list[Any]:
        """Answers, those of some requests with the probabilities of the labels as their text.

        Raises:
            SystemExit: the model has no probabilities.
        """
        from lmms_eval.api.instance import unwrap_generation_output
        from loguru import logger

        answers: list[Any] = [None] * len(requests)

        def ask_for(places: Sequence[int], scorer: LabelScores | None) -> None:
            with watching(self._sent, threads=True, scorer=scorer):
                for place, answer in zip(places, ask([requests[place] for place in places]), strict=True):
                    answers[place] = answer

        prompts = {_digest(str(requests[place].args[0])) for place in scored}
        scorer = LabelScores.of(self._model, lambda text: _digest(text) in prompts)
        # A client of async_openai does not outlive one such call: through a server all are asked together.
        ask_for(range(len(requests)) if scorer.told_apart else scored, scorer)
        texts = [unwrap_generation_output(answers[place])[0] for place in scored]
        scorer.check(texts)
        if told := remark(map(str, texts)):
            logger.info(f"vlrb: {told}")
        if others := [] if scorer.told_apart else sorted(set(range(len(requests))) - set(scored)):
            ask_for(others, None)
        return answers

    def record(self, judge: str, schedule: Mapping[str, Any]) -> Record:
        """Fields for the votes of a task: its model and what was seen to be sent."""
        tally = self._tallies.get(_task(judge, schedule), Tally())
        seen = tally.record() or (self._unseen.record() if len(self._tallies) <= 1 else {})
        ours = {"prompt_is_ours": not self._others_prompt} if tally.requests or self._others_prompt else {}
        return self.fields | seen | ours

    def _note(self, request: Any, tasks: Mapping[str, Any]) -> bool:
        """Remember what a request of ours asks; False for another task's."""
        text, *_, doc_id, task, split = request.args
        rows = tasks[task][split]
        if PAIR not in getattr(rows, "column_names", ()):
            return False
        if task not in self._known:
            pair = rows.select_columns([PAIR])[doc_id][PAIR]
            self._known[task] = (pair["judge"], _task(pair["judge"], pair["schedule"]))
        judge, name = self._known[task]
        self._tallies.setdefault(name, Tally())
        system = get_judge(judge).system
        for whole in {str(text), str(text).removeprefix(f"{system}\n\n") if system else str(text)}:
            self._names.setdefault(_digest(whole), set()).add(name)
        return True

    def _sent(self, sent: Sent) -> None:
        if sent.messages is None:
            self._unseen.add(sent)
            return
        system, text = texts_of(sent.messages)
        names = self._names.get(_digest(text))
        if names is None:
            if self._only_ours:
                self._refuse("a text other than the judge's prompt would be sent")
            return
        if system is not None and system not in {get_judge(judge).system for judge, _ in self._known.values()}:
            self._refuse("a system message that is not the judge's would be sent")
        for name in names:
            self._tallies[name].add(sent)

    def _refuse(self, what: str) -> None:
        self._others_prompt = True
        if os.environ.get(ALLOW_VARIABLE) != "1":
            raise SystemExit(
                f"vlrb: {what}: the votes would not be this judge's. "
                f"If that is meant: {ALLOW_VARIABLE}=1, and every vote says so"
            )


def _task(judge: str, schedule: Mapping[str, Any]) -> str:
    return json.dumps([judge, {name: value for name, value in sorted(schedule.items()) if value is not None}])


_MARKS = re.compile("(?:<image_[0-9]+>)+")


def _digest(text: str) -> str:
    """Of a text; where pictures stand within it, of its pieces, as they are sent between the pictures."""
    return hashlib.sha256(_MARKS.sub("\n", text).strip().encode("utf-8", "surrogatepass")).hexdigest()


_followed: list[Following] = []


def followed() -> Following | None:
    """The model that this process asks; None where lmms-eval made it in an unknown way."""
    return _followed[-1] if _followed else None


def follow(model: Any, wrapper: str, arguments: Mapping[str, Any]) -> Following:
    """Follow a model of lmms-eval from now on, by its class's name and the arguments that it was made with."""
    following = Following(model, wrapper, arguments)
    ask: Generate = model.generate_until
    model.generate_until = lambda requests: following.generate(ask, requests, model.task_dict)
    _followed[:] = [following]
    return following

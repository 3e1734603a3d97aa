"""The models of lmms-eval that this package has, ``vlrb_baseline`` and ``vlrb_reward``."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

from accelerate import Accelerator
from lmms_eval.api.instance import Instance
from lmms_eval.api.model import lmms
from loguru import logger
from rich.console import Console
from rich.progress import track

from vlrb_task.judges import get_judge, neutralise
from vlrb_task.lmms.docs import PAIR, vote_of
from vlrb_task.lmms.reward_backends import Conversation, LocalReward, Refused, ServedReward, remarks
from vlrb_task.lmms.rows import doc_to_visual
from vlrb_task.pairs.pictures import PLACED
from vlrb_task.parsing.verdicts import Verdict

FAILED = "[LMMS_EVAL_REQUEST_FAILED]"
"""The text of an answer that never came: counted apart from what cannot be read."""

POLICIES = ("first", "second", "longer", "shorter", "random", "oracle")


class _Model(lmms):  # type: ignore[misc]
    """What the models have in common: where they run, and that they give one thing in one way."""

    gives: ClassVar[str]
    error: ClassVar[type[BaseException]]

    def __init__(self, batch_size: int | str | None) -> None:
        super().__init__()
        self.batch_size = batch_size
        self.accelerator = Accelerator()
        self.device = self.accelerator.device
        self._rank = self.accelerator.process_index
        self._world_size = self.accelerator.num_processes

    def _doc(self, request: Instance) -> tuple[dict[str, Any], str]:
        """A request's row, and the name of its task."""
        _, _, _, doc_id, task, split = request.args
        return self.task_dict[task][split][doc_id], task

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        raise self.error(f"{self.gives}; it has no likelihoods")

    def generate_until_multi_round(self, requests: list[Instance]) -> list[str]:
        raise self.error(f"{self.gives}, in one round")


class Baseline(_Model):
    """``vlrb_baseline``: answers ballots by a rule that never looks at the picture, in the words of the task's judge.

    Args:
        policy: ``first`` or ``second``: always that position. ``longer`` or ``shorter``: the answer with more or fewer
            words, a tie where both have the same number. ``random``: a fair coin for each ballot, keyed on it and
            ``seed``. ``oracle``: the label.
        seed: for ``random``; the same seed gives the same votes, whatever the batch or the number of processes.

    Raises:
        ValueError: no such policy, an argument that is not known, or a task that is not ours.
    """

    gives = "vlrb_baseline writes verdicts"
    error = ValueError

    def __init__(
        self,
        policy: str = "random",
        seed: int = 0,
        batch_size: int | str | None = 1,
        max_batch_size: int | None = None,
        device: str | None = None,
        **unknown: object,
    ) -> None:
        super().__init__(batch_size)
        if policy not in POLICIES:
            raise ValueError(f"vlrb_baseline: no policy {policy!r}: use one of {', '.join(POLICIES)}")
        if unknown:
            raise ValueError(f"vlrb_baseline: unknown arguments {', '.join(sorted(unknown))}")
        self.policy = policy
        self.seed = seed

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """One final answer a request, in the format that the task's judge asks for."""
        answers = []
        for request in requests:
            doc, task = self._doc(request)
            if PAIR not in doc:
                raise ValueError(f"vlrb_baseline answers vlrb tasks only, not {task!r}")
            answers.append(self._answer(vote_of(doc)))
        return answers

    def _answer(self, vote: dict[str, Any]) -> str:
        """The verdict on two answers; on one, a rating: an end of the judge's scale, and its middle for a tie."""
        judge = get_judge(vote["judge"])
        pairwise = vote["first"] is not None
        if self.policy in ("first", "second"):
            if not pairwise:
                raise ValueError(f"vlrb_baseline: policy {self.policy!r} means nothing to a judge that sees one answer")
            return judge.examples[Verdict(self.policy)]
        shown = vote["first"] if pairwise else vote["answer"]
        low, high = (0.0, 0.0) if pairwise else judge.scale
        if self.policy == "random":
            ballot = f"{self.seed}:{vote['key']}:{vote['vote']}" + ("" if pairwise else f":{shown}")
            coin = random.Random(ballot).random()
            rating, verdict = round(low + coin * (high - low), 1), Verdict.FIRST if coin < 0.5 else Verdict.SECOND
        elif (preferred := self._preferred(vote)) is None:
            rating, verdict = (low + high) / 2, Verdict.TIE
        else:
            rating, verdict = (high, Verdict.FIRST) if preferred == shown else (low, Verdict.SECOND)
        return judge.examples[verdict] if pairwise else judge.rated(rating)

    def _preferred(self, vote: dict[str, Any]) -> int | None:
        if self.policy == "oracle":
            return None if vote["better"] == "tie" else int(vote["better"])
        words = vote["words"]
        if words[0] == words[1]:
            return None
        longer = 0 if words[0] > words[1] else 1
        return longer if self.policy == "longer" else 1 - longer


class Reward(_Model):
    """``vlrb_reward``: a reward model with a scalar head, on this machine or behind a server.

    It gives each answer's score as the text of a pointwise ballot. Question, picture and answer are laid out as a
    conversation in the model's own chat template; the judge's prompt is not asked, as such a model does not read one.

    Args:
        pretrained: a checkpoint of a sequence-classification model with one label, text-only or vision-language, as a folder
            or a hub id; runs here, one conversation at a time.
        base_url: in place of ``pretrained``, a server with vLLM's classification or pooling endpoint.
        model: the served model's name.
        endpoint: ``classify``, ``pooling``, or another path of the server's.
        send: ``messages`` (a chat, with the picture), or plain text for servers of text classifiers: ``input`` (vLLM's field) or
            ``text`` (SGLang's).
        num_concurrent: requests under way at once.
        timeout: seconds for a request.
        api_key: for the server.
        dtype: of the weights.
        revision: of the checkpoint on the hub.
        trust_remote_code: run the code that comes with the checkpoint.

    Raises:
        SystemExit: the checkpoint has no head with one label, or the server gives no scalar. lmms-eval would report an
            exception and exit with code 0.
    """

    gives = "vlrb_reward gives scores"
    error = SystemExit

    def __init__(
        self,
        pretrained: str | None = None,
        base_url: str | None = None,
        model: str = "",
        endpoint: str = "classify",
        send: str = "messages",
        num_concurrent: int = 8,
        timeout: float = 120.0,
        api_key: str = "EMPTY",
        dtype: str = "auto",
        revision: str | None = None,
        trust_remote_code: bool = False,
        batch_size: int | str | None = 1,
        max_batch_size: int | None = None,
        device: str | None = None,
        **unknown: object,
    ) -> None:
        super().__init__(batch_size)
        if unknown:
            raise SystemExit(f"vlrb_reward: unknown arguments {', '.join(sorted(unknown))}")
        if (pretrained is None) == (base_url is None):
            raise SystemExit("vlrb_reward: needs either pretrained=… (a checkpoint) or base_url=… (a server)")
        self.workers = 1 if base_url is None else max(1, int(num_concurrent))
        self.backend: ServedReward | LocalReward
        try:
            if base_url is not None:
                self.backend = ServedReward(base_url, model, endpoint, send, float(timeout), api_key)
            else:
                self.backend = LocalReward(
                    str(pretrained), device or str(self.device), dtype, revision, trust_remote_code
                )
        except Refused as error:
            raise SystemExit(f"vlrb_reward: {error}") from error

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """One number a request, in full precision.

        Raises:
            SystemExit: a task of a judge that reads more than a number.
        """
        try:
            with ThreadPoolExecutor(self.workers) as pool:
                scores = pool.map(self._score, requests)
                shown = {"total": len(requests), "console": Console(stderr=True), "disable": self._rank != 0}
                scored = list(track(scores, "vlrb_reward", **shown))
        except Refused as error:
            raise SystemExit(f"vlrb_reward: {error}") from error
        for line in remarks(scored):
            logger.warning(f"vlrb_reward: {line}")
        return [FAILED if score is None else repr(score) for _, score in scored]

    def _score(self, request: Instance) -> tuple[tuple[str, int], float | None]:
        doc, task = self._doc(request)
        conversation, vote = self._conversation(doc, task), vote_of(doc)
        return (str(vote["key"]), int(vote["vote"])), self.backend.score(conversation)

    def _conversation(self, doc: dict[str, Any], task: str) -> Conversation:
        judge = get_judge(vote_of(doc)["judge"]) if PAIR in doc else None
        if judge is None or judge.mode != "pointwise" or judge.parser_name != "number":
            asked = f"judge {judge.name!r} of task {task!r} is" if judge else f"{task!r} is"
            raise Refused(f"it scores single answers for tasks of judge 'reward' (vlrb_reward); {asked} none")
        if doc.get(PLACED) or doc.get("video") or doc.get("audio"):
            raise Refused(
                f"a reward conversation has one picture, and task {task!r} has videos, sounds, or pictures within texts"
            )
        pictures = [picture for picture in doc_to_visual(doc) if not isinstance(picture, str)]
        if len(pictures) > 1:
            raise Refused(f"a reward conversation has one picture, and a pair of task {task!r} has {len(pictures)}")
        answer = doc["response"][vote_of(doc)["answer"]]
        query = str(doc["query"]).replace("<image>\n", "")
        return Conversation(neutralise(query), neutralise(str(answer)), pictures[0] if pictures else None)

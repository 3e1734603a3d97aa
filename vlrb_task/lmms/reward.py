"""``vlrb_reward``: an lmms-eval model for reward models with a scalar head, on this machine or behind a server.

It gives each answer's score as the text of a pointwise ballot. Question, picture and answer are laid out as a
conversation in the model's own chat template; the judge's prompt is not asked, as such a model does not read one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from accelerate import Accelerator
from lmms_eval.api.instance import Instance
from lmms_eval.api.model import lmms
from loguru import logger
from rich.console import Console
from rich.progress import track

from vlrb_task.judges import get_judge, neutralise
from vlrb_task.lmms.docs import PAIR, vote_of
from vlrb_task.lmms.reward_base import Backend, Conversation, Refused, remarks
from vlrb_task.lmms.rows import doc_to_visual
from vlrb_task.pairs.pictures import PLACED

FAILED = "[LMMS_EVAL_REQUEST_FAILED]"
"""The text of an answer that never came: counted apart from what cannot be read."""


class Reward(lmms):  # type: ignore[misc]
    """Scores answers with a reward model.

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
        super().__init__()
        if unknown:
            raise SystemExit(f"vlrb_reward: unknown arguments {', '.join(sorted(unknown))}")
        if (pretrained is None) == (base_url is None):
            raise SystemExit("vlrb_reward: needs either pretrained=… (a checkpoint) or base_url=… (a server)")
        self.batch_size = batch_size
        self.accelerator = Accelerator()
        self.device = self.accelerator.device
        self._rank = self.accelerator.process_index
        self._world_size = self.accelerator.num_processes
        self.workers = 1 if base_url is None else max(1, int(num_concurrent))
        self.backend: Backend
        try:
            if base_url is not None:
                from vlrb_task.lmms.reward_server import ServedReward

                self.backend = ServedReward(base_url, model, endpoint, send, float(timeout), api_key)
            else:
                from vlrb_task.lmms.reward_local import LocalReward

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
        _, _, _, doc_id, task, split = request.args
        doc = self.task_dict[task][split][doc_id]
        conversation = self._conversation(doc, task)
        vote = vote_of(doc)
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

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        raise SystemExit("vlrb_reward gives scores; it has no likelihoods")

    def generate_until_multi_round(self, requests: list[Instance]) -> list[str]:
        raise SystemExit("vlrb_reward gives one score an answer, in one round")

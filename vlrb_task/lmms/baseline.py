"""``vlrb_baseline``: an lmms-eval model that never looks at the picture, for the rows beside every judge."""

from __future__ import annotations

import random
from typing import Any

from accelerate import Accelerator
from lmms_eval.api.instance import Instance
from lmms_eval.api.model import lmms

from vlrb_task.judges import get_judge
from vlrb_task.lmms.docs import PAIR, vote_of
from vlrb_task.parsing.verdicts import Verdict

POLICIES = ("first", "second", "longer", "shorter", "random", "oracle")


class Baseline(lmms):  # type: ignore[misc]
    """Answers a vrlb task's ballots by a rule, in the words of the task's judge.

    Args:
        policy: ``first`` or ``second``: always that position. ``longer`` or ``shorter``: the answer with more or fewer
            words, a tie where both have the same number. ``random``: a fair coin for each ballot, keyed on it and
            ``seed``. ``oracle``: the label.
        seed: for ``random``; the same seed gives the same votes, whatever the batch or the number of processes.

    Raises:
        ValueError: no such policy, an argument that is not known, or a task that is not ours.
    """

    def __init__(
        self,
        policy: str = "random",
        seed: int = 0,
        batch_size: int | str | None = 1,
        max_batch_size: int | None = None,
        device: str | None = None,
        **unknown: object,
    ) -> None:
        super().__init__()
        if policy not in POLICIES:
            raise ValueError(f"vlrb_baseline: no policy {policy!r}: use one of {', '.join(POLICIES)}")
        if unknown:
            raise ValueError(f"vlrb_baseline: unknown arguments {', '.join(sorted(unknown))}")
        self.policy = policy
        self.seed = seed
        self.batch_size = batch_size
        self.accelerator = Accelerator()
        self.device = self.accelerator.device
        self._rank = self.accelerator.process_index
        self._world_size = self.accelerator.num_processes

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """One final answer a request, in the format that the task's judge asks for."""
        answers = []
        for request in requests:
            _, _, _, doc_id, task, split = request.args
            doc = self.task_dict[task][split][doc_id]
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

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        raise ValueError("vlrb_baseline writes verdicts; it has no likelihoods")

    def generate_until_multi_round(self, requests: list[Instance]) -> list[str]:
        raise ValueError("vlrb_baseline writes verdicts, in one round")

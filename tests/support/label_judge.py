"""A judge behind a server that gives log probabilities: it prefers by known margins, and leans towards the first place."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable, Mapping
from typing import Any

from tests.support.judge_server import Refuse
from vlrb_task.pairs.pair import ANSWERS, Answer, Pair
from vlrb_task.parsing.probabilities import summed

TOKENS = {"A": 0.6, " A": 0.3, "a": 0.1}, {"B": 0.5, " B": 0.25, "b": 0.15, "**B": 0.1}
"""How the probability of either label is spread over tokens."""
OTHER = 0.1
"""Probability of all else."""


def completion(choice: Mapping[str, Any]) -> bytes:
    """The body of a chat completion."""
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    whole = {"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": "A"}, **choice}
    reply = {"id": "x", "object": "chat.completion", "created": 0, "model": "judge", "choices": [whole]}
    return json.dumps(reply | {"usage": usage}).encode()


def listed(tokens: Mapping[str, float | None]) -> dict[str, Any]:
    """The ``logprobs`` of a choice."""
    rows = [{"token": token, "logprob": value, "bytes": None} for token, value in tokens.items()]
    return {"logprobs": {"content": [rows[0] | {"top_logprobs": rows}]}}


class LabelJudge:
    """An answer function for the server.

    Attributes:
        margins: of each pair's key, the logit by which the judge prefers the better response; below 0 it is wrong.
        bias: logit that the first place adds, larger than most margins.
    """

    def __init__(self, pairs: Iterable[Pair], bias: float) -> None:
        self.pairs, self.bias = list(pairs), bias
        self.margins = {
            pair.key: random.Random(pair.key).choice([-1.0, 0.5, 1.0, 1.5, 3.0]) + place / 64
            for place, pair in enumerate(self.pairs)
        }

    def p(self, pair: Pair, first: Answer) -> float:
        """The probability that the answer shown first is the better one."""
        margin = self.margins[pair.key]
        return 1 / (1 + math.exp(-(margin if first == pair.better else -margin) - self.bias))

    def share(self) -> float:
        """Of the pairs that it prefers the better response of."""
        return sum(margin > 0 for margin in self.margins.values()) / len(self.margins)

    def tokens(self, pair: Pair, first: Answer) -> dict[str, float]:
        """The log probabilities of the first token, the likeliest first."""
        p = self.p(pair, first)
        found = {"The": math.log(OTHER)}
        for chance, variants in zip((p, 1 - p), TOKENS, strict=True):
            found |= {token: math.log((1 - OTHER) * chance * part) for token, part in variants.items()}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def check(self, votes: Iterable[Mapping[str, Any]]) -> None:
        """Hold a framework's votes against what was answered: to the last digit, so that both frameworks' are the same."""
        by_key = {pair.key: pair for pair in self.pairs}
        found = {(vote["key"], vote["first"]): vote for vote in votes}
        assert set(found) == {(key, first) for key in by_key for first in ANSWERS}
        for (key, first), vote in found.items():
            assert vote["text"] == summed(self.tokens(by_key[key], first).items())
            assert math.isclose(vote["p"], self.p(by_key[key], first), rel_tol=1e-9)

    def __call__(self, prompt: str) -> bytes:
        return completion(listed(self.tokens(*self._shown(prompt))))

    def _shown(self, prompt: str) -> tuple[Pair, Answer]:
        for pair in self.pairs:
            for first in ANSWERS:
                shown = f"A]\n{pair.responses[first]}\n\n[Response B]\n{pair.responses[1 - first]}\n\nWhich"
                if shown in prompt and pair.query.replace("<image>\n", "") in prompt:
                    return pair, first
        raise Refuse(400)

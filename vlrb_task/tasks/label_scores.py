"""A judge's labels scored by the frameworks' own models: the probabilities are asked for where a request leaves the process.

No wrapper of either framework hands on more than a text, and those of lmms-eval that have ``loglikelihood`` give a mean loss
over tokens that differ by wrapper. So the libraries below the wrappers are asked, where :mod:`vlrb_task.tasks.observed`
sees them: an OpenAI-compatible server for ``top_logprobs``, vLLM's engine for ``logprobs``, ``generate`` of transformers for
the logits of the first token. The answer's text is replaced by what was found
(:mod:`vlrb_task.parsing.probabilities`), and the wrapper takes that through the framework like any other.
"""

from __future__ import annotations

import functools
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from vlrb_task.parsing.probabilities import label_logprobs, label_of, summed, written
from vlrb_task.parsing.verdicts import Reason
from vlrb_task.tasks.observed import texts_of

Finish = Callable[[Any], Any]
Kwargs = dict[str, Any]

LISTED = 20
"""Tokens that are asked for: the most that OpenAI's API and vLLM's default settings allow."""

_SERVED = {"logprobs": True, "top_logprobs": LISTED, "temperature": 0}
_LOCAL = {
    "max_new_tokens": 1,
    "do_sample": False,
    "num_beams": 1,
    **dict.fromkeys(("temperature", "top_p", "top_k")),
    "output_logits": True,
    "return_dict_in_generate": True,
}


class NoProbabilities(SystemExit):
    """Whatever is asked gives no probabilities. Ends the run: frameworks catch ordinary errors and go on."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"vlrb: {what}: this judge's label is scored, not sampled. Ask an OpenAI-compatible server with logprobs "
            "(vLLM, SGLang), or a wrapper that calls transformers' generate; judge 'letter' asks for the letter as a text"
        )


class LabelScores:
    """Has the labels of one judge's requests scored.

    Args:
        wanted: whether a prompt is one of that judge's; requests through a server may be others'.
        tokenizer: of a model that transformers runs; servers and vLLM's engine give tokens as text.
        told_apart: whether requests that are not wanted may come too: those of a server show their prompt.

    Attributes:
        given: answers that were replaced.
    """

    def __init__(self, wanted: Callable[[str], bool], tokenizer: Any = None, *, told_apart: bool = True) -> None:
        self.wanted, self.tokenizer, self.told_apart, self.given = wanted, tokenizer, told_apart, 0

    @classmethod
    def of(cls, model: Any, wanted: Callable[[str], bool]) -> LabelScores:
        """For a framework's model, whatever library it asks.

        Raises:
            NoProbabilities: it asks none of those that are known.
        """
        libraries = {type(getattr(model, name, None)).__module__.partition(".")[0] for name in ("client", "llm")}
        if "vllm" in libraries:
            return cls(wanted, told_apart=False)
        if "openai" in libraries or hasattr(model, "api_base"):
            return cls(wanted)
        tokenizer = _tokenizer(model)
        if tokenizer is None or not any(_generates(getattr(model, name, None)) for name in ("model", "_model")):
            raise NoProbabilities(f"the model {type(model).__name__} gives texts only")
        return cls(wanted, tokenizer, told_apart=False)

    def asking(self, library: str, args: tuple[Any, ...], kwargs: Kwargs) -> tuple[Kwargs, Finish | None]:
        """A call into a library, changed so that it gives probabilities, and what makes the answer's text of its result."""
        if library == "generate":
            if self.tokenizer is None:
                return kwargs, None
            whole = bool(kwargs.get("return_dict_in_generate"))
            return kwargs | _LOCAL, functools.partial(self._of_generate, whole=whole)
        if library == "vllm":
            found = kwargs.get("sampling_params", args[1] if len(args) > 1 else None)
            for one in found if isinstance(found, list) else [found] if found is not None else []:
                one.logprobs, one.max_tokens, one.temperature = LISTED, 1, 0.0
            return kwargs, self._of_vllm
        if library == "openai":
            return (self._body(kwargs), self._of_openai) if self._is_ours(kwargs) else (kwargs, None)
        return self._over_http(kwargs)

    def check(self, texts: Iterable[object]) -> None:
        """See that a run's answers have probabilities.

        Raises:
            NoProbabilities: all are texts: the model did not go through the library that it has.
        """
        reasons = {label_logprobs(str(text)).reason for text in texts} - {Reason.EMPTY, Reason.FAILED_REQUEST}
        if reasons == {Reason.NO_VERDICT} and not (self.given and self.told_apart):
            raise NoProbabilities("the model's answers came in an unknown way")

    def _is_ours(self, body: object) -> bool:
        messages = body.get("messages") if isinstance(body, Mapping) else None
        return isinstance(messages, list) and self.wanted(texts_of(messages)[1])

    def _body(self, body: Mapping[str, Any]) -> Kwargs:
        name = "max_completion_tokens" if "max_completion_tokens" in body else "max_tokens"
        return {key: value for key, value in body.items() if key != "top_p"} | _SERVED | {name: 1}

    def _over_http(self, kwargs: Kwargs) -> tuple[Kwargs, Finish | None]:
        place = "json" if kwargs.get("json") is not None else "data"
        body: Any = kwargs.get(place)
        if place == "data":
            try:
                body = json.loads(body or "")
            except (TypeError, ValueError):
                return kwargs, None
        if not self._is_ours(body):
            return kwargs, None
        asked = self._body(body)
        return kwargs | {place: asked if place == "json" else json.dumps(asked)}, self._of_http

    def _of_http(self, response: Any) -> Any:
        if response.ok:
            try:
                answer = response.json()
                choice = answer["choices"][0]
                choice["message"]["content"] = self._of_choice(choice)
            except (ValueError, LookupError, TypeError, AttributeError):
                return response  # no chat completion: the wrapper says so
            response._content = json.dumps(answer).encode()
        return response

    def _of_openai(self, completion: Any) -> Any:
        for choice in (completion.choices or ())[:1]:
            choice.message.content = self._of_choice(choice.model_dump())
        return completion

    def _of_choice(self, choice: Mapping[str, Any]) -> str:
        """The text for a choice of a chat completion.

        Raises:
            NoProbabilities: the first answer with a text comes without logprobs: the server has none.
        """
        listed = (choice.get("logprobs") or {}).get("content")
        if not listed:
            if not self.given and choice["message"].get("content"):
                raise NoProbabilities("the server gives no logprobs")
            return written(math.nan, math.nan)
        self.given += 1
        first = listed[0]
        tokens = {str(one["token"]): one for one in (first, *(first.get("top_logprobs") or ()))}
        return summed((token, _number(one.get("logprob"))) for token, one in tokens.items())

    def _of_vllm(self, results: Any) -> Any:
        for result in results:
            output = result.outputs[0]
            if output.logprobs:
                self.given += 1
                listed = output.logprobs[0].values()
                output.text = summed((one.decoded_token or "", _number(one.logprob)) for one in listed)
        return results

    @cached_property
    def _ids(self) -> tuple[list[int], list[int]]:
        """The tokens of the model's vocabulary that are either label."""
        found: tuple[list[int], list[int]] = ([], [])
        for token, number in self.tokenizer.get_vocab().items():
            if len(token) <= 8 and (label := label_of(self.tokenizer.decode([number]))) is not None:
                found[label].append(number)
        return found

    def _of_generate(self, result: Any, *, whole: bool) -> Any:
        """The logits of the first token as texts, put in the place of what was generated."""
        import torch

        logprobs = torch.log_softmax(result.logits[0].double(), dim=-1)
        sums = [torch.logsumexp(logprobs[:, ids], dim=-1).tolist() for ids in self._ids]
        texts = [written(*pair) for pair in zip(*sums, strict=True)]
        self.given += len(texts)
        tokens = [self.tokenizer.encode(text, add_special_tokens=False) for text in texts]
        fill = self.tokenizer.pad_token_id
        fill = self.tokenizer.eos_token_id if fill is None else fill
        longest = max(map(len, tokens))
        rows = [[*row, *[fill] * (longest - len(row))] for row in tokens]
        asked = result.sequences[:, : result.sequences.shape[1] - len(result.logits)]
        result.sequences = torch.cat([asked, torch.tensor(rows, dtype=asked.dtype, device=asked.device)], dim=1)
        return result if whole else result.sequences


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan


def _tokenizer(model: Any) -> Any:
    for name in ("tokenizer", "_tokenizer", "processor", "_processor", "_image_processor"):
        found = getattr(model, name, None)
        found = getattr(found, "tokenizer", found)
        if hasattr(found, "get_vocab"):
            return found
    return None


def _generates(module: Any) -> bool:
    """Whether a torch module, or a part of it, is generated from by transformers."""
    mixin = getattr(sys.modules.get("transformers.generation.utils"), "GenerationMixin", None)
    parts = module.modules() if hasattr(module, "modules") else ()
    return mixin is not None and (isinstance(module, mixin) or any(isinstance(part, mixin) for part in parts))

"""A sequence-classification checkpoint as a reward model, through transformers."""

from __future__ import annotations

from typing import Any

from vlrb_task.lmms.reward_base import Conversation, Refused


class LocalReward:
    """A checkpoint with a head of one label.

    Raises:
        Refused: it cannot be loaded as that, has another number of labels, or its head would be random: a generative
            checkpoint, or one whose head has a name of its own.
    """

    def __init__(self, pretrained: str, device: str, dtype: str, revision: str | None, trust_remote_code: bool) -> None:
        from loguru import logger
        from transformers import AutoModelForSequenceClassification, AutoProcessor

        source: dict[str, Any] = {"trust_remote_code": trust_remote_code}
        if revision:
            source["revision"] = revision
        try:
            model, loading = AutoModelForSequenceClassification.from_pretrained(
                pretrained, dtype=dtype, output_loading_info=True, **source
            )
            self.processor: Any = AutoProcessor.from_pretrained(pretrained, **source)
        except (OSError, ValueError, RuntimeError) as error:
            raise Refused(
                f"{pretrained} cannot be loaded as a sequence-classification model: {_line(error)}"
            ) from error
        random = sorted(set(loading["missing_keys"]) & {name for name, _ in model.named_parameters()})
        if random:
            raise Refused(
                f"{pretrained} has no weights for {', '.join(random[:3])}{' …' * (len(random) > 3)}: its reward head would be "
                "random. If the head has another name, use the authors' code and a votes file with scores"
            )
        if model.config.num_labels != 1:
            raise Refused(f"{pretrained} has a head of {model.config.num_labels} labels; a reward is one number")
        self.model = model.to(device).eval()
        self.device = device
        self.sees = hasattr(self.processor, "image_processor")
        if not self.sees:
            logger.warning("vlrb_reward: this checkpoint has no image processor: the pictures are NOT shown to it")

    def score(self, conversation: Conversation) -> float | None:
        """The head's one number; None where this conversation could not be run (too long, or too large for the memory)."""
        import torch
        from loguru import logger

        try:
            with torch.inference_mode():
                logits = self.model(**self._inputs(conversation).to(self.device)).logits
        except (RuntimeError, ValueError, IndexError, TypeError, KeyError) as error:
            logger.error(f"vlrb_reward: one answer has no score: {type(error).__name__}: {_line(error)}")
            return None
        if logits.numel() != 1:
            raise Refused(f"the model gave {logits.numel()} numbers for one answer, not one")
        return float(logits.float().item())

    def _inputs(self, conversation: Conversation) -> Any:
        if not getattr(self.processor, "chat_template", None):
            if self.sees:
                raise Refused(
                    "this vision-language checkpoint has no chat template, so where its picture goes is unknown"
                )
            return self.processor(conversation.query, conversation.answer, return_tensors="pt")
        text = self.processor.apply_chat_template(_messages(conversation, self.sees), tokenize=False)
        # The template has put the special tokens there already.
        if not self.sees:
            return self.processor(text, return_tensors="pt", add_special_tokens=False)
        pictures = [conversation.picture] if conversation.picture is not None else None
        return self.processor(text=[text], images=pictures, return_tensors="pt", add_special_tokens=False)


def _messages(conversation: Conversation, sees: bool) -> list[dict[str, Any]]:
    if not sees:
        return [
            {"role": "user", "content": conversation.query},
            {"role": "assistant", "content": conversation.answer},
        ]
    picture = [{"type": "image"}] if conversation.picture is not None else []
    return [
        {"role": "user", "content": [*picture, {"type": "text", "text": conversation.query}]},
        {"role": "assistant", "content": [{"type": "text", "text": conversation.answer}]},
    ]


def _line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__

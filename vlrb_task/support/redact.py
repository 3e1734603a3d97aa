"""Settings without secrets: what a log, a result or a report of a run may repeat."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# max_new_tokens, pad_token_id and tokenizer are settings like any other.
_SECRET = re.compile("key|token(?!s|_id|izer)|secret|password|credential|authorization", re.IGNORECASE)


def without_secrets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that look like no secret; of those that hold settings themselves, the same."""
    return {
        name: without_secrets(value) if isinstance(value, Mapping) else value
        for name, value in settings.items()
        if not _SECRET.search(name)
    }

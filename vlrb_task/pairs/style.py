"""The style of a response as counts: what a judge may prefer whatever the response says."""

from __future__ import annotations

import re

_PATTERNS = {
    "lists": re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]", re.MULTILINE),
    "bold": re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__"),
    "headings": re.compile(r"^#{1,6}[ \t]", re.MULTILINE),
    "digits": re.compile(r"\d+"),
    "code": re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL),
}

FEATURES = tuple(_PATTERNS)
"""List items, bold passages, headings, numbers (runs of digits), and passages of code, as Markdown writes them."""


def style_of(text: str) -> tuple[int, ...]:
    """How often each of :data:`FEATURES` stands in a text; linear in its length."""
    return tuple(len(pattern.findall(text)) for pattern in _PATTERNS.values())

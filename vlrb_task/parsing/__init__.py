"""Parsers by name. A parser is total, pure, and linear in the length of its text; it never guesses.

To follow a text to its verdict, open ``final`` (the order), ``structures`` (what is read before prose) and ``walk`` (prose).
"""

from __future__ import annotations

from vlrb_task.parsing.explain import Explanation, Finding, explain
from vlrb_task.parsing.final import final
from vlrb_task.parsing.loose import paper, paper_number
from vlrb_task.parsing.registry import PARSERS, RATING_PARSERS, get_parser, get_rating_parser

__all__ = [
    "PARSERS",
    "RATING_PARSERS",
    "Explanation",
    "Finding",
    "explain",
    "final",
    "get_parser",
    "get_rating_parser",
    "paper",
    "paper_number",
]

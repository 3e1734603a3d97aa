"""Parsers by name."""

from __future__ import annotations

from collections.abc import Mapping

from vlrb_task.parsing import loose
from vlrb_task.parsing.final import final
from vlrb_task.parsing.formats import FORMATS
from vlrb_task.parsing.paper import paper
from vlrb_task.parsing.ratings import RATINGS
from vlrb_task.parsing.verdicts import Parser, RatingParser
from vlrb_task.support.errors import UnknownName

PARSERS: Mapping[str, Parser] = {
    "final": final,
    "paper": paper,
    **FORMATS,
    **{
        rule.__name__: rule
        for rule in (
            loose.unified_reward_substring,
            loose.unified_reward_substring_old,
            loose.r1_reward_default_second,
            loose.vlmevalkit_first_of_two,
            loose.lmms_eval,
            loose.rewardbench,
            loose.arm_thinker_last,
            loose.first_letter_default_first,
        )
    },
}
"""Pairwise parsers: a text to a verdict."""

RATING_PARSERS: Mapping[str, RatingParser] = RATINGS
"""Pointwise parsers: a text to a number."""


def get_parser(name: str) -> Parser:
    """The pairwise parser of that name.

    Raises:
        UnknownName: there is none; the message lists those that exist.
    """
    if name not in PARSERS:
        raise UnknownName(f"no parser is called {name!r}; there are {', '.join(sorted(PARSERS))}")
    return PARSERS[name]


def get_rating_parser(name: str) -> RatingParser:
    """The pointwise parser of that name.

    Raises:
        UnknownName: there is none; the message lists those that exist.
    """
    if name not in RATING_PARSERS:
        raise UnknownName(f"no rating parser is called {name!r}; there are {', '.join(sorted(RATING_PARSERS))}")
    return RATING_PARSERS[name]

"""Values that data holds as Python text, such as ``['a', 'b']``. Literals only: nothing is ever evaluated."""

from __future__ import annotations

import ast
import warnings

LONGEST = 16 * 2**20
"""Characters of a literal that are read."""


def literal(text: str) -> object:
    """The value of a literal.

    Raises:
        ValueError: it is none, or longer than :data:`LONGEST`, or nested too deep.
    """
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a backslash that Python would write twice
            value: object = ast.literal_eval(text)
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(str(error) or "nested too deep") from error
    return value

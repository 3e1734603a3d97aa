"""A console on which data stays data."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from vlrb_task.support.visible import visible


class SafeConsole(Console):
    """Every string that is printed, a table's cells too, is made visible first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(visible(text), **options)

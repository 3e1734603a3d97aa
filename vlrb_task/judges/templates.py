"""A judge's prompt text from the judge's file, the framework or the cache, checked against the hash that the judge declares."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from vlrb_task.judges.base import Judge, PromptRecord, Template
from vlrb_task.support.errors import PromptUnavailable

CACHE_VARIABLE = "VLRB_CACHE"


def template_of(judge: Judge, from_framework: Callable[[], Template]) -> Template:
    """The judge's template, checked against its hash.

    Args:
        judge: whose prompt.
        from_framework: gives the paper's prompt as the framework that is running ships it.

    Raises:
        PromptUnavailable: the prompt is not on this machine, or was changed. There is no fallback: the error names the own
            judges with the same answer format, and the user chooses.
    """
    if judge.prompt.template is not None:
        return checked(judge, judge.prompt.template)
    if judge.prompt.source == "framework":
        return checked(judge, from_framework())
    found = cached_template(judge)
    if found is not None:
        return checked(judge, found)
    instead = (
        f". Always available, with the same answer format: {', '.join(judge.alternatives)}"
        if judge.alternatives
        else ""
    )
    raise PromptUnavailable(
        f"the prompt of judge {judge.name!r} belongs to its authors and is not on this machine: "
        f"run vlrb judges fetch {judge.name}{instead}"
    )


def checked(judge: Judge, template: Template) -> Template:
    """The template, if it has the hash that the judge declares.

    Raises:
        PromptUnavailable: it has another one.
    """
    if template.sha256 != judge.prompt.sha256:
        raise PromptUnavailable(
            f"the prompt found for judge {judge.name!r} has SHA-256 {template.sha256[:12]}…, not "
            f"{judge.prompt.sha256[:12]}…: it was changed, so scores would not be comparable"
        )
    return template


def prompt_record(judge: Judge) -> PromptRecord:
    """What logs and results say of the judge's prompt."""
    return PromptRecord(judge.name, judge.prompt.source, judge.prompt.sha256)


def cache_folder() -> Path:
    """``VLRB_CACHE``, or ``vlrb`` in the platform's folder for caches."""
    if given := os.environ.get(CACHE_VARIABLE):
        return Path(given).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "vlrb" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "vlrb"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vlrb"


def cached_file(judge: Judge) -> Path:
    """Where a judge's prompt is kept. A prompt with another hash is another file."""
    return cache_folder() / "prompts" / f"{judge.name}-{judge.prompt.sha256[:16]}.txt"


def cached_template(judge: Judge) -> Template | None:
    """A judge's prompt from the cache, not yet checked; None if it was never fetched.

    Raises:
        PromptUnavailable: the file is there and cannot be read.
    """
    path = cached_file(judge)
    try:
        return Template(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PromptUnavailable(f"{path}: cannot be read ({error}); vlrb judges fetch {judge.name}") from error

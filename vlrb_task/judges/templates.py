"""A judge's prompt text from the judge's file, the framework or the cache, checked against the hash that the judge declares."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from vlrb_task.judges.base import Judge, PromptRecord, Template
from vlrb_task.judges.published import Published, extract, extract_criteria
from vlrb_task.support.errors import DataError, PromptUnavailable

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
    if (found := installed_template(judge)) is not None:
        return found
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
        text = path.read_bytes().decode("utf-8")
        return Template(**json.loads(text)) if _has_criteria(judge) else Template(text)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise PromptUnavailable(f"{path}: cannot be read ({error}); vlrb judges fetch {judge.name}") from error


def cached_text(judge: Judge, template: Template) -> str:
    """A template as the cache holds it: its text, or JSON where it has criteria."""
    if not _has_criteria(judge):
        return template.text
    return json.dumps({"text": template.text, "criteria": dict(template.criteria)})


def _has_criteria(judge: Judge) -> bool:
    return judge.prompt.published is not None and bool(judge.prompt.published.criteria)


def published_template(published: Published, source: str) -> Template:
    """The prompt in a file's text.

    Raises:
        DataError: it is not there.
    """
    return Template(extract(published, source), extract_criteria(published, source))


def installed_template(judge: Judge) -> Template | None:
    """A published prompt from an installed package that has its file; None where none has it with the right hash.

    The package is not imported: its file is parsed.
    """
    published = judge.prompt.published
    spec = find_spec(published.package) if published and published.package else None
    if published is None or spec is None or not spec.submodule_search_locations:
        return None
    try:
        source = (Path(spec.submodule_search_locations[0]).parent / published.file).read_text(encoding="utf-8")
        found = published_template(published, source)
    except (OSError, UnicodeDecodeError, DataError):
        return None
    return found if found.sha256 == judge.prompt.sha256 else None


def at_hand(judge: Judge) -> bool:
    """Whether a published prompt needs no fetching."""
    return cached_file(judge).is_file() or installed_template(judge) is not None

"""A judge's prompt: from the judge's file, the framework or the cache, checked against its hash, and filled with a pair."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from vlrb_task.asking.ballots import Ballot
from vlrb_task.judges.base import Judge, Prompt, PromptRecord, Template
from vlrb_task.judges.published import Published, extract, extract_criteria
from vlrb_task.pairs.pair import Pair
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


# Markers that some model wrapper takes for the place of a picture or for a special token. In the benchmark's own
# rows none occurs but "</s>"; a user's rows may hold any of them.
_MARKERS = [
    "<image>",
    "<video>",
    "<audio>",
    "<img>",
    "</img>",
    "<IMG_CONTEXT>",
    "<|",
    "[IMG]",
    "<start_of_image>",
    "<image_soft_token>",
]


def neutralise(text: str) -> str:
    """A prompt with every media or special-token marker made harmless by a space after its first character."""
    for marker in _MARKERS:
        if marker in text:
            text = text.replace(marker, f"{marker[0]} {marker[1:]}")
    return text


_NO_CAPTION = (
    "which this judge reads in the picture's place "
    "(give the rows a column caption, or write a task with `vlrb task --judge … --captions FILE.json`)"
)
_NO_STEP = "which this judge checks (write a task with `vlrb task --judge … --after LOG`, the log of the first step)"
_NO_CRITERION = (
    "by which this judge can compare their answers (give the rows a column criterion, or map one; a judge whose prompt "
    "describes its criteria knows only those)"
)


def require_captions(template: Template, pairs: Iterable[Pair]) -> None:
    """Check that each pair has a caption, a criterion, and what a first step said, if the template has a place for it.

    Raises:
        DataError: some have none; the text says how to add them.
    """
    needed: dict[str, tuple[Callable[[Pair], object], str]] = {
        "caption": (lambda pair: pair.caption or pair.steps, _NO_CAPTION),
        "criterion": (template.criterion_of, _NO_CRITERION),
        "step": (lambda pair: pair.steps, _NO_STEP),
    }
    needed = {hole: one for hole, one in needed.items() if hole in template.holes}
    known = list(pairs) if needed else []
    for hole, (told, lacks) in needed.items():
        without = [f"id {pair.id!r}" for pair in known if not told(pair)]
        if without:
            raise DataError(f"{len(without)} pairs have no {hole}, {lacks}", without)


def fill_prompt(template: Template, prompt: Prompt, pair: Pair, ballot: Ballot) -> str:
    """The text of one ballot, the same to the byte in every framework.

    Args:
        template: the judge's template, already checked against its hash.
        prompt: the judge's prompt declaration.
        pair: the pair asked about; where the template has a place for a caption or a criterion, one that has it.
        ballot: one of its ballots.
    """
    step = pair.steps[min(ballot.vote, len(pair.steps) - 1)] if pair.steps else ""
    criterion = template.criterion_of(pair) or ""
    values = {"query": pair.query, "caption": pair.caption or step, "criterion": criterion, "step": step}
    if ballot.answer is not None:
        values["answer"] = pair.responses[ballot.answer]
    elif ballot.first is not None:
        values["first"] = pair.responses[ballot.first]
        values["second"] = pair.responses[1 - ballot.first]
    text = template.fill(**values)
    for substring in prompt.drop:
        text = text.replace(substring, "")
    return neutralise(text)

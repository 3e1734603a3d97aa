"""``vlrb judges fetch``: a published prompt from its authors' repository, a clone or a file, checked and kept in the cache.

The only place that asks a network for a prompt. Reading the cache is :mod:`vlrb_task.judges.templates`.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from vlrb_task.judges.base import Judge
from vlrb_task.judges.published import Published
from vlrb_task.judges.templates import CACHE_VARIABLE, cached_file, cached_text, published_template
from vlrb_task.support.errors import DataError, PromptUnavailable, VlrbError
from vlrb_task.support.writing import write_text

RAW = "https://raw.githubusercontent.com"

_TIMEOUT = 30.0
_LARGEST = 5_000_000
_TRIES = 3


def fetch(judge: Judge, *, clone: Path | None = None, file: Path | None = None) -> Path:
    """Get a published judge's prompt, check it, and keep it in the cache; returns the file there.

    Args:
        judge: whose prompt.
        clone: take the file from this clone of the repository, whatever is checked out there.
        file: take this file, which the user has got in some other way.

    Raises:
        DataError: the source cannot be read, or the prompt is not in it.
        PromptUnavailable: the judge has no published prompt, or what was found has another hash.
    """
    published = judge.prompt.published
    if published is None:
        raise PromptUnavailable(
            f"judge {judge.name!r} has no published prompt to fetch: its prompt is {judge.prompt.source}"
        )
    if file is not None:
        where, source = str(file), _read(file)
    elif clone is not None:
        where, source = str(clone), _from_clone(published, clone)
    else:
        where, source = published.url, _download(judge.name, published)
    try:
        template = published_template(published, source)
    except DataError as error:
        raise DataError(f"{where}: no prompt of judge {judge.name!r} in it: {error}") from error
    if template.sha256 != judge.prompt.sha256:
        raise PromptUnavailable(
            f"{where}: the prompt there has SHA-256 {template.sha256[:12]}…, not {judge.prompt.sha256[:12]}…: it is not the "
            f"one of revision {published.revision[:12]}, so it was not kept"
        )
    path = cached_file(judge)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, cached_text(judge, template))
    except (OSError, VlrbError) as error:
        raise DataError(f"{path}: cannot be written ({error}); {CACHE_VARIABLE} names another folder") from error
    return path


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error


def _from_clone(published: Published, clone: Path) -> str:
    name = f"{published.revision}:{published.file}"
    if not clone.is_dir():
        raise DataError(f"{clone}: no such folder")
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments, no shell
            ["git", "-C", str(clone), "show", name],  # noqa: S607 - the user's own git
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise DataError(
            f"reading a clone needs git, which cannot be run here ({error}); give the file with --file"
        ) from error
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
        raise DataError(f"{clone}: no {name} in this clone of {published.repository} (git fetch?): {words[-1]}")
    return done.stdout.decode("utf-8", errors="replace")


def _download(name: str, published: Published) -> str:
    from vlrb_task.support.http import Client, RequestFailed

    url = f"{RAW}/{published.repository}/{published.revision}/{published.file}"
    try:
        client = Client(_TIMEOUT, largest=_LARGEST, redirects=True)
        return client.ask("GET", url, tries=_TRIES).decode("utf-8", errors="replace")
    except RequestFailed as error:
        raise DataError(
            f"{error}. Without a network: clone "
            f"https://github.com/{published.repository} elsewhere and bring it here (vlrb judges fetch {name} --from CLONE), "
            f"or bring {published.file} of revision {published.revision[:12]} alone (--file FILE)"
        ) from error

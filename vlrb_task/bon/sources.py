"""Candidates from whatever a user has: lmms-eval's sample logs, VLMEvalKit's scored files, or JSON lines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vlrb_task.bon.found import Found, Sheet, fraction
from vlrb_task.bon.lmms_samples import read_samples
from vlrb_task.bon.tables import read_scored, scored_files
from vlrb_task.pairs.mapped_rows import answer_rows, is_named, mapping_of
from vlrb_task.pairs.media import picture_of
from vlrb_task.support.errors import DataError
from vlrb_task.support.jsonl import Lines
from vlrb_task.votes.tables import is_table


def read_sheets(paths: Iterable[Path], metric: str | None = None, *, trust_pickle: bool = False) -> list[Sheet]:
    """Read every file, in the order given; a folder's by name.

    Raises:
        DataError: nothing there, or a file that cannot be used.
    """
    sheets = []
    for path in paths:
        if is_named(str(path)) or path.suffix.lower() in (".yaml", ".yml"):
            sheets += read_benchmark(str(path))
        else:
            sheets += [read_sheet(file, metric, trust_pickle=trust_pickle) for file in _files(path)]
    return sheets


def read_benchmark(spec: str) -> list[Sheet]:
    """The questions of a benchmark whose rows have several answers, a sheet a subset; ``right`` is how good the label says.

    Args:
        spec: a packaged benchmark (``NAME`` or ``NAME=FOLDER``), or a mapping's YAML file.

    Raises:
        DataError: it cannot be read, two questions have one id, or its rows have two answers each.
    """
    mapping = mapping_of(spec)
    by_subset: dict[str, dict[str, Found]] = {}
    for row in answer_rows(mapping):
        id, texts, picture = row["id"], tuple(text for text, _ in row["graded"]), row.get("image") or {}
        known = by_subset.setdefault(row["subset"], {})
        if id in known:
            raise DataError(f"{spec}: id {id!r} stands twice in {row['subset']}")
        rights = tuple(grade for _, grade in row["graded"])
        known[id] = Found(id, row["query"], texts, rights, texts, picture.get("bytes"))
    if not by_subset:
        raise DataError(f"{spec}: no questions")
    return [Sheet(spec, "benchmark", name, tuple(found.values()), "label") for name, found in by_subset.items()]


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise DataError(f"{path}: no such file or folder")
    if not path.is_dir():
        return [path]
    found = sorted(path.rglob("*_samples_*.jsonl")) or scored_files(path)
    if not found:
        raise DataError(f"{path}: no samples of lmms-eval and no scored file of VLMEvalKit below this folder")
    tasks = {p.name.partition("_samples_")[2] for p in found if "_samples_" in p.name}
    if len(tasks) > 1:
        listed = ", ".join(sorted(name.removesuffix(".jsonl") for name in tasks))
        raise DataError(f"{path}: samples of several tasks ({listed}): name the files of one")
    return found


def read_sheet(path: Path, metric: str | None = None, *, trust_pickle: bool = False) -> Sheet:
    """Read one file, of whichever kind.

    Raises:
        DataError: it cannot be read, or is of no known kind.
    """
    if is_table(path) or path.suffix.lower() == ".pkl":
        return read_scored(path, metric, trust_pickle=trust_pickle)
    first = next((value for _, value in Lines(path)), None)
    if first is None:
        raise DataError(f"{path}: no JSON lines in it")
    if "candidates" in first:
        return read_jsonl(path)
    if "doc_id" in first:
        return read_samples(path, metric)
    raise DataError(f"{path}: neither samples of lmms-eval, nor a table of VLMEvalKit, nor lines with 'candidates'")


def read_jsonl(path: Path) -> Sheet:
    """Read JSON lines ``{"id", "question", "image", "candidates": […], "right": […], "answers": […]}``.

    ``right`` says of each candidate whether it is right (true, false, or a number in [0, 1]). ``image`` (a path beside the
    file, or base64) and ``answers`` (final answers, for self-consistency) may be left out, and ``id`` is then the line.

    Raises:
        DataError: lines that cannot be used, each named.
    """
    lines = Lines(path)
    questions: list[Found] = []
    problems: list[str] = []
    seen: set[str] = set()
    for number, line in lines:
        id = str(line.get("id", number))
        texts, rights = line.get("candidates"), line.get("right")
        finals = line.get("answers")
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            problems.append(f"line {number}: candidates is no list of texts")
        elif not isinstance(rights, list) or len(rights) != len(texts) or any(fraction(r) is None for r in rights):
            problems.append(f"line {number}: right says not of each candidate whether it is right")
        elif finals is not None and (not isinstance(finals, list) or len(finals) != len(texts)):
            problems.append(f"line {number}: answers has not one entry for each candidate")
        elif not isinstance(line.get("question"), str):
            problems.append(f"line {number}: no question")
        elif id in seen:
            problems.append(f"line {number}: id {id!r} stands twice")
        else:
            seen.add(id)
            try:
                picture = _picture(line.get("image"), path.parent)
            except DataError as error:
                problems.append(f"line {number}: {error}")
                continue
            told = tuple(value for r in rights if (value := fraction(r)) is not None)
            read = tuple(None if f is None else str(f) for f in finals) if finals is not None else None
            questions.append(Found(id, line["question"], tuple(texts), told, read, picture))
    problems += lines.warnings
    if problems:
        raise DataError(f"{path}: {len(problems)} unusable lines", problems)
    if not questions:
        raise DataError(f"{path}: no questions")
    return Sheet(str(path), "JSONL", path.stem, tuple(questions), "right")


def _picture(value: object, folder: Path) -> bytes | None:
    found = picture_of(value, folder)
    return found["bytes"] if found else None

"""Reading a mapping's YAML file, and saying what is wrong with it in one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vlrb_task.pairs.filing import HOWS, ORIGINS, Condition, Rule
from vlrb_task.pairs.mapping import SIDES, Answers, Label, Mapped
from vlrb_task.pairs.values import Column, cells, label_of
from vlrb_task.support.errors import DataError, short
from vlrb_task.support.inputs import read_text, readable

_SINGLE = ("id", "query", "video", "audio", "group", "criterion", "caption")
_SEVERAL = ("images", "tags", "models", "leave_out")
_KEYS = frozenset(
    {
        *(
            *_SINGLE,
            *_SEVERAL,
            "rows",
            "file",
            "local",
            "split",
            "config",
            "answers",
            "better",
            "labels",
            "ranks",
            "ties",
        ),
        *("image_folder", "answer_images", "frames", "subset", "source", "where"),
    }
)
ABOUT = frozenset(
    {
        *("title", "summary", "revision", "license", "paper", "homepage", "media", "size", "groups", "revisions"),
        *("metrics", "differs", "published", "checked", "loads", "needs", "suite"),
    }
)
"""What a file may say of a benchmark beside its columns; see :mod:`vlrb_task.pairs.benchmarks`."""

_ABSENT = ("", "~", "null")
_LARGEST = 1 << 20


def read_mapping(path: Path) -> Mapped:
    """Read a mapping.

    Raises:
        DataError: the file cannot be read, is no mapping, or lacks or misspells something.
    """
    value = read_yaml(path)
    if not isinstance(value, dict):
        raise DataError(f"{path}: a mapping of columns is needed, see docs/pairs.md")
    try:
        return _mapped(path, {name: one for name, one in value.items() if one not in _ABSENT})
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def read_yaml(path: Path) -> Any:
    """A YAML file in which every scalar is the word that stands there: `yes` may be a label, and is no truth value.

    Raises:
        DataError: the file cannot be read, is larger than 1 MiB, or has aliases, which a mapping needs none of.
    """
    import yaml

    # The C loader reads the same words about ten times as fast.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        if readable(path).stat().st_size > _LARGEST:
            raise DataError(f"{path}: larger than a mapping can be")
        text = read_text(path)
        if "*" in text and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=loader)):
            raise DataError(f"{path}: YAML aliases (*name) are not read here")
        return yaml.load(text, Loader=loader)  # noqa: S506 - a base loader makes nothing but texts, lists and dicts
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise DataError(f"{path}: not a YAML file that can be read ({str(error).splitlines()[0]})") from error


def _mapped(path: Path, value: Mapping[str, Any]) -> Mapped:
    if unknown := sorted(set(map(str, value)) - _KEYS - ABOUT):
        raise DataError(
            f"{', '.join(unknown)} means nothing here: use {', '.join(sorted(_KEYS))} "
            f"(or, to describe it, {', '.join(sorted(ABOUT))})"
        )
    needed = ["rows", "query", "answers", *(["better"] if not _is_better_and_worse(value) else []), "subset"]
    if missing := [name for name in needed if not value.get(name)]:
        raise DataError(f"no {', '.join(missing)}")
    single = {name: (Column.parse(_word(value, name)),) if name in value else () for name in _SINGLE}
    return Mapped(
        path=path,
        rows=_word(value, "rows"),
        columns=single | {name: _columns(value, name) for name in _SEVERAL},
        answers=_answers(value),
        subset=_rule(value["subset"], "subset"),
        source=_rule(value["source"], "source") if "source" in value else None,
        folder=path.parent,
        image_folder=path.parent / (_optional(value, "image_folder") or "."),
        file=_optional(value, "file"),
        local=_optional(value, "local"),
        splits=_words(value, "split") or ("test",),
        configs=_words(value, "config"),
        frames=_count(value, "frames"),
        where=_where(value.get("where", {})),
        about={name: one for name, one in value.items() if name in ABOUT},
    )


def _is_better_and_worse(value: Mapping[str, Any]) -> bool:
    answers = value.get("answers")
    return isinstance(answers, dict) and set(answers) == {"better", "worse"}


def _answers(value: Mapping[str, Any]) -> Answers:
    pictures = _columns(value, "answer_images")
    if len(pictures) not in (0, 2):
        raise DataError("answer_images: one column for the pictures of each of two answers")
    if _is_better_and_worse(value):
        if given := next((name for name in ("better", "labels", "ranks", "ties") if name in value), None):
            raise DataError(f"{given}: not with answers: {{better: …, worse: …}}, which is the label")
        better, worse = (Column.parse(_word(value["answers"], name)) for name in ("better", "worse"))
        return Answers((better,), worse=worse, pictures=pictures)
    columns = _columns(value, "answers")
    labels = _labels(value["labels"]) if "labels" in value else {}
    better_word = _word(value, "better")
    side = SIDES.get(better_word) if not labels else None
    if len(columns) > 2 and (side is not None or labels or "ranks" not in value):
        raise DataError(
            "answers: two columns, or one that holds a list; of more than two say `ranks: lowest` or `highest`"
        )
    ranks = _choice(value, "ranks", ("lowest", "highest"))
    ties = _choice(value, "ties", ("keep", "leave out"))
    return Answers(
        columns,
        better=None if side is not None else Column.parse(better_word),
        side=side,
        labels=labels,
        highest=None if ranks is None else ranks == "highest",
        ties=None if ties is None else ties == "keep",
        pictures=pictures,
    )


def _choice(value: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    word = _optional(value, name)
    if word is not None and word not in allowed:
        raise DataError(f"{name}: {short(word)}: say {' or '.join(allowed)}")
    return word


def _count(value: Mapping[str, Any], name: str) -> int | None:
    word = _optional(value, name)
    if word is not None and not re.fullmatch("[1-9][0-9]{0,4}", word):
        raise DataError(f"{name}: {short(word)} is not a number from 1 to 99999")
    return None if word is None else int(word)


def _word(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name, "")
    if not isinstance(found, str) or found.strip() in _ABSENT:
        raise DataError(f"{name}: {short(found)} is not one name")
    return found


def _optional(value: Mapping[str, Any], name: str) -> str | None:
    return _word(value, name) if name in value else None


def _words(value: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of names; one alone needs no brackets."""
    return tuple(_word({name: one}, name) for one in cells(value.get(name)))


def _columns(value: Mapping[str, Any], name: str) -> tuple[Column, ...]:
    return tuple(map(Column.parse, _words(value, name)))


def _labels(value: object) -> Mapping[str, Label]:
    if not isinstance(value, dict):
        raise DataError("labels: which values mean first and which second, as {A: first, B: second}")
    labels: dict[str, Label] = {}
    for label, side in value.items():
        if not isinstance(side, str) or side not in SIDES:
            raise DataError(f"label {label!r}: say `first` or `second`, or `tie`")
        if label_of(label) in labels:
            raise DataError(f"label {label!r} occurs twice")
        labels[label_of(label)] = SIDES[side]
    if not {0, 1} <= set(labels.values()):
        raise DataError("labels: none means first, or none second; where it is always the same, `better: first`")
    return labels


def _where(value: object) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        raise DataError("where: the columns with the values that are wanted, as {split: hard} or {images: not null}")
    found = []
    for name, wanted in value.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        if not values or not all(isinstance(one, str) for one in values):
            raise DataError(f"where: {name}: a value, a list of values, `null` or `not null`")
        found.append(Condition(Column.parse(str(name)), tuple(values)))
    return tuple(found)


_RULE = "a column, {column: …, contains: […]}, or {value: …}; docs/pairs.md has the rest"


def _rule(found: object, name: str) -> Rule:
    value = found if isinstance(found, dict) else {"column": found}
    how = [one for one in HOWS if one in value]
    if set(value) == {"value"}:
        return Rule(value=_word(value, "value"))
    looks = {"column", "from"} & set(value)
    if len(looks) != 1 or len(how) > 1 or set(value) - {"column", "from", "until", "default", *HOWS}:
        raise DataError(f"{name}: {_RULE}")
    origin = _choice(value, "from", ORIGINS)
    if origin == "source" and name == "source":
        raise DataError("source: from: source: that is itself")
    return Rule(
        column=Column.parse(_word(value, "column")) if "column" in value else None,
        origin=origin,
        until=_optional(value, "until") or "",
        how=how[0] if how else None,
        names=_names(value[how[0]], name, how[0]) if how else {},
        default=_named(value["default"], name) if "default" in value else None,
    )


def _names(value: Any, name: str, how: str) -> Mapping[str, str | Rule]:
    """The names of a rule's keys; a key of a plain list is its own name."""
    if isinstance(value, dict):
        names = {str(key): _named(one, name) for key, one in value.items()}
    else:
        names = dict.fromkeys(_words({how: value}, how), "")
    if not names:
        raise DataError(f"{name}: {how}: no word to look for")
    for key in names if how == "pattern" else ():
        try:
            re.compile(key)
        except re.error as error:
            raise DataError(f"{name}: pattern: {short(key)} is not a regular expression ({error})") from error
    return names


def _named(value: Any, name: str) -> str | Rule:
    return _rule(value, name) if isinstance(value, dict) else _word({name: value}, name)

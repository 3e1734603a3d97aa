"""What a judge is: a named prompt, its parser, and the settings that its authors published."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Literal

from vlrb_task.asking.ballots import Mode
from vlrb_task.judges.published import Place as Place
from vlrb_task.judges.published import Published
from vlrb_task.pairs.pair import Pair
from vlrb_task.parsing import get_parser, get_rating_parser
from vlrb_task.parsing.verdicts import Parser, Rating, RatingParser, Reading, Reason, Verdict, unparsed, unrated

Source = Literal["own", "framework", "published"]
ImagePosition = Literal["first", "last", "none"]


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with holes, filled by plain concatenation: braces in a question or an answer are only text.

    The holes are ``{query}``, ``{first}`` and ``{second}`` for a pairwise judge, ``{query}`` and ``{answer}`` for a
    pointwise one, ``{caption}`` for a judge that reads a caption in the image's place, ``{criterion}`` for one that
    compares answers by what each pair names, and ``{step}`` for what a first step said. Nothing else in the text is special.

    Attributes:
        text: with its holes.
        criteria: what stands for a criterion in the text, by ``subset--criterion``; empty where its own name does.
    """

    text: str
    criteria: Mapping[str, str] = field(default_factory=dict)

    HOLES = ("query", "first", "second", "answer", "caption", "criterion", "step")

    def fill(self, **values: str) -> str:
        """Put each value in its hole.

        Raises:
            KeyError: the template has a hole that no value was given for.
        """
        out: list[str] = []
        rest = self.text
        while True:
            found = [(at, hole) for hole in self.HOLES if (at := rest.find("{" + hole + "}")) >= 0]
            if not found:
                return "".join([*out, rest])
            at, hole = min(found)
            out += [rest[:at], values[hole]]
            rest = rest[at + len(hole) + 2 :]

    @property
    def holes(self) -> set[str]:
        """The names of the holes that the text has."""
        return {hole for hole in self.HOLES if "{" + hole + "}" in self.text}

    @property
    def sha256(self) -> str:
        """Hash of the prompt filled with ``Q``, ``A``, ``B`` (and ``A`` for a pointwise answer, ``C`` for a caption, ``D``
        for a criterion, ``E`` for a first step), followed by its criteria.
        """
        filled = self.fill(query="Q", first="A", second="B", answer="A", caption="C", criterion="D", step="E")
        told = json.dumps(dict(self.criteria), sort_keys=True) if self.criteria else ""
        return hashlib.sha256((filled + told).encode()).hexdigest()

    def criterion_of(self, pair: Pair) -> str | None:
        """What the text says of a pair's criterion; None where the pair has none, or one that is not described."""
        if not self.criteria or pair.criterion is None:
            return pair.criterion
        return self.criteria.get(f"{pair.subset.replace('_', '-')}--{pair.criterion}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """Where a judge's template comes from, and the hash that it must have.

    Attributes:
        source: ``own`` (written here), ``framework`` (taken from the installed framework) or ``published`` (fetched).
        sha256: :attr:`Template.sha256` of the right text.
        template: the text, for ``own`` prompts; the other sources' is found at run time.
        drop: substrings removed from the filled prompt, as the authors' script does.
        published: for ``published`` prompts, the file that has it and the place in that file.
    """

    source: Source
    sha256: str
    template: Template | None = None
    drop: tuple[str, ...] = ()
    published: Published | None = None

    def __post_init__(self) -> None:
        if (self.source == "own") != (self.template is not None):
            raise ValueError("a prompt has its text here if and only if it is this project's own")
        if (self.source == "published") != (self.published is not None):
            raise ValueError("a published prompt says where it was published, and no other does")


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """Which prompt was asked: carried by every log and repeated by every result."""

    name: str
    source: str = "unknown"
    sha256: str | None = None

    def to_dict(self) -> dict[str, str | None]:
        return {"name": self.name, "source": self.source, "sha256": self.sha256}


def own(text: str, sha256: str | None = None) -> Prompt:
    """A prompt written for this project, or for the package that adds the judge.

    ``<image>`` lines are dropped from the filled text, as the paper's script does.

    Args:
        text: the template.
        sha256: its hash, which freezes it: a text that was changed by mistake is then refused.
    """
    template = Template(text)
    return Prompt(source="own", sha256=sha256 or template.sha256, template=template, drop=("<image>\n",))


def published(
    sha256: str,
    *,
    repository: str,
    revision: str,
    file: str,
    places: tuple[Place, ...],
    holes: Mapping[str, str] | None = None,
    between: str = "",
    criteria: str = "",
    package: str = "",
    drop: tuple[str, ...] = (),
) -> Prompt:
    """A prompt in a public repository: :class:`Published` has the fields, :class:`Prompt` the hash and what is dropped."""
    where = Published(repository, revision, file, places, holes or {}, between, criteria, package)
    return Prompt("published", sha256, drop=drop, published=where)


@dataclass(frozen=True, slots=True)
class Sampling:
    """Generation settings. Frameworks' wrappers differ in which of them they pass on."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_new_tokens: int = 1024


EXAMPLES: Mapping[Verdict, str] = {
    Verdict.FIRST: "Overall Judgment: Answer 1 is better.",
    Verdict.SECOND: "Overall Judgment: Answer 2 is better.",
    Verdict.TIE: "Overall Judgment: both answers are equally good.",
}
"""Final lines of the official format."""


def _named(text: str) -> Reading:
    """Stands for the parser that a judge names and does not give, until the judge is made."""
    raise NotImplementedError(text)


@dataclass(frozen=True, slots=True)
class Judge:
    """A named way to ask, and to read the answer. Logs name its prompt by hash; a changed prompt is a new version.

    Attributes:
        name: lower case, words joined by ``_``.
        summary: one line for tables.
        mode: ``pairwise`` judges see both answers, ``pointwise`` judges one at a time.
        prompt: see :class:`Prompt`.
        parser: a :data:`Parser` for a pairwise judge, a :data:`RatingParser` for a pointwise one; without it, the one of
            :mod:`vlrb_task.parsing` that ``parser_name`` names.
        parser_name: the parser's name in :mod:`vlrb_task.parsing`, or the judge's own name for it.
        sampling: the published settings.
        image: where the picture stands; ``none`` for judges that do not see it.
        system: a system message, if the authors send one.
        examples: a final answer of the judge's format for each verdict: what a baseline says, and what the parser must read.
        example_rating: the same for a pointwise judge, with ``{}`` for the number.
        rating_words: words that stand for ratings, for a judge that rates in words, such as ``{1.0: "Yes"}``.
        scale: lowest and highest rating of a pointwise judge.
        max_pixels: how large a picture the authors show; a setting of the model's, which no task can make.
        authors_rule: what the authors' own script does with a text that it cannot read.
        authors_parser: the parser that reads as their script does, for ``vlrb score --parser``.
        approximate: what could not be established about the authors' own procedure, or is not done here, for people.
        alternatives: own judges of the same answer format, named in the error when this one's prompt is not on this machine.
        labels: the answer's first token is not sampled but scored: it is asked how probable either label of
            :mod:`vlrb_task.parsing.probabilities` is.
        step: whether its answers are no verdicts, but stand in the prompt of a second judge: it may be shown no answer.
        version: raised when the prompt's text changes: scores of two versions are not comparable.
    """

    name: str
    summary: str
    mode: Mode
    prompt: Prompt
    parser: Parser | RatingParser = _named
    parser_name: str = "final"
    sampling: Sampling = Sampling()
    image: ImagePosition = "first"
    system: str | None = None
    examples: Mapping[Verdict, str] = field(default_factory=lambda: EXAMPLES)
    example_rating: str = "Score: {}"
    rating_words: Mapping[float, str] = field(default_factory=dict)
    scale: tuple[float, float] = (0.0, 100.0)
    max_pixels: int | None = None
    authors_rule: str | None = None
    authors_parser: str | None = None
    approximate: str | None = None
    alternatives: tuple[str, ...] = ()
    labels: bool = False
    step: bool = False
    version: int = 1

    def __post_init__(self) -> None:
        if self.parser is _named:
            known = get_parser if self.mode == "pairwise" else get_rating_parser
            object.__setattr__(self, "parser", known(self.parser_name))
        if self.prompt.template is None:
            return
        needed, other = (
            ({"first", "second"}, {"answer"}) if self.mode == "pairwise" else ({"answer"}, {"first", "second"})
        )
        holes = self.prompt.template.holes
        if not (needed <= holes or (self.step and not needed & holes)) or other & holes:
            raise ValueError(f"judge {self.name!r} is {self.mode}, and its prompt has the holes {sorted(holes)}")

    @property
    def sees_answers(self) -> bool:
        """Whether its prompt shows the answers, or one of them."""
        template = self.prompt.template
        return template is None or bool(template.holes & {"first", "answer"})

    def rated(self, rating: float) -> str:
        """A final answer of this pointwise judge that gives a rating; in words, the nearest that there is one for."""
        if not self.rating_words:
            return self.example_rating.format(rating)
        return self.rating_words[min(self.rating_words, key=lambda known: abs(known - rating))]

    def ask(self, text: str) -> str:
        """The text for a framework that cannot send a system message: it stands in front, as a paragraph of its own."""
        return f"{self.system}\n\n{text}" if self.system else text


@dataclass(frozen=True, slots=True)
class _Guarded:
    """See :func:`guarded`. A class and no closure, so that other processes can be given it."""

    parser: Parser | RatingParser
    mode: Mode

    def __call__(self, text: str) -> Reading | Rating:
        pairwise = self.mode == "pairwise"
        try:
            with redirect_stdout(sys.stderr):
                found: object = self.parser(text)
        except (Exception, SystemExit):  # noqa: BLE001 - somebody else's code may raise anything, and costs one vote only
            found = None
        if isinstance(found, Reading if pairwise else Rating):
            return found
        return unparsed(Reason.PARSER_ERROR) if pairwise else unrated(Reason.PARSER_ERROR)


def guarded(parser: Parser | RatingParser, mode: Mode) -> Parser | RatingParser:
    """Another package's parser, made safe to call on any text.

    Whatever it raises (``SystemExit`` too) and whatever it gives that is no :class:`Reading` (pairwise) or :class:`Rating`
    (pointwise) is the unparsed reason ``parser_error``. What it prints goes to standard error, so that a JSON document on
    standard output stays one.

    Args:
        parser: takes a text.
        mode: of its judge.
    """
    return parser if isinstance(parser, _Guarded) else _Guarded(parser, mode)  # type: ignore[return-value]

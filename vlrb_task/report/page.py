"""The report: one self-contained HTML page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from vlrb_task.audit.logs import Finding
from vlrb_task.compare.comparison import ODDS, SHARES, Comparison
from vlrb_task.compare.paired import groups_line
from vlrb_task.compare.suite import Suite
from vlrb_task.export.protocol import schedule
from vlrb_task.export.suite import sheets, title_of
from vlrb_task.pairs.pair import order_subsets, set_name
from vlrb_task.report.drawing import INK, svg
from vlrb_task.report.figures import CONFIDENCE, FIGURES, draw
from vlrb_task.report.gallery import MOST_CHARACTERS, JudgeVotes, embed, gallery_pair
from vlrb_task.report.pictures import MEGABYTE, Content
from vlrb_task.scores.completeness import caveats, doubt_of, unread_groups
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import columns
from vlrb_task.support.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from vlrb_task.report.bon_section import Section


PAGE = re.compile(rb'<meta name="generator" content="vlrb ')
"""What every page has near its beginning, so that it is known to be ours."""


def render(
    comparison: Comparison,
    content: Content,
    findings: Mapping[str, Sequence[Finding]] | None = None,
    limit: int = 20 * MEGABYTE,
    most: int = MOST_CHARACTERS,
    bon: Section | None = None,
) -> Iterator[str]:
    """The page, piece by piece: its texts and images are never all in memory a second time.

    Args:
        comparison: of runs that kept what was said.
        content: questions, answers and images; empty where there are none at hand.
        findings: of the audit of each run, by its name.
        limit: of all images together, in bytes: for the note that states it.
        most: characters of a vote's text that are shown.
        bon: best of N, if it was asked for.
    """
    environment = _templates()
    basis = comparison.basis
    labels = basis.runs[0].labels
    judges = [JudgeVotes(run, basis.policy) for run in basis.runs]
    script = _asset("gallery.js")
    drawn = {
        name: (name, FIGURES[name][0], _own(svg(figure, name, FIGURES[name][0])))
        for name, figure in draw(comparison, ink=INK).items()
    }
    scored = list(zip(basis.names, comparison.scores, strict=True))
    yield environment.get_template("page.html.j2").render(
        comparison=comparison,
        basis=basis,
        title=set_name(run.revision for run in basis.runs),
        judges=scored,
        caveats=[f"{name}: {told}" for name, score in scored for told in caveats(score.run)],
        subsets=comparison.subsets,
        columns=columns("scores", comparison.scores),
        figures=[picture for name, picture in drawn.items() if name not in CONFIDENCE],
        confidences=[(name, score) for name, score in scored if score.calibration or score.by_margin],
        confidence_columns=columns("calibration", comparison.scores),
        confidence_figures=[picture for name, picture in drawn.items() if name in CONFIDENCE],
        groups_line=groups_line(comparison.groups),
        tests=sorted(zip(comparison.tests, comparison.agreement, strict=True), key=lambda both: both[0].p_holm),
        analyses=list(zip(basis.names, comparison.analyses, strict=True)),
        breakdowns=[(keys is ODDS, *found) for keys in (SHARES, ODDS) for found in comparison.breakdowns(*keys)],
        runs=[(name, score, schedule(score.run), (findings or {}).get(name, ())) for name, score in scored],
        unread=[
            (name, doubt_of(run, basis.policy), unread_groups(run))
            for name, run in zip(basis.names, basis.runs, strict=True)
            if run.unparsed.any()
        ],
        bon=bon,
        bon_figures=[(name, title, _own(drawing)) for name, title, drawing in bon.pictures] if bon else [],
        gallery_note=_note(comparison, content, limit, most),
        filter_subsets=order_subsets(labels.subset.counts()),
        filter_sources=sorted(labels.source.counts()),
        script_hash=f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'",
    )
    yield f'<script type="application/json" id="gallery-data">{{"judges":{embed(basis.names)},"pairs":'
    yield from _list(gallery_pair(basis, judges, content, at, most) for at in range(len(labels)))
    yield '}</script>\n<script type="application/json" id="image-data">'
    yield from _list(content.uris)
    yield f"</script>\n<script>{script}</script>\n</body>\n</html>\n"


def _templates() -> Environment:
    """The templates of pages, with what all of them use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("vlrb_task.report", "assets")
    found = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    found.filters["percent"] = lambda form, value: form % (100 * float(value))
    found.globals |= {"css": _own(_asset("page.css")), "version": __version__}
    return found


def render_suite(suite: Suite, policy: Policy) -> str:
    """The suite's tables as one self-contained page, without a script."""
    titles = [title_of(name) for name in suite.benchmarks]
    template = _templates().get_template("suite.html.j2")
    return template.render(sheets=sheets(suite), titles=titles, policy=policy, script_hash="")


def _list(items: Iterable[object]) -> Iterator[str]:
    """A JSON list, item by item."""
    start = "["
    for item in items:
        yield f"{start}{embed(item)}"
        start = ","
    yield "[]" if start == "[" else "]"


def _own(text: str) -> Markup:
    """What this package itself made, whose markup is meant: its files, pictures in which matplotlib escaped every text,
    and data in which :func:`embed` did.
    """
    from markupsafe import Markup

    return Markup(text)  # noqa: S704


def _asset(name: str) -> str:
    return files("vlrb_task.report").joinpath("assets", name).read_text(encoding="utf-8")


def _note(comparison: Comparison, content: Content, limit: int, most: int) -> str:
    """What the gallery shows and what it does not, in words."""
    told = [f"A vote's text is shown up to {most:,} characters, with its verdict marked"]
    pairs = len(comparison.basis.runs[0].labels)
    if not content.pairs:
        told.append("questions, answers and images are not in the logs: give them with --pairs")
    else:
        if not content.uris:
            told.append("none of the given pairs' images is shown")
        size = f"{content.size / MEGABYTE:.1f} MB of at most {limit / MEGABYTE:g} MB"
        told.append(f"images are embedded small ({len(content.image_of):,} of {pairs:,} pairs, {size})")
        if content.left_out:
            told.append(f"{content.left_out:,} images did not fit")
        if content.unreadable:
            told.append(f"{content.unreadable:,} images could not be read")
        if missing := pairs - len(content.pairs):
            told.append(f"{missing:,} pairs are not among those given with --pairs")
    return "; ".join(told) + "."

"""A comparison as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from rich.markup import escape
from rich.table import Table

from vlrb_task.cli.options import console, print_warnings
from vlrb_task.cli.terminal import CELL, SIGNED, cell, grid, print_whole
from vlrb_task.compare.comparison import ODDS, SHARES, Comparison
from vlrb_task.compare.correlation import Coefficient
from vlrb_task.compare.paired import PairedTest, groups_line
from vlrb_task.pairs.pair import SUBSETS
from vlrb_task.scores.score import columns
from vlrb_task.support.numbers import decimals, percent, with_interval

MOST_ROWS = 45
"""Longer tables of pairs of judges go to ``--json`` only."""


def show(comparison: Comparison) -> None:
    """Print a comparison, what must be known of it first."""
    out = console()
    out.tell(f"[bold]{escape(comparison.basis.line)}[/bold]")
    for remark in comparison.basis.remarks:
        out.tell(f"[yellow]note:[/yellow] {escape(remark)}")
    print_whole(out, _scores(comparison))
    if comparison.published:
        print_whole(out, _published_rows(comparison))
    out.tell("\n".join(_power(comparison)))
    if comparison.tests:
        print_whole(out, _tests(comparison))
        out.tell(groups_line(comparison.groups), markup=False)
        if any(test.contrasts for test in comparison.tests):
            print_whole(out, _contrasts(comparison))
        if comparison.pictures:
            print_whole(out, _pictures(comparison))
        print_whole(out, _agreement(comparison))
    print_whole(out, _analyses(comparison))
    if any(score.calibration for score in comparison.scores):
        print_whole(out, _calibration(comparison))
    for table in _breakdowns(comparison):
        print_whole(out, table)
    if comparison.correlations:
        print_whole(out, _correlations(comparison))
        for line in _left_out(comparison):
            out.tell(line, markup=False)
    show_warnings(comparison)


def show_warnings(comparison: Comparison) -> None:
    """What must be known of the judges' votes, to standard error."""
    for name, score in zip(comparison.basis.names, comparison.scores, strict=True):
        print_warnings(score.run.warnings, name)


_SHORT = {"hallucination": "halluc.", "first position": "first", "consistent in both orders": "consist."}


def _scores(comparison: Comparison) -> Table:
    shown = columns("scores", comparison.scores)
    table = grid(
        "below each number its 95 % interval; grey rows: blind baselines",
        [""],
        (_SHORT.get(column.title, column.title) for column in shown),
    )
    for judge, score in zip(comparison.basis.names, comparison.scores, strict=True):
        cells = (c.instead(score) or (percent if c.bare else cell)(c.of(score)) for c in shown)
        table.add_row(escape(judge), *cells)
    table.add_section()
    for rule in comparison.rules:
        table.add_row(rule.name, *(percent(c.of_rule(rule)) for c in shown if not c.bare), style="bright_black")
    return table


def _published_rows(comparison: Comparison) -> Table:
    table = grid(
        "published scores: not on these votes; rows in italics carry a reservation, (numbers?) are unverified",
        ["published"],
        (name[:9] for name in ("overall", "macro", *SUBSETS)),
        last=["reservation"],
    )
    for row in comparison.published:
        # A number that was not read again at its source is no fact, and must not look like one.
        layout = "{:.1f}" if row.reread else "({:.1f}?)"
        printed = (getattr(row.audit.row, name) for name in ("overall", "macro", *SUBSETS))
        cells = ("-" if n is None else layout.format(100 * float(n.value)) for n in printed)
        remarks = escape("; ".join((*row.marks, *row.notes)))
        table.add_row(escape(row.name), *cells, remarks, style="italic yellow" if row.marks else None)
    return table


def _power(comparison: Comparison) -> Iterator[str]:
    if not comparison.detectable:
        return
    sizes = ", ".join(f"{escape(name)} {percent(found.paired)}" for name, found in comparison.detectable.items())
    whole = next(iter(comparison.detectable.values()))
    yield (
        f"difference that a paired test finds four times in five (5 % level, judges that differ on {whole.square:.0%} of the "
        f"pairs), in points: {sizes}"
    )
    yield f"against a published score, whose votes are not available: {percent(whole.unpaired)} points overall"
    if comparison.observed:
        seen = comparison.observed
        line = (
            f"with these judges on {seen.n:,} pairs, whose differences have a mean square of {seen.square:.2f}: "
            f"{percent(seen.paired)} points overall"
        )
        many = len(comparison.tests)
        yield line + (f", {percent(seen.adjusted)} where Holm adjusts {many} tests" if many > 1 else "")


def _tests(comparison: Comparison) -> Table:
    kind = "mid-p" if any(test.test.endswith("mid-p") for test in comparison.tests) else "exact"
    caption = (
        f"paired, on the same pairs; p: {kind} test of a mean difference of 0 (McNemar's where all scores are 0 or 1, "
        "else sign flips), adjusted by Holm over all rows"
    )
    if (more := len(comparison.tests) - MOST_ROWS) > 0:
        caption += f"; {more} further rows with --json"
    rows = (
        (
            escape(test.a),
            escape(test.b),
            str(test.n),
            str(test.a_better),
            str(test.b_better),
            cell(test.difference, "+"),
            cell(test.macro_difference, "+"),
            f"{test.p:.2g}",
            f"[bold]{test.p_holm:.2g}[/]" if test.p_holm < 0.05 else f"{test.p_holm:.2g}",
        )
        for test in _first(comparison.tests)
    )
    heads = ("pairs", "a better", "b better", "a - b overall", "a - b macro", "p", "p (Holm)")
    return grid(caption, ["a", "b"], heads, rows)


def _first(tests: Iterable[PairedTest]) -> list[PairedTest]:
    return sorted(tests, key=lambda t: t.p_holm)[:MOST_ROWS]


def _contrasts(comparison: Comparison) -> Table:
    names = list(dict.fromkeys(c.name for test in comparison.tests for c in test.contrasts))
    caption = "a - b by subset; in brackets p, adjusted by Holm over all subsets and macro averages of this table"
    table = grid(caption, ["a", "b"], names)
    for test in _first(comparison.tests):
        found = {c.name: c for c in test.contrasts}
        cells = (f"{cell(found[n].difference, '+')}\n({found[n].p_holm:.2g})" if n in found else "-" for n in names)
        table.add_row(escape(test.a), escape(test.b), *cells)
    return table


def _pictures(comparison: Comparison) -> Table:
    names = list(dict.fromkeys(name for found in comparison.pictures for name in found.differences))
    rows = (
        (
            *(escape(found.judge), escape(found.pictures), cell(found.own), cell(found.other)),
            *(cell(found.differences.get(name), "+") for name in names),
        )
        for found in comparison.pictures
    )
    caption = "what the pictures add: accuracy with the pairs' own minus accuracy with others in their place, paired, in points"
    return grid(caption, ["judge", "others"], ["own", "other", *names], rows)


def _agreement(comparison: Comparison) -> Table:
    rows = (
        (escape(f.a), escape(f.b), str(f.n), percent(f.agree), decimals(f.kappa), decimals(f.error_kappa))
        for f in comparison.agreement[:MOST_ROWS]
    )
    caption = f"agreement of majorities, in pair coordinates; Fleiss' kappa of all judges {decimals(comparison.fleiss)}"
    return grid(caption, ["a", "b"], ["pairs", "agree", "kappa", "kappa of errors"], rows)


def _analyses(comparison: Comparison) -> Table:
    table = grid(
        "longer: share of verdicts for the longer answer (the labels' own share); x2: odds when one answer is twice "
        "as long; first - second: accuracy by where the better answer stood; alpha: Krippendorff's, of own votes; "
        "all agree: accuracy (share of pairs)",
        [""],
        ["longer (labels)", "x2", "first - second", "alpha", "all votes agree", "accuracy at k"],
    )
    for name, score, found in zip(comparison.basis.names, comparison.scores, comparison.analyses, strict=True):
        length, doubled = "-", None
        if found.length:
            length = f"{percent(found.length.prefers_longer)} ({percent(found.length.labels_longer)})"
            odds = found.length.odds_per_doubling
            doubled = None if odds is None else odds.value
        unanimous = [point for point in found.selective if point.agreement == 1]
        table.add_row(
            escape(name),
            length,
            decimals(doubled),
            cell(found.position.effect if found.position else None, "+"),
            decimals(found.vote_alpha),
            f"{percent(unanimous[0].accuracy)} ({percent(unanimous[0].coverage)})" if unanimous else "-",
            "\n".join(f"{k}: {percent(value)}" for k, value in score.at_k.items()) or "-",
        )
    return table


def _calibration(comparison: Comparison) -> Table:
    shown = columns("calibration", comparison.scores)
    table = grid(
        "what confidences are worth, with 95 % intervals; ties: pairs of confidence 1/2, equal ratings",
        ["", "confidences"],
        ["pairs", "ties", *(column.title for column in shown)],
    )
    for name, score in zip(comparison.basis.names, comparison.scores, strict=True):
        if found := score.calibration:
            cells = (with_interval(column.of(score), CELL, ".3f", 1) for column in shown)
            table.add_row(escape(name), found.source, str(found.n), str(found.ties), *cells)
    return table


def _breakdowns(comparison: Comparison) -> Iterator[Table]:
    for keys, shown in ((SHARES, cell), (ODDS, partial(with_interval, layout=SIGNED, digits=".2f", scale=1))):
        for row, names, numbers in comparison.breakdowns(*keys):
            rows = (
                (escape(judge), *(shown(found.get(name)) for name in names))
                for judge, found in zip(comparison.basis.names, numbers, strict=True)
            )
            yield grid(row.title, [""], (name.replace("_", " ") for name in names), rows)


def _correlations(comparison: Comparison) -> Table:
    table = grid(
        "correlation with other benchmarks of the same models, with 95 % intervals",
        ["of", "with"],
        ["n", "Pearson", "Spearman", "Kendall"],
        last=[""],
    )
    for found in comparison.correlations:
        coefficients = (found.pearson, found.spearman, found.kendall)
        cells = (with_interval(c, SIGNED, ".2f", 1, _without_interval(c)) for c in coefficients)
        warning = f"[yellow]{escape(found.warning)}[/]" if found.warning else ""
        table.add_row(found.metric, escape(found.benchmark), str(len(found.models)), *cells, warning)
    return table


def _without_interval(found: Coefficient) -> str:
    return "-" if found.value is None else f"{found.value:.2f}\n[bright_black]no interval[/]"


def _left_out(comparison: Comparison) -> Iterator[str]:
    """Who is missing from the correlations, and why; the same for several of them once."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for found in comparison.correlations:
        for name, why in found.left_out.items():
            reasons.setdefault((found.benchmark, why), []).append(name)
    for (benchmark, why), names in reasons.items():
        yield f"not in the correlation with {benchmark}: {', '.join(dict.fromkeys(names))} ({why})"

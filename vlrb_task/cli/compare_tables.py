"""A comparison as tables for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from vlrb_task.cli.options import console, print_warnings
from vlrb_task.cli.whole_tables import add_name, add_number, print_whole
from vlrb_task.compare.comparison import ODDS, SHARES, Comparison
from vlrb_task.compare.correlation import Coefficient
from vlrb_task.compare.paired import groups_line
from vlrb_task.pairs.pair import SUBSETS
from vlrb_task.scores.estimates import Estimate
from vlrb_task.scores.score import columns

MOST_ROWS = 45
"""Longer tables of pairs of judges go to ``--json`` only."""


def show(comparison: Comparison) -> None:
    """Print a comparison, what must be known of it first."""
    out = console()
    out.print(f"[bold]{escape(comparison.basis.line)}[/bold]", soft_wrap=True)
    for remark in comparison.basis.remarks:
        out.print(f"[yellow]note:[/yellow] {escape(remark)}", soft_wrap=True)
    print_whole(out, _scores(comparison))
    if comparison.published:
        print_whole(out, _published_rows(comparison))
    out.print("\n".join(_power(comparison)), soft_wrap=True)
    if comparison.tests:
        print_whole(out, _tests(comparison))
        out.print(escape(groups_line(comparison.groups)), soft_wrap=True)
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
            out.print(escape(line), soft_wrap=True)
    show_warnings(comparison)


def show_warnings(comparison: Comparison) -> None:
    """What must be known of the judges' votes, to standard error."""
    for name, score in zip(comparison.basis.names, comparison.scores, strict=True):
        print_warnings(score.run.warnings, name)


def percent(value: float | None, sign: str = "") -> str:
    """``62.4``, or a dash."""
    return "-" if value is None else f"{100 * value:{sign}.1f}"


def cell(estimate: Estimate | None, sign: str = "") -> str:
    """A number above its interval."""
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    low, high = percent(estimate.low, sign), percent(estimate.high, sign)
    between = " to " if sign else "–"
    return f"{percent(estimate.value, sign)}\n[bright_black]{low}{between}{high}[/]"


def odds(estimate: Estimate | None) -> str:
    """A factor above its interval."""
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    return f"{estimate.value:.2f}\n[bright_black]{estimate.low:.2f} to {estimate.high:.2f}[/]"


def decimal(estimate: Estimate | None) -> str:
    """A number that is no percentage above its interval."""
    if estimate is None or estimate.value is None:
        return "-"
    return f"{estimate.value:.3f}\n[bright_black]{estimate.low:.3f}–{estimate.high:.3f}[/]"


def _scores(comparison: Comparison) -> Table:
    table = Table(caption="below each number its 95 % interval; grey rows: blind baselines")
    add_name(table, "")
    shown = columns("scores", comparison.scores)
    for column in shown:
        add_number(table, _SHORT.get(column.title, column.title))
    for judge, score in zip(comparison.basis.names, comparison.scores, strict=True):
        cells = (c.instead(score) or (percent(_value(c.of(score))) if c.bare else cell(c.of(score))) for c in shown)
        table.add_row(escape(judge), *cells)
    table.add_section()
    for rule in comparison.rules:
        cells = (percent(_value(c.of_rule(rule))) for c in shown if not c.bare)
        table.add_row(rule.name, *cells, style="bright_black")
    return table


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


_SHORT = {"hallucination": "halluc.", "first position": "first", "consistent in both orders": "consist."}


def _published_rows(comparison: Comparison) -> Table:
    table = Table(
        caption="published scores: not on these votes; rows in italics carry a reservation, (numbers?) are no facts"
    )
    add_name(table, "published")
    for name in ("overall", "macro", *SUBSETS):
        add_number(table, name[:9])
    add_name(table, "reservation")
    for row in comparison.published:
        numbers = row.audit.row
        printed = (numbers.overall, numbers.macro, numbers.general, numbers.hallucination, numbers.reasoning)
        cells = ("-" if n is None else _published(float(n.value), row.reread) for n in printed)
        table.add_row(
            escape(row.name),
            *cells,
            escape("; ".join((*row.marks, *row.notes))),
            style="italic yellow" if row.marks else None,
        )
    return table


def _published(value: float, reread: bool) -> str:
    """A number that was not read again at its source is no fact, and must not look like one."""
    return f"{100 * value:.1f}" if reread else f"({100 * value:.1f}?)"


def _power(comparison: Comparison) -> Iterator[str]:
    if not comparison.detectable:
        return
    sizes = ", ".join(f"{escape(name)} {percent(found.paired)}" for name, found in comparison.detectable.items())
    whole = next(iter(comparison.detectable.values()))
    yield (
        f"difference that a paired test finds four times in five (5 % level, judges that differ on {whole.square:.0%} of the "
        f"pairs), in points: {sizes}"
    )
    yield f"against a published score, whose votes are not at hand: {percent(whole.unpaired)} points overall"
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
    table = Table(
        caption=f"paired, on the same pairs; p: {kind} test of a mean difference of 0 (McNemar's where all scores are 0 or 1, "
        "else sign flips), adjusted by Holm over all rows"
    )
    for name in ("a", "b"):
        add_name(table, name)
    for name in ("pairs", "a better", "b better", "a - b overall", "a - b macro", "p", "p (Holm)"):
        add_number(table, name)
    tests = sorted(comparison.tests, key=lambda t: t.p_holm)
    for test in tests[:MOST_ROWS]:
        table.add_row(
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
    if len(tests) > MOST_ROWS:
        table.caption = f"{table.caption}; {len(tests) - MOST_ROWS} further rows with --json"
    return table


def _contrasts(comparison: Comparison) -> Table:
    table = Table(
        caption="a - b by subset; in brackets p, adjusted by Holm over all subsets and macro averages of this table"
    )
    for name in ("a", "b"):
        add_name(table, name)
    names = list(dict.fromkeys(c.name for test in comparison.tests for c in test.contrasts))
    for name in names:
        add_number(table, name)
    for test in sorted(comparison.tests, key=lambda t: t.p_holm)[:MOST_ROWS]:
        found = {c.name: c for c in test.contrasts}
        cells = (f"{cell(found[n].difference, '+')}\n({found[n].p_holm:.2g})" if n in found else "-" for n in names)
        table.add_row(escape(test.a), escape(test.b), *cells)
    return table


def _pictures(comparison: Comparison) -> Table:
    table = Table(
        caption="what the pictures add: accuracy with the pairs' own minus accuracy with others in their place, paired, in points"
    )
    add_name(table, "judge")
    add_name(table, "others")
    names = list(dict.fromkeys(name for found in comparison.pictures for name in found.differences))
    for name in ("own", "other", *names):
        add_number(table, name)
    for found in comparison.pictures:
        cells = (cell(found.differences.get(name), "+") for name in names)
        table.add_row(escape(found.judge), escape(found.pictures), cell(found.own), cell(found.other), *cells)
    return table


def _agreement(comparison: Comparison) -> Table:
    kappa = "-" if comparison.fleiss is None else f"{comparison.fleiss:.2f}"
    table = Table(caption=f"agreement of majorities, in pair coordinates; Fleiss' kappa of all judges {kappa}")
    for name in ("a", "b"):
        add_name(table, name)
    for name in ("pairs", "agree", "kappa", "kappa of errors"):
        add_number(table, name)
    for found in comparison.agreement[:MOST_ROWS]:
        kappas = ("-" if k is None else f"{k:.2f}" for k in (found.kappa, found.error_kappa))
        table.add_row(escape(found.a), escape(found.b), str(found.n), percent(found.agree), *kappas)
    return table


def _analyses(comparison: Comparison) -> Table:
    table = Table(
        caption="longer: share of verdicts for the longer answer (the labels' own share); x2: odds when one answer is twice "
        "as long; first - second: accuracy by where the better answer stood; alpha: Krippendorff's, of own votes; "
        "all agree: accuracy (share of pairs)"
    )
    add_name(table, "")
    for name in ("longer (labels)", "x2", "first - second", "alpha", "all votes agree", "accuracy at k"):
        add_number(table, name)
    for name, score, found in zip(comparison.basis.names, comparison.scores, comparison.analyses, strict=True):
        length, odds = "-", "-"
        if found.length:
            length = f"{percent(found.length.prefers_longer.value)} ({percent(found.length.labels_longer.value)})"
            odds = "-" if found.length.odds_per_doubling is None else f"{found.length.odds_per_doubling.value:.2f}"
        unanimous = [point for point in found.selective if point.agreement == 1]
        table.add_row(
            escape(name),
            length,
            odds,
            cell(found.position.effect if found.position else None, "+"),
            "-" if found.vote_alpha is None else f"{found.vote_alpha:.2f}",
            f"{percent(unanimous[0].accuracy.value)} ({percent(unanimous[0].coverage)})" if unanimous else "-",
            "\n".join(f"{k}: {percent(value)}" for k, value in score.at_k.items()) or "-",
        )
    return table


def _calibration(comparison: Comparison) -> Table:
    table = Table(
        caption="what confidences are worth, with 95 % intervals; ties: pairs of confidence 1/2, equal ratings"
    )
    add_name(table, "")
    add_name(table, "confidences")
    shown = columns("calibration", comparison.scores)
    for title in ("pairs", "ties", *(column.title for column in shown)):
        add_number(table, title)
    for name, score in zip(comparison.basis.names, comparison.scores, strict=True):
        if found := score.calibration:
            cells = (decimal(column.of(score)) for column in shown)
            table.add_row(escape(name), found.source, str(found.n), str(found.ties), *cells)
    return table


def _breakdowns(comparison: Comparison) -> Iterator[Table]:
    for keys, shown in ((SHARES, cell), (ODDS, odds)):
        for row, names, numbers in comparison.breakdowns(*keys):
            table = Table(caption=row.title)
            add_name(table, "")
            for name in names:
                add_number(table, name.replace("_", " "))
            for judge, found in zip(comparison.basis.names, numbers, strict=True):
                table.add_row(escape(judge), *(shown(found.get(name)) for name in names))
            yield table


def _correlations(comparison: Comparison) -> Table:
    table = Table(caption="correlation with other benchmarks of the same models, with 95 % intervals")
    for name in ("of", "with"):
        add_name(table, name)
    for name in ("n", "Pearson", "Spearman", "Kendall"):
        add_number(table, name)
    add_name(table, "")
    for found in comparison.correlations:
        numbers = (_coefficient(c) for c in (found.pearson, found.spearman, found.kendall))
        warning = f"[yellow]{escape(found.warning)}[/]" if found.warning else ""
        table.add_row(found.metric, escape(found.benchmark), str(len(found.models)), *numbers, warning)
    return table


def _left_out(comparison: Comparison) -> Iterator[str]:
    """Who is missing from the correlations, and why; the same for several of them once."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for found in comparison.correlations:
        for name, why in found.left_out.items():
            reasons.setdefault((found.benchmark, why), []).append(name)
    for (benchmark, why), names in reasons.items():
        yield f"not in the correlation with {benchmark}: {', '.join(dict.fromkeys(names))} ({why})"


def _coefficient(found: Coefficient) -> str:
    if found.value is None:
        return "-"
    interval = "no interval" if found.low is None or found.high is None else f"{found.low:.2f} to {found.high:.2f}"
    return f"{found.value:.2f}\n[bright_black]{interval}[/]"

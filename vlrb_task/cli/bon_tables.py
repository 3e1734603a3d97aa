"""Best of N as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from vlrb_task.bon.correlation import GainCorrelation
from vlrb_task.bon.making import Round
from vlrb_task.bon.picks import Picker
from vlrb_task.bon.questions import usual_draws
from vlrb_task.bon.scores import AnswerScore, BonScore, Difference
from vlrb_task.cli.options import console, print_warnings
from vlrb_task.compare.correlation import Coefficient
from vlrb_task.scores.estimates import Estimate
from vlrb_task.tasks.saved import FOLDER_VARIABLE

MOST_TESTS = 20
"""Paired tests that are printed for people."""


def show_made(round: Round) -> None:
    """What there is, what it costs, and how to run it: all of it before anything runs."""
    out = console()
    folder = round.folder
    kinds = ", ".join(f"{kind} {count}" for kind, count in folder.kinds.items())
    size = usual_draws(folder.questions)
    out.print(f"[bold]{len(folder.questions)} questions[/bold] with {size} draws each: {kinds}", soft_wrap=True)
    for note in folder.making.notes:
        out.print(f"  {escape(note)}", soft_wrap=True)
    if round.costs:
        out.print(_costs(round))
    if round.pairs:
        listed = ", ".join(f"{name} {count}" for name, count in round.pairs.items())
        which = f"round {round.number}" if round.number > 1 else "the run"
        out.print(f"pairs of {which}: {sum(round.pairs.values())} ({listed})", soft_wrap=True)
        if round.waiting:
            out.print(
                f"{round.waiting} knockouts go on after it: vlrb bon next {escape(str(folder.path))} LOG…",
                soft_wrap=True,
            )
    elif not round.costs:
        out.print("nothing is left to ask", soft_wrap=True)
    for task, dataset in round.tasks.items():
        out.print(
            f"run:  lmms-eval --include_path {escape(str(folder.path))} --tasks {task} --log_samples …",
            soft_wrap=True,
        )
        out.print(
            f"or:   {FOLDER_VARIABLE}={escape(str(folder.path))} python -m vlmevalkit_adapter … --data {dataset}",
            soft_wrap=True,
        )


def _costs(round: Round) -> Table:
    table = Table(
        title="What each scheme asks for",
        caption="tokens of text are estimated (4 characters each); every ballot has the question's picture on top; "
        "output is the judge's limit, not what it will write",
    )
    for name in ("scheme", "ballots", "runs", "prompt tokens", "output tokens, at most", "grows with"):
        table.add_column(name, justify="left" if name in ("scheme", "grows with") else "right")
    for cost in round.costs:
        chosen = cost.scheme is round.folder.making.scheme
        cells = (
            f"{cost.scheme}{' (chosen)' if chosen else ''}",
            f"{cost.ballots:,}",
            f"{cost.rounds}",
            f"{cost.prompt_tokens:,}",
            f"{cost.output_tokens:,}",
            cost.growth,
        )
        table.add_row(*cells, style="bold" if chosen else None)
    return table


def show_score(found: BonScore) -> None:
    """Judges above the rules that they are held against."""
    out = console()
    kinds = ", ".join(f"{kind} {count}" for kind, count in found.folder.kinds.items())
    out.print(
        f"[bold]picks among n = {found.size}[/bold] of {len(found.folder.questions)} questions ({kinds}), "
        f"scheme {found.folder.making.scheme}",
        soft_wrap=True,
    )
    out.print(_accuracies(found))
    for picker in found.judges:
        if (answers := found.answers(picker)) is not None:
            out.print(_answers(picker.name, answers), soft_wrap=True, markup=False)
    for test in (*found.over_majority, *found.tests)[:MOST_TESTS]:
        out.print(_test(test), soft_wrap=True, markup=False)
    if (more := len(found.over_majority) + len(found.tests) - MOST_TESTS) > 0:
        out.print(f"… and {more} more tests, all of them with --json", soft_wrap=True, markup=False)
    print_warnings(found.warnings)


def _accuracies(found: BonScore) -> Table:
    caption = "accuracy of the pick, 95 % intervals over questions; headroom: share of the way from a random candidate "
    table = Table(caption=caption + "to the oracle; mixed: questions whose candidates differ in correctness")
    sizes = [n for n in (1, 2, 4, 8, 16, 32, 64) if n < found.size]
    for name in ("", *(f"n={n}" for n in sizes), f"n={found.size}", "mixed", "gain", "p (Holm)", "headroom"):
        table.add_column(name, justify="left" if not name else "right")
    for picker, gain in zip(found.judges, found.gains, strict=True):
        headroom = found.headroom(picker)
        table.add_row(
            escape(picker.name),
            *_cells(picker, sizes, found),
            _signed(gain.difference),
            f"{gain.p_holm:.3g}",
            "-" if headroom is None else f"{headroom:.0%}",
        )
    for rule in found.rules:
        table.add_row(rule.name, *_cells(rule, sizes, found), "", "", "", style="bright_black")
    return table


def _cells(picker: Picker, sizes: Sequence[int], found: BonScore) -> list[str]:
    cells = [_percent(picker.at(n)) for n in sizes]
    cells.append(_interval(picker.at(found.size)))
    return [*cells, _percent(picker.at(found.size, found.mixed))]


def _answers(name: str, found: AnswerScore) -> str:
    """A judge's ranking against a benchmark's labels, in one line."""
    parts = [f"top-1 {_interval(found.top_1)}", *(f"{one} {_percent(e)}" for one, e in found.by_source.items())]
    parts.append(f"pairwise {_interval(found.pairwise)}")
    if found.rank_correlation is not None:
        parts.append(f"Kendall's tau {found.rank_correlation:.2f}")
    if found.ties is not None:
        parts.append(f"RewardBench 2's Ties score {100 * found.ties:.1f}")
    return f"{name}: {' · '.join(parts)}".replace("\\[", "[")


def _percent(estimate: Estimate) -> str:
    return "-" if estimate.value is None else f"{100 * estimate.value:.1f}"


def _interval(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    return rf"{100 * estimate.value:.1f} \[{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"


def _signed(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    return rf"{100 * estimate.value:+.1f} \[{100 * estimate.low:+.1f}, {100 * estimate.high:+.1f}]"


def _test(test: Difference) -> str:
    return (
        f"{test.a} − {test.b} {_signed(test.difference)} points".replace("\\[", "[")
        + f", better on {test.a_better} and worse on {test.b_better} questions, p = {test.p:.3g} ({test.test}), "
        f"{test.p_holm:.3g} after Holm"
    )


def show_correlations(found: Sequence[GainCorrelation]) -> None:
    """Coefficients, the points behind them, and what may not be concluded."""
    out = console()
    for one in found:
        correlation = one.correlation
        table = Table(title=f"{one.metric} against gain, n = {len(one.points)} judges")
        for name in ("judge", one.metric, "gain, points", "r without it"):
            table.add_column(name, justify="left" if name == "judge" else "right")
        without = {left["name"]: left["pearson"] for left in one.without}
        for point in one.points:
            score = point.scores[one.metric]
            gain = _signed(point.gain) if point.gain.low is not None else f"{100 * (point.gain.value or 0):+.1f}"
            left = without.get(point.name)
            table.add_row(escape(point.name), _percent(score), gain, "-" if left is None else f"{left:.2f}")
        out.print(table)
        for name, value in (
            ("Pearson", correlation.pearson),
            ("Spearman", correlation.spearman),
            ("Kendall", correlation.kendall),
        ):
            out.print(f"{name} {_coefficient(value)}", soft_wrap=True, markup=False)
        print_warnings(one.warnings, one.metric)


def _coefficient(found: Coefficient) -> str:
    if found.value is None:
        return "not defined"
    # At 1 and -1 the approximation behind the interval breaks down: it would have no width.
    if found.low is None or found.high is None or found.low == found.high:
        return f"{found.value:.2f}, no interval"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"

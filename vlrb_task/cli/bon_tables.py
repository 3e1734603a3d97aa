"""Best of N as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Column, Table

from vlrb_task.bon.correlation import GainCorrelation
from vlrb_task.bon.making import Round
from vlrb_task.bon.picks import Picker
from vlrb_task.bon.questions import usual_draws
from vlrb_task.bon.scores import AnswerScore, BonScore, Difference
from vlrb_task.cli.options import console, print_warnings
from vlrb_task.compare.correlation import Coefficient
from vlrb_task.support.numbers import Interval, decimals, percent, with_interval
from vlrb_task.tasks.saved import FOLDER_VARIABLE

MOST_TESTS = 20
"""Paired tests that are printed for people."""


def show_made(round: Round) -> None:
    """What there is, what it costs, and how to run it: all of it before anything runs."""
    out = console()
    folder = round.folder
    kinds = ", ".join(f"{kind} {count}" for kind, count in folder.kinds.items())
    size = usual_draws(folder.questions)
    out.tell(f"[bold]{len(folder.questions)} questions[/bold] with {size} draws each: {kinds}")
    for note in folder.making.notes:
        out.tell(f"  {note}", markup=False)
    if round.costs:
        out.print(_costs(round))
    if round.pairs:
        listed = ", ".join(f"{name} {count}" for name, count in round.pairs.items())
        which = f"round {round.number}" if round.number > 1 else "the run"
        out.tell(f"pairs of {which}: {sum(round.pairs.values())} ({listed})")
        if round.waiting:
            out.tell(f"{round.waiting} knockouts go on after it: vlrb bon next {folder.path} LOG…", markup=False)
    elif not round.costs:
        out.tell("nothing is left to ask")
    for task, dataset in round.tasks.items():
        run = f"lmms-eval --include_path {folder.path} --tasks {task} --log_samples …"
        other = f"{FOLDER_VARIABLE}={folder.path} python -m vlmevalkit_adapter … --data {dataset}"
        out.tell(f"run:  {run}\nor:   {other}", markup=False)


def _costs(round: Round) -> Table:
    heads = (Column(name, justify="right") for name in ("ballots", "runs", "prompt tokens", "output tokens, at most"))
    table = Table(
        "scheme",
        *heads,
        "grows with",
        title="What each scheme asks for",
        caption="tokens of text are estimated (4 characters each); every ballot has the question's picture on top; "
        "output is the judge's limit, not what it will write",
    )
    for cost in round.costs:
        chosen = cost.scheme is round.folder.making.scheme
        numbers = (f"{number:,}" for number in (cost.ballots, cost.rounds, cost.prompt_tokens, cost.output_tokens))
        scheme = f"{cost.scheme}{' (chosen)' if chosen else ''}"
        table.add_row(scheme, *numbers, cost.growth, style="bold" if chosen else None)
    return table


def show_score(found: BonScore) -> None:
    """Judges above the rules that they are held against."""
    out = console()
    kinds = ", ".join(f"{kind} {count}" for kind, count in found.folder.kinds.items())
    of = f"{len(found.folder.questions)} questions ({kinds}), scheme {found.folder.making.scheme}"
    out.tell(f"[bold]picks among n = {found.size}[/bold] of {of}")
    out.print(_accuracies(found))
    for picker in found.judges:
        if (answers := found.answers(picker)) is not None:
            out.tell(_answers(picker.name, answers), markup=False)
    for test in (*found.over_majority, *found.tests)[:MOST_TESTS]:
        out.tell(_test(test), markup=False)
    if (more := len(found.over_majority) + len(found.tests) - MOST_TESTS) > 0:
        out.tell(f"… and {more} more tests, all of them with --json")
    print_warnings(found.warnings)


def _accuracies(found: BonScore) -> Table:
    sizes = [n for n in (1, 2, 4, 8, 16, 32, 64) if n < found.size]
    heads = (*(f"n={n}" for n in (*sizes, found.size)), "mixed", "gain", "p (Holm)", "headroom")
    caption = "accuracy of the pick, 95 % intervals over questions; headroom: share of the way from a random candidate "
    table = Table("", *(Column(name, justify="right") for name in heads))
    table.caption = caption + "to the oracle; mixed: questions whose candidates differ in correctness"
    for picker, gain in zip(found.judges, found.gains, strict=True):
        share = found.headroom(picker)
        headroom = "-" if share is None else f"{share:.0%}"
        gained = escape(_interval(gain.difference, "+"))
        table.add_row(escape(picker.name), *_cells(picker, sizes, found), gained, f"{gain.p_holm:.3g}", headroom)
    for rule in found.rules:
        table.add_row(rule.name, *_cells(rule, sizes, found), "", "", "", style="bright_black")
    return table


def _cells(picker: Picker, sizes: Sequence[int], found: BonScore) -> list[str]:
    whole = escape(_interval(picker.at(found.size)))
    return [*(percent(picker.at(n)) for n in sizes), whole, percent(picker.at(found.size, found.mixed))]


def _answers(name: str, found: AnswerScore) -> str:
    """A judge's ranking against a benchmark's labels, in one line."""
    parts = [f"top-1 {_interval(found.top_1)}", *(f"{one} {percent(e)}" for one, e in found.by_source.items())]
    parts.append(f"pairwise {_interval(found.pairwise)}")
    if found.rank_correlation is not None:
        parts.append(f"Kendall's tau {found.rank_correlation:.2f}")
    if found.ties is not None:
        parts.append(f"RewardBench 2's Ties score {percent(found.ties)}")
    return f"{name}: {' · '.join(parts)}"


def _interval(number: Interval, sign: str = "") -> str:
    return with_interval(number, "{} [{}, {}]", f"{sign}.1f")


def _test(test: Difference) -> str:
    return (
        f"{test.a} − {test.b} {_interval(test.difference, '+')} points, better on {test.a_better} and worse on "
        f"{test.b_better} questions, p = {test.p:.3g} ({test.test}), {test.p_holm:.3g} after Holm"
    )


def show_correlations(found: Sequence[GainCorrelation]) -> None:
    """Coefficients, the points behind them, and what may not be concluded."""
    out = console()
    for one in found:
        heads = (Column(name, justify="right") for name in (one.metric, "gain, points", "r without it"))
        table = Table("judge", *heads, title=f"{one.metric} against gain, n = {len(one.points)} judges")
        without = {left["name"]: left["pearson"] for left in one.without}
        for point in one.points:
            bare = f"{100 * (point.gain.value or 0):+.1f}"
            gain = bare if point.gain.low is None else escape(_interval(point.gain, "+"))
            left = decimals(without.get(point.name))
            table.add_row(escape(point.name), percent(point.scores[one.metric]), gain, left)
        out.print(table)
        for name in ("pearson", "spearman", "kendall"):
            out.tell(f"{name.capitalize()} {_coefficient(getattr(one.correlation, name))}", markup=False)
        print_warnings(one.warnings, one.metric)


def _coefficient(found: Coefficient) -> str:
    if found.value is None:
        return "not defined"
    # At 1 and -1 the approximation behind the interval breaks down: it would have no width.
    none = f"{found.value:.2f}, no interval"
    return none if found.low == found.high else with_interval(found, "{} [{}, {}]", ".2f", 1, none)

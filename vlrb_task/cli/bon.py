"""``vlrb bon``: best of N with a judge, from a policy's own runs to the correlation with the benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.asking.ballots import MOST_VOTES
from vlrb_task.bon.designs import Scheme
from vlrb_task.cli.options import FILE, FOLDER, error_console, print_json, print_result, shared
from vlrb_task.support.errors import DataError, UnknownName, VlrbError
from vlrb_task.support.extra import require
from vlrb_task.support.writing import output_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from vlrb_task.scores.policies import Policy


@click.group("bon")
def command() -> None:
    """Best of N: does picking with the judge help, and does the benchmark predict how much?"""


@command.command("make")
@click.argument("samples", metavar="SAMPLES...", nargs=-1, required=True, type=FILE)
@click.option("-o", "--output", type=FOLDER, required=True, help="Folder to write.")
@click.option("--scheme", default="round_robin", show_default=True, help=", ".join(Scheme) + ".")
@click.option(
    "--judge", "judges", metavar="J", multiple=True, help="Judge to write a task for; can be given more often."
)
@click.option(
    "--least", default=4, show_default=True, type=click.IntRange(1), help="sparse: comparisons of each candidate."
)
@click.option("--order", default="both", show_default=True, type=click.Choice(["both", "key"]), help="Orders asked.")
@click.option(
    "--votes",
    default=1,
    show_default=True,
    type=click.IntRange(1, MOST_VOTES),
    metavar="K",
    help="Votes in each order.",
)
@click.option("--name", default="vlrb_bon", show_default=True, help="Of pairs and tasks; begins with vlrb.")
@click.option("--metric", help="The scorer's metric or column that says what is right.")
@click.option("--task", help="lmms-eval's task of the logs, where the file's name does not say it.")
@click.option("--include-path", type=FOLDER, help="Folder with that task's YAML file, if lmms-eval does not ship it.")
@click.option("--rescore", is_flag=True, help="Ask lmms-eval's own scorer about each answer by itself.")
@click.option(
    "--questions",
    "pictures",
    type=FILE,
    help="File of the benchmark with its pictures: parquet, JSONL or VLMEvalKit's TSV.",
)
@click.option("--no-images", is_flag=True, help="Ask without pictures.")
@click.option("--dry-run", is_flag=True, help="Only say what there is and what it would cost.")
@shared("force", "trust_pickle", "json")
def make(
    samples: Sequence[Path],
    output: Path,
    scheme: str,
    judges: Sequence[str],
    least: int,
    order: str,
    votes: int,
    name: str,
    no_images: bool,
    dry_run: bool,
    force: bool,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Candidates of a policy's own runs into pairs that any judge can be asked about.

    SAMPLES are lmms-eval sample logs (of a task with repeats, or of N runs), VLMEvalKit's scored files of N runs, or a
    JSONL file of {"question", "image", "candidates", "right"}. What is right is what their scorer said.
    """
    from vlrb_task.bon.folder import NO_PICTURES, Folder, Making
    from vlrb_task.bon.gathering import gather
    from vlrb_task.bon.making import Round, costs, first_round
    from vlrb_task.cli.bon_tables import show_made
    from vlrb_task.lmms.best_of_n import check_new, write_folder

    chosen = Scheme.parse(scheme)
    if not name.startswith("vlrb"):
        raise UnknownName(f"--name {name!r}: begin with 'vlrb', so that the other commands find its logs")
    asked = list(judges) or ["pointwise_100" if chosen is Scheme.POINTWISE else "official"]
    if not dry_run:
        check_new(output, name, asked, force=force)
    making = Making(name, chosen, least, order, votes, notes=(NO_PICTURES,) if no_images else ())
    with error_console().status("reading candidates and pictures"):
        planned = gather(samples, Folder(output, making), **wanted, images=not (no_images or dry_run))
    made = Round(planned, costs=costs(planned, asked[0])) if dry_run else write_folder(first_round(planned, asked))
    print_result(made, as_json, show_made)


@command.command("next")
@click.argument("folder", type=FOLDER)
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=FILE)
@click.option("--parser", metavar="NAME", help="Read the texts with another parser.")
@shared("trust_pickle", "json")
def next_round(folder: Path, logs: Sequence[Path], parser: str | None, trust_pickle: bool, as_json: bool) -> None:
    """Write the next round of a knockout for the judge of the LOGs, which are those of all its rounds so far.

    In other schemes, and where a run was cut short: write the comparisons that have no vote yet.
    """
    from vlrb_task.bon import folder as folders
    from vlrb_task.bon.making import next_round as plan_next
    from vlrb_task.bon.opinions import read_opinions
    from vlrb_task.cli.bon_tables import show_made
    from vlrb_task.lmms.best_of_n import write_round

    opened = folders.read(folder)
    opinions = read_opinions(opened, logs, parser, trust_pickle=trust_pickle)
    if len(opinions) != 1:
        raise DataError(f"logs of one judge are needed, not of {', '.join(o.name for o in opinions)}")
    print_result(write_round(plan_next(opened, opinions[0])), as_json, show_made)


@command.command("score")
@click.argument("folder", type=FOLDER)
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=FILE)
@click.option("--ranking", default="auto", show_default=True, help="auto, wins, bradley-terry or knockout.")
@click.option("--parser", metavar="NAME", help="Read the texts with another parser, in place of the judge's own.")
@click.option("--plot", type=FILE, help="Draw accuracy against n: an svg, pdf or png file.")
@shared("force", "trust_pickle", "json")
def score(
    folder: Path,
    logs: Sequence[Path],
    ranking: str,
    parser: str | None,
    plot: Path | None,
    force: bool,
    trust_pickle: bool,
    as_json: bool,
) -> None:
    """How right the judges' picks are at each n up to N, beside what they must be held against."""
    require("vlrb bon score", "statsmodels", "choix")
    from vlrb_task.bon import folder as folders
    from vlrb_task.bon.opinions import read_opinions
    from vlrb_task.bon.scores import score as score_folder
    from vlrb_task.cli.bon_tables import show_score

    _check_plot(plot, [folder, *logs], force)
    opened = folders.read(folder)
    with error_console().status("reading votes and working out picks"):
        found = score_folder(opened, read_opinions(opened, logs, parser, trust_pickle=trust_pickle), ranking)
    if plot is not None:
        from vlrb_task.report.bon_figures import curves

        _save(plot, curves(found))
    print_result(found, as_json, show_score)


@command.command("correlate")
@click.argument("folder", type=FOLDER, required=False)
@click.argument("logs", metavar="LOG...", nargs=-1, type=FILE)
@shared("pairs")
@click.option("--table", type=FILE, help="CSV with columns judge, gain, and overall or macro, as fractions.")
@click.option("--ranking", default="auto", show_default=True, help="As for score.")
@shared("policy")
@click.option("--plot", type=FILE, help="Draw the scatter: an svg, pdf or png file.")
@shared("force", "trust_pickle", "json")
def correlate(
    folder: Path | None,
    logs: Sequence[Path],
    pairs: str | None,
    table: Path | None,
    ranking: str,
    policy: Policy,
    plot: Path | None,
    force: bool,
    trust_pickle: bool,
    as_json: bool,
) -> None:
    """The benchmark's score against the gain from picking, over judges.

    FOLDER is one of bon make; the LOGs are of both kinds, the judges' runs on VL-RewardBench and on the folder's pairs.
    They are matched by model, or by judge where the log names no model. Or all of it comes from a --table.
    """
    require("vlrb bon correlate", "statsmodels", "choix")
    from vlrb_task.bon.correlation import correlations, points_from_logs, read_table
    from vlrb_task.cli.bon_tables import show_correlations

    _check_plot(plot, [folder, *logs, pairs, table], force)
    points = read_table(table) if table else []
    if folder is not None:
        if not logs:
            needed = "logs of the judges on the benchmark and on the folder's pairs are needed"
            raise VlrbError(f"vlrb bon correlate: {needed}")
        points += points_from_logs(folder, logs, pairs, ranking, policy, trust_pickle=trust_pickle)
    elif not table:
        raise VlrbError("vlrb bon correlate: a folder with logs, or a --table, is needed")
    found = correlations(points)
    if plot is not None:
        from vlrb_task.report.bon_figures import scatter

        _save(plot, scatter(found[0]))
    if as_json:
        print_json([one.to_dict() for one in found])
    else:
        show_correlations(found)


def _check_plot(path: Path | None, inputs: Sequence[Path | str | None], force: bool) -> None:
    """Refuse a picture that could not be written, before the work begins."""
    if path is None:
        return
    require("vlrb bon --plot", "matplotlib")
    from vlrb_task.report.drawing import FORMATS, PICTURE

    if path.suffix.removeprefix(".") not in FORMATS:
        raise UnknownName(f"--plot {path}: end its name in .{', .'.join(FORMATS)}")
    output_file(path, PICTURE, inputs, force=force)


def _save(path: Path, figure: Figure) -> None:
    from vlrb_task.report.drawing import save

    save(figure, path)
    error_console().tell(f"wrote {path}", markup=False)

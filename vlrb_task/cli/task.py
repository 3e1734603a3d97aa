"""``vlrb task``: a task for a judge, a schedule or pairs that are not shipped."""

from __future__ import annotations

import shlex
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vlrb_task.asking.ballots import MOST_VOTES
from vlrb_task.cli.options import FILE, FOLDER, console, print_json, print_warnings, shared
from vlrb_task.support.errors import UnknownName, VlrbError, choice
from vlrb_task.support.writing import write_text

if TYPE_CHECKING:
    from vlrb_task.scores.policies import Policy
    from vlrb_task.tasks.questions import BallotList


@click.command("task")
@click.option("--judge", required=True, metavar="J", help="Judge to ask.")
@click.option(
    "--votes", default=1, show_default=True, type=click.IntRange(1, MOST_VOTES), metavar="K", help="Votes a pair."
)
@click.option("--order", default="alternate", show_default=True, help="key, both, alternate or parity.")
@shared("pairs")
@click.option("--bench", metavar="NAME", help="A benchmark that is known by name, or NAME=FOLDER (`vlrb bench list`).")
@click.option(
    "--image",
    "pictures",
    metavar="HOW",
    help="blank, shuffled, noise or none: what is shown in the pictures' place, to see whether the judge needs them.",
)
@click.option("--no-images", is_flag=True, help="Send no pictures: as --image none. Every result then says so.")
@click.option("--captions", type=FILE, help="JSON file of id (or key) to caption, for the judge `caption`.")
@click.option(
    "--after",
    multiple=True,
    metavar="LOG",
    type=FILE,
    help="Logs of a first step's run: what it answered stands in this judge's prompt. May be given several times.",
)
@click.option(
    "--votes-from",
    "logs",
    multiple=True,
    metavar="LOG",
    type=FILE,
    help="Logs of this run so far: what stands there is not asked again. May be given several times.",
)
@click.option(
    "--stop/--no-stop",
    default=True,
    help="With --votes-from: leave out pairs whose outcome no further vote can change (default), or ask all that is missing.",
)
@click.option(
    "--stop-policy",
    help="With --votes-from: the policy under which outcomes are to stay: strict (default), half or official.",
)
@click.option(
    "--sparing", is_flag=True, help="With --votes-from: ask only what is needed for certain; more rounds, fewer votes."
)
@click.option(
    "--again",
    metavar="REASONS",
    help="With --votes-from: ask only the ballots whose votes are unparsed for these reasons, once more: failed, empty, "
    "cut_off, refused, unparsed (any reason), or several separated by commas. The new votes replace the old ones.",
)
@click.option("--temperature", type=click.FloatRange(0, 2), help="Sampling temperature. Default: the judge's.")
@click.option("--top-p", type=click.FloatRange(0, 1, min_open=True), help="Nucleus sampling. Default: the judge's.")
@click.option("--max-new-tokens", type=click.IntRange(1), help="Tokens an answer. Default: the judge's.")
@shared("trust_pickle")
@click.option("--name", required=True, help="Name of the task.")
@click.option("-o", "--output", required=True, type=FOLDER, help="Folder to write.")
@shared("force", "json")
def command(
    judge: str,
    votes: int,
    order: str,
    pairs: str | None,
    bench: str | None,
    pictures: str | None,
    no_images: bool,
    captions: Path | None,
    after: tuple[Path, ...],
    logs: tuple[Path, ...],
    stop: bool,
    stop_policy: str | None,
    sparing: bool,
    again: str | None,
    trust_pickle: bool,
    name: str,
    output: Path,
    force: bool,
    as_json: bool,
    **sampled: Any,
) -> None:
    """Write a task: a judge with a schedule, on the benchmark or on your own pairs.

    With --votes-from the task asks only what other runs have left open: an interrupted run is completed, five votes
    become ten, and a pair that is decided is not asked again. With --again it asks votes that could not be read once more.
    Score it together with those runs' logs.

    Run it with lmms-eval (--include_path DIR --tasks NAME) or with VLMEvalKit (VLRB_TASKS=DIR names the folder).
    """
    from vlrb_task.asking.ballots import Schedule
    from vlrb_task.judges import get_judge
    from vlrb_task.lmms.write import task_yaml, write_ballots
    from vlrb_task.pairs.captions import Captions
    from vlrb_task.pairs.pair import SUBSETS
    from vlrb_task.pairs.perturbing import Pictures
    from vlrb_task.pairs.rows import HubDataset, hub_id, is_local, load_benchmark
    from vlrb_task.tasks.copying import answers_of, copy_pairs
    from vlrb_task.tasks.questions import SUFFIX
    from vlrb_task.tasks.saved import FOLDER_VARIABLE, check_name, check_outputs, save_task
    from vlrb_task.tasks.shipped import TaskSpec

    schedule = Schedule.parse(order, votes)
    pairs, shown = _bench(bench, pairs), choice(Pictures, pictures, "--image") if pictures else None
    if no_images:
        if shown not in (None, Pictures.NONE):
            raise VlrbError(f"--image {shown} and --no-images: give one of them")
        shown = Pictures.NONE
    chosen = get_judge(judge)
    check_name(name)
    changed = {setting: value for setting, value in sampled.items() if value is not None}
    sampling = replace(chosen.sampling, **changed) if changed else None
    spec = TaskSpec(name, judge, schedule, f"{judge}: {chosen.summary}", pairs or hub_id(), sampling)
    if shown is not None and logs and not no_images:
        raise VlrbError("--image: not with --votes-from, whose votes are about other pictures")
    if after and (captions or logs):
        raise VlrbError("--after: not with --captions or --votes-from")
    if not is_local(spec.pairs):
        HubDataset.parse(spec.pairs)  # fails before anything is written
    check_outputs(name, output, [pairs, captions, *after, *logs], force=force)
    if again is not None and (not logs or stop_policy or sparing):
        raise VlrbError("--again: only with --votes-from, and without --stop-policy and --sparing")
    policy = _stop(stop, stop_policy, sparing, bool(logs))
    output.mkdir(parents=True, exist_ok=True)
    said: list[str] = []
    # Paths and warnings quote what is no markup.
    tell = said.append if as_json else partial(console().tell, markup=False)
    document = {"name": name, "dataset": spec.dataset_name, "folder": str(output), "said": said}
    left: BallotList | None = None
    if logs:
        from vlrb_task.cli.continuation import left_to_ask

        left, lines = left_to_ask(logs, spec, captions, policy, sparing, again, trust_pickle)
        for line in lines:
            tell(line)
        if not left.ballots:
            words = [*map(str, logs), *(["--pairs", pairs] if pairs else []), *(["--trust-pickle"] * trust_pickle)]
            tell(f"nothing is left to ask:  vlrb score {shlex.join(words)}")
            if as_json:
                print_json({**document, "file": None})
            return
        spec = replace(spec, ballots=f"{name}{SUFFIX}", schedule=left.schedule)
    within = False
    subsets, described = list(SUBSETS), Captions.read(captions) if captions else None
    if after:
        benchmark = load_benchmark(spec.pairs, network=True)
        described = answers_of(after, chosen, schedule, benchmark, trust_pickle=trust_pickle)
    if described is not None or shown is not None or is_local(spec.pairs):
        target = output / f"{name}.parquet"
        copied = copy_pairs(spec.pairs, target, chosen, described, shown)
        print_warnings(copied.warnings)
        subsets, within = copied.subsets, copied.messages
        spec = replace(spec, pairs=target.name, video=copied.video)
    path = output / f"{name}.yaml"
    listed = write_ballots(spec, left, output) if left else None
    text = task_yaml(spec, subsets, described.sha256 if described else None, listed, messages=within)
    write_text(path, text)
    save_task(spec, output)
    folder = shlex.quote(str(output))
    tell(f"wrote {path}")
    tell(f"run:  lmms-eval --include_path {folder} --tasks {name} --log_samples …")
    tell(f"or:   {FOLDER_VARIABLE}={folder} python -m vlmevalkit_adapter … --data {spec.dataset_name}")
    if as_json:
        print_json({**document, "file": str(path)})


def _bench(name: str | None, pairs: str | None) -> str | None:
    """The pairs of a benchmark that is known by name."""
    from vlrb_task.pairs.benchmarks import DEFAULT, benchmark_names, is_benchmark

    if name is None:
        return pairs
    if pairs is not None:
        raise VlrbError("--bench and --pairs: give one of them")
    if not is_benchmark(name.partition("=")[0]):
        raise UnknownName(f"no benchmark {name!r}: {', '.join(benchmark_names())}")
    return None if name == DEFAULT else name


def _stop(stop: bool, policy: str | None, sparing: bool, continues: bool) -> Policy | None:
    """The policy under which decided pairs are left out; None where all that is missing is asked."""
    from vlrb_task.scores.policies import Policy

    chosen = Policy.parse(policy or Policy.STRICT)
    given = [*(["--stop-policy"] if policy else []), *(["--sparing"] if sparing else [])]
    if given and not stop:
        raise VlrbError(f"{' and '.join(given)}: not with --no-stop, which asks all that is missing")
    if not continues and (given or not stop):
        raise VlrbError(f"{' and '.join(given) or '--no-stop'}: only with --votes-from, which says what stands already")
    return chosen if stop else None

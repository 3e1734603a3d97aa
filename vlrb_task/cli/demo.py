"""``vlrb demo``: the main job on the packaged pairs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from vlrb_task.cli.options import FOLDER, console, print_json, shared
from vlrb_task.support.errors import VlrbError


@click.command("demo")
@click.option(
    "--policy",
    default="random",
    show_default=True,
    help="The baseline: first, second, longer, shorter, random or oracle.",
)
@click.option("-o", "--output", type=FOLDER, help="Keep lmms-eval's files in this folder.")
@shared("json")
def command(policy: str, output: Path | None, as_json: bool) -> None:
    """The main job on the packaged pairs: a real lmms-eval run with a baseline judge, then its score table.

    Needs lmms-eval: pip install "vlrb[lmms-eval]". No network, no key, no GPU; about half a minute.
    """
    from vlrb_task.cli.score_tables import show
    from vlrb_task.scores.baselines import baselines
    from vlrb_task.scores.score import score_run
    from vlrb_task.votes import read_runs

    if importlib.util.find_spec("lmms_eval") is None:
        raise VlrbError('the demo runs lmms-eval, which is not installed here: pip install "vlrb[lmms-eval]"')
    with tempfile.TemporaryDirectory(prefix="vlrb-demo-") as scratch:
        folder = (output or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        arguments = ["--model", "vlrb_baseline", "--model_args", f"policy={policy}", "--tasks", "vlrb_demo"]
        arguments += ["--batch_size", "1", "--log_samples", "--output_path", str(folder)]
        out = console()
        out.quiet = as_json
        out.tell(f"[bold]lmms-eval {' '.join(arguments)}[/bold]")
        before = set(folder.rglob("*_samples_vlrb_demo.jsonl"))
        # The demo is the same on a machine with a GPU, and no dataset of it is on the hub.
        changed = {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
        done = subprocess.run(  # noqa: S603 - our own arguments, no shell
            [sys.executable, "-m", "lmms_eval", *arguments],
            env={**os.environ, **changed},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        new = sorted(set(folder.rglob("*_samples_vlrb_demo.jsonl")) - before)
        if done.returncode or not new:
            raise VlrbError(f"lmms-eval failed; the end of its output:\n{(done.stdout + done.stderr)[-3000:]}")
        # lmms-eval's own result table, out of everything that it prints
        out.tell("\n".join(line for line in done.stdout.splitlines() if line.startswith("|")), markup=False)
        out.tell(f"[bold]vlrb score {new[-1].name}[/bold]")
        for run in read_runs([new[-1]]):
            score = score_run(run)
            if as_json:
                print_json(score.to_dict())
            else:
                show(score, baselines(run))

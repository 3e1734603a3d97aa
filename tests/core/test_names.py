"""Names of tasks of one's own: what the frameworks have already is refused, and so is what is no name."""

from __future__ import annotations

from pathlib import Path

import pytest

from vlrb_task.cli.main import group
from vlrb_task.lmms import hub
from vlrb_task.support.errors import VlrbError
from vlrb_task.tasks.saved import check_name
from vlrb_task.tasks.shipped import HUB, shipped_tasks


@pytest.mark.parametrize(
    "name",
    [
        "mmmu_val",
        "MMMU_val",
        "vl_rewardbench",
        "MMMU_DEV_VAL",
        "vlrb_swap",
        "VLRB",
        "swap",
        "mmrb",
        "",
        " ",
        "a/b",
        "../x",
        "1",
    ],
)
def test_names_that_are_taken_or_are_none(name: str) -> None:
    with pytest.raises(VlrbError, match="--name"):
        check_name(name)


@pytest.mark.parametrize("name", ["mine", "my_vlrb", "judge-7B.v2"])
def test_names_that_are_free(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", [name for name, spec in shipped_tasks().items() if spec.pairs == HUB])
def test_every_task_about_the_hub_can_be_written_offline(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from vlrb_task.pairs.demo import demo_parquet

    monkeypatch.setattr("sys.argv", ["lmms-eval", "--tasks", f"mmmu_val,{name}"])
    hint = hub._instead()
    assert f"my_{name} " in hint
    command = hint.partition("`vlrb ")[2].partition("`")[0]
    if shipped_tasks()[name].judge in ("caption", "criterion", "second_look"):
        pytest.skip("this judge needs a column that the packaged pairs lack")
    words = command.replace("FILE", str(demo_parquet())).replace("DIR", str(tmp_path)).split()
    done = CliRunner().invoke(group, words)
    assert done.exit_code == 0, f"{done.output}{done.exception!r}"
    written = (tmp_path / f"my_{name}.yaml").read_text()
    sampling = shipped_tasks()[name].sampling
    assert sampling is None or f"temperature: {sampling.temperature}\n" in written

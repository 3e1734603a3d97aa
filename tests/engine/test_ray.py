"""The program of ``docs/scaling.md`` on Ray Data, a local cluster of two workers: every number is ``vlrb score``'s."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vlrb_task.pairs.pair import parse_row

pytest.importorskip("ray", reason="Ray is not installed here (nox -s engine installs it)")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scaling.md"
PAIRS, VOTES = 40_000, 5


def row_of(number: int) -> dict[str, Any]:
    prefix = ("mmmu", "wildvision", "RLHF", "hallucination")[number % 4]
    ranking = [number % 3 % 2, 1 - number % 3 % 2]
    return {
        "id": f"{prefix}_{number}",
        "query": "What is there?",
        "response": [f"A cat, {number}.", f"A dog and a bird, {number}."][:: 1 - 2 * (number % 2)],
        "human_ranking": ranking,
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200,000 votes in four files, some ballots twice, some unparsed, some lines damaged, and the pairs beside them."""
    made, coin = tmp_path_factory.mktemp("votes"), random.Random(7)
    lines: list[str] = []
    with (made / "pairs.jsonl").open("w") as pairs:
        for row in map(row_of, range(PAIRS)):
            pairs.write(json.dumps(row) + "\n")
            pair, _ = parse_row(row)
            for vote in range(VOTES):
                said = coin.choice(["Answer 1 is better.", "Answer 2 is better.", "Both are equally good.", "Hm."])
                line: dict[str, Any] = {"v": 1, "key": pair.key, "judge": "criteria", "vote": vote}
                line |= {
                    "first": (int(pair.key, 16) + vote) % 2,
                    "text": f"Look {coin.random()}.\n\nOverall Judgment: {said}",
                }
                lines.append(json.dumps(line))
    lines += [*coin.sample(lines, 500), "{}", "not JSON"]
    coin.shuffle(lines)
    for part in range(4):
        (made / f"{part}.votes.jsonl").write_text("".join(line + "\n" for line in lines[part::4]))
    return made


def code_of_the_page() -> str:
    """The program that the page shows."""
    (found,) = re.findall(r"```python\n(import ray\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


def test_the_page_s_program_gives_the_numbers_of_vlrb_score(folder: Path) -> None:
    program = code_of_the_page().replace("VOTES", str(folder)).replace("PAIRS", str(folder / "pairs.jsonl"))
    program += "import json; print()\nprint(json.dumps(score_run(run).to_dict()))\n"
    found = output(sys.executable, "-c", program)
    logs = map(str, sorted(folder.glob("*.votes.jsonl")))
    pairs = ("--pairs", str(folder / "pairs.jsonl"))
    expected = output(sys.executable, "-m", "vlrb_task", "score", "--json", "--merge", *logs, *pairs)
    assert "500 duplicate votes, counted once" in " ".join(found["warnings"])
    expected.pop("doubt")  # of the command, which looks at the texts
    for told in ("source", "metadata", "warnings"):
        expected.pop(told), found.pop(told)
    assert found == expected
    assert found["votes"] == PAIRS * VOTES


NOT_STARTED = "The current node timed out during startup"
"""Ray gives its own processes 30 s to start, which cannot be changed, and which a loaded machine may exceed."""


def output(*command: str) -> dict[str, Any]:
    """The JSON document that is all of a program's output, or its last line."""
    for _ in range(3):
        done = subprocess.run(command, capture_output=True, text=True)
        if NOT_STARTED not in done.stderr:
            break
    assert done.returncode == 0, done.stderr[-3000:]
    whole = done.stdout.startswith("{")
    return dict(json.loads(done.stdout if whole else done.stdout.strip().splitlines()[-1]))

"""``vlrb bon`` from candidates to the plot, with votes files in a framework's place."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.bon.simulate import SAYS, discerning, policy
from vlrb_task.asking.ballots import Schedule, ballots_of
from vlrb_task.bon import folder as folders
from vlrb_task.bon.questions import split_pair_id
from vlrb_task.cli.main import group
from vlrb_task.judges import get_judge
from vlrb_task.judges.templates import prompt_record
from vlrb_task.pairs.pair import parse_rows
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.support.errors import DataError, VlrbError
from vlrb_task.tasks.saved import load_tasks
from vlrb_task.votes import benchmark_fields, make_record, write_votes

pytest.importorskip("choix")
pytest.importorskip("statsmodels")


def vlrb(*arguments: object) -> Any:
    """The JSON document of a command, or the error that it ends with."""
    done = CliRunner().invoke(group, [*map(str, arguments), "--json"])
    if isinstance(done.exception, VlrbError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def shown(*arguments: object) -> str:
    done = CliRunner().invoke(group, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.fixture
def candidates(tmp_path: Path) -> Path:
    path = tmp_path / "candidates.jsonl"
    with path.open("w") as file:
        for q in policy(40, 4, rights=[0.5]):
            line = {"id": q.id, "question": q.query, "candidates": [d.text for d in q.draws]}
            file.write(json.dumps(line | {"right": [d.right for d in q.draws]}) + "\n")
    return path


def answer(
    made: Path, name: str, log: Path, accuracy: float = 0.8, model: str = "m", text: Callable[[str], str] = str
) -> Path:
    """Answer every ballot of a task in a folder, as a framework with a judge of that accuracy would."""
    task = next(task for task in load_tasks(made) if task.name == name)
    folder = folders.read(made)
    prefer, chance = discerning(accuracy), random.Random(f"{model} {name}")
    benchmark = load_benchmark(task.pairs)
    judge = get_judge(task.judge)
    found = []
    for pair in benchmark.pairs:
        place = split_pair_id(pair.id)
        assert place is not None
        question, *numbers = folder.by_id[place[0]], place[1], place[2]
        for ballot in ballots_of(pair, task.schedule, judge.mode):
            if ballot.answer is not None:
                said = judge.example_rating.format(
                    int(40 + 20 * question.right_of[numbers[ballot.answer]] + chance.gauss(0, 5))
                )
            else:
                order = numbers if ballot.first == 0 else numbers[::-1]
                said = SAYS[0 if prefer(question, order[0], order[1], chance) else 1]
            fields = benchmark_fields(benchmark) | {"model": model}
            found.append(make_record(pair, ballot, task.judge, prompt_record(judge), text(said), **fields))
    write_votes(log, found)
    return log


def test_make_score_and_what_is_said_of_both(tmp_path: Path, candidates: Path) -> None:
    made = tmp_path / "bon"
    price = vlrb("bon", "make", candidates, "-o", made, "--dry-run")
    assert not made.exists()
    assert {c["scheme"]: c["ballots"] for c in price["costs"]} == {
        "pointwise": 160,
        "round_robin": 480,
        "sparse": 480,
        "knockout": 240,
    }
    said = shown("bon", "make", candidates, "-o", made, "--judge", "criteria", "--judge", "letter")
    assert "N squared" in said
    assert "lmms-eval --include_path" in said
    assert "none right" in said
    log = answer(made, "vlrb_bon_criteria", tmp_path / "a.votes.jsonl")
    other = answer(made, "vlrb_bon_letter", tmp_path / "b.votes.jsonl", 0.6, "n", lambda s: "A" if "1 is" in s else "B")
    score = vlrb("bon", "score", made, log, other)
    assert [judge["name"] for judge in score["judges"]] == ["m", "n"]
    best, _ = score["judges"]
    rules = {rule["name"]: rule["accuracy"]["value"] for rule in score["rules"]}
    assert rules["random candidate"] < best["accuracy"]["value"] <= rules["oracle"]
    assert best["at_n"]["1"]["value"] == pytest.approx(rules["random candidate"])
    assert best["gain"]["value"] == pytest.approx(best["accuracy"]["value"] - rules["random candidate"])
    assert best["votes"] == 480
    assert len(score["tests"]) == 1
    table = shown("bon", "score", made, log, "--plot", tmp_path / "curve.svg")
    assert "self-consistency" in table
    assert (tmp_path / "curve.svg").read_text().startswith("<?xml")


def test_no_accuracy_is_made_of_pairs_without_a_label(tmp_path: Path, candidates: Path) -> None:
    made = tmp_path / "bon"
    facts = vlrb("bon", "make", candidates, "-o", made, "--judge", "criteria")
    yaml = (made / "vlrb_bon_criteria.yaml").read_text()
    assert '"decidable"' in yaml
    assert '"overall"' not in yaml
    assert '"undecidable"' not in yaml
    log = answer(made, "vlrb_bon_criteria", tmp_path / "a.votes.jsonl", 1.0)
    score = vlrb("score", log)
    assert score["overall"]["value"] == 1.0
    assert score["pairs"] == facts["pairs"]["decidable"]
    assert score["missing"] == 0
    assert any("no answer is better" in warning for warning in score["warnings"])


def test_scores_of_a_folder_made_without_pictures_say_so(tmp_path: Path, candidates: Path) -> None:
    for folder, options in (("seen", []), ("blind", ["--no-images"])):
        made = tmp_path / folder
        vlrb("bon", "make", candidates, "-o", made, "--judge", "criteria", *options)
        log = answer(made, "vlrb_bon_criteria", tmp_path / f"{folder}.votes.jsonl")
        warnings = vlrb("bon", "score", made, log)["warnings"]
        assert any("without pictures" in line for line in warnings) == bool(options)


def test_a_knockout_goes_on_round_by_round(tmp_path: Path, candidates: Path) -> None:
    made = tmp_path / "bon"
    vlrb("bon", "make", candidates, "-o", made, "--judge", "criteria", "--scheme", "knockout")
    first = answer(made, "vlrb_bon_criteria", tmp_path / "1.votes.jsonl", 1.0)
    early = vlrb("bon", "score", made, first)
    assert any("knockouts are not over" in warning for warning in early["warnings"])
    second = vlrb("bon", "next", made, first)
    assert second["round"] == 2
    assert sum(second["pairs"].values()) == 40
    last = answer(made, second["tasks"][0], tmp_path / "2.votes.jsonl", 1.0)
    score = vlrb("bon", "score", made, first, last)
    assert score["judges"][0]["headroom"] == pytest.approx(1.0)
    assert not score["warnings"]
    assert "nothing is left to ask" in shown("bon", "next", made, first, last)


def test_a_run_that_was_cut_short_is_taken_up_again(tmp_path: Path, candidates: Path) -> None:
    made = tmp_path / "bon"
    vlrb("bon", "make", candidates, "-o", made, "--judge", "criteria", "--scheme", "sparse", "--least", "2")
    log = answer(made, "vlrb_bon_criteria", tmp_path / "1.votes.jsonl", 1.0)
    part = tmp_path / "part.votes.jsonl"
    part.write_text("".join(log.read_text().splitlines(keepends=True)[:200]))
    score = vlrb("bon", "score", made, part)
    assert any("asked about a PART of the questions only: 15 of 40" in warning for warning in score["warnings"])
    rest = vlrb("bon", "next", made, part)
    assert sum(rest["pairs"].values()) == 60
    other = answer(made, rest["tasks"][0], tmp_path / "2.votes.jsonl", 1.0)
    whole = vlrb("bon", "score", made, part, other)
    assert not any("PART" in warning for warning in whole["warnings"])
    assert whole["judges"][0]["accuracy"]["n"] == 40


def test_ratings_pick_and_a_judge_of_the_other_kind_is_refused(tmp_path: Path, candidates: Path) -> None:
    made = tmp_path / "bon"
    with pytest.raises(DataError, match="it cannot serve the scheme pointwise"):
        vlrb("bon", "make", candidates, "-o", made, "--scheme", "pointwise", "--judge", "criteria")
    assert not made.exists()
    vlrb("bon", "make", candidates, "-o", made, "--scheme", "pointwise", "--judge", "pointwise_100")
    log = answer(made, "vlrb_bon_pointwise_100", tmp_path / "a.votes.jsonl")
    score = vlrb("bon", "score", made, log)
    assert score["judges"][0]["ranking"] == "highest mean rating"
    assert score["judges"][0]["headroom"] > 0.9
    assert score["judges"][0]["votes"] == 80, "two ratings make a vote: as many ratings as candidates"
    with pytest.raises(DataError, match="is there already"):
        vlrb("bon", "make", candidates, "-o", made, "--scheme", "pointwise")


def test_votes_about_other_candidates_are_set_aside(tmp_path: Path, candidates: Path) -> None:
    made = tmp_path / "bon"
    vlrb("bon", "make", candidates, "-o", made, "--judge", "criteria")
    log = answer(made, "vlrb_bon_criteria", tmp_path / "a.votes.jsonl")
    changed = candidates.with_name("changed.jsonl")
    changed.write_text(candidates.read_text().replace("Look 0.", "Seen 0."))
    vlrb("bon", "make", changed, "-o", tmp_path / "other", "--judge", "criteria")
    score = vlrb("bon", "score", tmp_path / "other", log)
    assert any("6 pairs are not of" in warning for warning in score["warnings"])
    lines = [
        {k: v for k, v in json.loads(line).items() if k not in ("better", "subset", "key")}
        for line in log.read_text().splitlines()
    ]
    bare = tmp_path / "bare.votes.jsonl"
    bare.write_text("".join(json.dumps(line) + "\n" for line in lines))
    whole, found = vlrb("bon", "score", made, log), vlrb("bon", "score", made, bare)
    assert found["judges"][0]["accuracy"] == whole["judges"][0]["accuracy"], "ids are enough"


def test_correlate_from_logs_and_from_a_table(tmp_path: Path, candidates: Path) -> None:
    made = tmp_path / "bon"
    vlrb("bon", "make", candidates, "-o", made, "--judge", "criteria")
    logs = tmp_path / "logs"
    logs.mkdir()
    rows = [
        {"id": f"mmmu_{n}", "query": "?", "response": [f"a{n}", f"b{n}"], "human_ranking": [0, 1]} for n in range(60)
    ]
    benchmark = parse_rows(rows)
    judge = get_judge("official")
    for number, accuracy in enumerate((0.5, 0.6, 0.7, 0.8, 0.95)):
        model = f"m{number}"
        answer(made, "vlrb_bon_criteria", logs / f"{model}_bon.votes.jsonl", accuracy, model)
        chance = random.Random(model)
        found = []
        for pair in benchmark.pairs:
            for ballot in ballots_of(pair, Schedule.parse("both", 1)):
                right = chance.random() < accuracy
                text = SAYS[0 if right == (ballot.first == pair.better) else 1]
                schedule = {
                    "order": "both",
                    "votes": 1 + (number == 4),
                }  # of the last judge, half of the votes are there
                fields = benchmark_fields(benchmark) | {"model": model, "schedule": schedule}
                found.append(make_record(pair, ballot, "official", prompt_record(judge), text, **fields))
        write_votes(logs / f"{model}_bench.votes.jsonl", found)
    result = vlrb("bon", "correlate", made, logs)
    assert [one["metric"] for one in result] == ["overall", "macro"]
    overall = result[0]
    assert overall["n"] == 5
    assert overall["pearson"]["value"] > 0.5
    assert len(overall["leave_one_out"]) == 5
    assert any("only 5 models" in warning for warning in overall["warnings"])
    assert any("without one judge" in warning for warning in overall["warnings"])
    assert [w.split(" pairs")[0] for w in overall["warnings"] if "PART" in w] == ["m4: PART of the votes: 60 of 60"]
    table = tmp_path / "t.csv"
    rows_of = [f"{p['name']},{p['score']['value']},{p['gain']['value']}" for p in overall["points"]]
    table.write_text("judge,overall,gain\n" + "\n".join(rows_of) + "\n")
    again = vlrb("bon", "correlate", "--table", table, "--plot", tmp_path / "s.png")
    assert again[0]["pearson"] == pytest.approx(overall["pearson"])
    assert (tmp_path / "s.png").stat().st_size > 5_000
    assert "Kendall" in shown("bon", "correlate", made, logs)
    vlrb("report", logs, "--bon", made, "-o", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert '<h2 id="bon">Best of N</h2>' in page
    assert page.count('id="figure-bon-') == 3, "the curves, and a scatter for each of the benchmark's metrics"
    assert "only 5 models" in page
    table.write_text("judge,overall,gain\nm,61.2,0.1\n")
    with pytest.raises(DataError, match=r"row 2: overall '61\.2' is not a fraction"):
        vlrb("bon", "correlate", "--table", table)


def test_two_judges_alone_show_no_correlation(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("judge,overall,gain\na,0.5,0.1\nb,0.6,0.2\n")
    found = vlrb("bon", "correlate", "--table", table)
    assert found[0]["pearson"]["value"] is None
    assert any("nothing can be said" in warning for warning in found[0]["warnings"])

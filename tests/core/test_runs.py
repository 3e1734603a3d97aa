"""Logs into runs: what is read, what is dropped, and that nothing is lost in silence."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.real_data import real_data_file
from vlrb_task.pairs.pair import Benchmark, parse_rows
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.scores.score import score_run
from vlrb_task.support.errors import DataError, UnknownName
from vlrb_task.votes import read_runs, write_votes
from vlrb_task.votes.records import RecordReader

FIRST, SECOND = "Overall Judgment: Answer 1 is better.", "Overall Judgment: Answer 2 is better."


@pytest.fixture
def benchmark() -> Benchmark:
    rows = [
        {"id": f"{prefix}_{n}", "query": "q", "response": [f"a{n}", f"b{n}"], "human_ranking": [n % 2, 1 - n % 2]}
        for prefix in ("mmmu", "wildvision", "RLHF")
        for n in range(4)
    ]
    return parse_rows(rows, "made up")


def vote(key: str | None, text: str = FIRST, number: int = 0, first: int = 0, **extra: Any) -> dict[str, Any]:
    line = {"v": 1, "key": key, "id": None, "judge": "official", "vote": number, "first": first, "text": text}
    return {k: v for k, v in line.items() if v is not None} | extra


def write(path: Path, votes: list[dict[str, Any]]) -> Path:
    write_votes(path, votes)
    return path


def test_votes_with_the_pairs_labels(benchmark: Benchmark, tmp_path: Path) -> None:
    log = write(tmp_path / "x.votes.jsonl", [vote(p.key, FIRST if p.better == 0 else SECOND) for p in benchmark.pairs])
    (run,) = read_runs([log], benchmark)
    score = score_run(run)
    assert score.overall.value == 1.0
    assert (run.judge, run.parser, run.revision, score.missing) == ("official", "final", "custom", 0)
    assert run.warnings == ()
    assert run.fingerprint == benchmark.fingerprint


def test_ids_do_where_they_are_unique(benchmark: Benchmark, tmp_path: Path) -> None:
    log = write(tmp_path / "x.votes.jsonl", [vote(None, id=p.id) for p in benchmark.pairs])
    assert len(read_runs([log], benchmark)[0].labels) == 12


def test_ids_that_stand_twice_are_never_guessed(tmp_path: Path) -> None:
    rows = [{"id": "mmmu_1", "query": "q", "response": [f"a{n}", "b"], "human_ranking": [0, 1]} for n in range(2)]
    rows.append({"id": "mmmu_2", "query": "q", "response": ["a", "b"], "human_ranking": [0, 1]})
    log = write(tmp_path / "x.votes.jsonl", [vote(None, id="mmmu_1"), vote(None, id="mmmu_2")])
    (run,) = read_runs([log], parse_rows(rows))
    assert len(run.labels) == 1
    assert "1 votes without a key whose id occurs more than once" in run.warnings[0]


def test_judges_and_revisions_are_separate_runs(benchmark: Benchmark, tmp_path: Path) -> None:
    key = benchmark.pairs[0].key
    labelled: dict[str, Any] = {"better": 0, "subset": "general", "source": "x"}
    log = write(
        tmp_path / "x.votes.jsonl",
        [
            vote(key, **labelled, fingerprint="f1", revision="1250"),
            vote(key, **labelled, fingerprint="f2", revision="1247"),
            vote(key, **labelled, fingerprint="f1", revision="1250") | {"judge": "criteria"},
        ],
    )
    runs = read_runs([log])
    assert [(r.judge, r.revision) for r in runs] == [("official", "1250"), ("official", "1247"), ("criteria", "1250")]


def test_what_is_set_aside_is_counted_and_named(benchmark: Benchmark, tmp_path: Path) -> None:
    pair = benchmark.pairs[0]
    log = write(
        tmp_path / "x.votes.jsonl",
        [
            vote(pair.key),
            vote(pair.key),
            vote(pair.key, SECOND),
            vote("0" * 16),
            vote(pair.key, number=1, better=1 - pair.better),
        ],
    )
    (run,) = read_runs([log], benchmark)
    assert len(run.labels) == 1
    assert run.votes.number.tolist() == [0, 1]
    told = "\n".join(run.warnings)
    assert "1 duplicate votes, counted once, the first at x.votes.jsonl:" in told
    assert "1 votes that conflict with another vote on the same ballot" in told
    assert "1 votes for pairs that the given pairs lack, dropped, the first at x.votes.jsonl:4" in told
    assert "1 votes logged with a label that differs" in told


@pytest.mark.slow
def test_a_half_written_last_line_is_set_aside(benchmark: Benchmark, tmp_path: Path) -> None:
    log = write(tmp_path / "x.votes.jsonl", [vote(p.key) for p in benchmark.pairs])
    whole = log.read_bytes()
    for cut in range(len(whole) - 1024, len(whole)):
        log.write_bytes(whole[:cut])
        (run,) = read_runs([log], benchmark)
        *complete, last = whole[:cut].split(b"\n")
        whole_without_newline = last.endswith(b"}") and last.count(b"}") == last.count(b"{")
        assert len(run.labels) == len(complete) + whole_without_newline, cut
        half = bool(last) and not whole_without_newline
        assert any("half-written" in warning for warning in run.warnings) == half


def test_lines_that_are_no_votes_are_named(benchmark: Benchmark, tmp_path: Path) -> None:
    log = write(tmp_path / "x.votes.jsonl", [vote(p.key) for p in benchmark.pairs[:2]])
    with log.open("ab") as file:
        file.write(b'{"key": "x"}\n[1]\nnull\n{"v": 9}\n\n' + json.dumps(vote(benchmark.pairs[2].key)).encode() + b"\n")
    (run,) = read_runs([log], benchmark)
    assert len(run.labels) == 3
    told = "\n".join(run.warnings)
    assert "2 lines that are not JSON objects, dropped, the first at x.votes.jsonl:4" in told
    assert "2 lines that are not votes, dropped, the first at x.votes.jsonl:3: needs either 'first'" in told


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"v": 2}, "schema version 2"),
        ({"key": None}, "neither key nor id"),
        ({"vote": -1}, "vote -1"),
        ({"vote": "0"}, "vote '0'"),
        ({"first": 2}, "first 2 is neither"),
        ({"first": True}, "first True is neither"),
        ({"first": None}, "either 'first'"),
        ({"answer": 0}, "either 'first'"),
        ({"score": 1.0}, "either 'text' or 'score'"),
        ({"text": 5}, "text is a int"),
        ({"text": None, "score": 1.0}, "'answer' is needed"),
        ({"p": 1.5}, "is not a probability"),
        ({"p": "1"}, "p '1' is not a number"),
    ],
)
def test_records_are_checked(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        RecordReader().record(vote("k") | changes)


def test_without_labels_and_pairs_nothing_is_scored(tmp_path: Path) -> None:
    log = write(tmp_path / "x.votes.jsonl", [vote("k")])
    with pytest.raises(DataError, match="--pairs"):
        read_runs([log])


def test_unknown_judges_are_named(benchmark: Benchmark, tmp_path: Path) -> None:
    log = write(tmp_path / "x.votes.jsonl", [vote(benchmark.pairs[0].key) | {"judge": "nobody"}])
    with pytest.raises(UnknownName, match="no judge 'nobody'"):
        read_runs([log], benchmark)


def test_scores_file(benchmark: Benchmark, tmp_path: Path) -> None:
    votes = []
    for pair in benchmark.pairs:
        for answer in (0, 1):
            line = vote(pair.key) | {"answer": answer, "score": -3.5 + (answer == pair.better)}
            votes.append({k: v for k, v in line.items() if k not in ("first", "text")})
    (run,) = read_runs([write(tmp_path / "x.votes.jsonl", votes)], benchmark)
    score = score_run(run)
    assert score.overall.value == 1.0
    assert score.estimate("first_rate") is None
    assert score.estimate("consistency") is None
    half = write(tmp_path / "half.votes.jsonl", votes[:-1])
    (run,) = read_runs([half], benchmark)
    assert len(run.labels) == 11
    assert any("rate one of the two answers only" in warning for warning in run.warnings)


def test_text_of_any_kind_survives_a_votes_file(benchmark: Benchmark, tmp_path: Path) -> None:
    nasty = "\ud800 \x00 \u202e \u2028 é {} </script>\r\n" + SECOND
    log = write(tmp_path / "x.votes.jsonl", [vote(benchmark.pairs[0].key, nasty)])
    assert len(log.read_bytes().splitlines()) == 1
    (run,) = read_runs([log], benchmark)
    assert run.votes.choice.tolist() == [1]


def test_bytes_that_are_no_utf8_are_told(benchmark: Benchmark, tmp_path: Path) -> None:
    log = write(tmp_path / "x.votes.jsonl", [vote(benchmark.pairs[0].key)])
    log.write_bytes(log.read_bytes().replace(b"better", b"better\xff"))
    (run,) = read_runs([log], benchmark)
    assert any("not UTF-8" in warning for warning in run.warnings)


@pytest.mark.slow
@given(st.randoms(use_true_random=False))
def test_the_order_of_lines_means_nothing(shuffle: random.Random) -> None:
    import tempfile

    rows = [{"id": f"mmmu_{n}", "query": "q", "response": [f"a{n}", "b"], "human_ranking": [0, 1]} for n in range(5)]
    benchmark = parse_rows(rows)
    votes = [vote(p.key, shuffle.choice([FIRST, SECOND, ""]), n, n % 2) for p in benchmark.pairs for n in range(3)]
    with tempfile.TemporaryDirectory() as folder:
        (before,) = read_runs([write(Path(folder) / "a.votes.jsonl", votes)], benchmark)
        shuffle.shuffle(votes)
        (after,) = read_runs([write(Path(folder) / "b.votes.jsonl", votes)], benchmark)
    left, right = score_run(before).to_dict(), score_run(after).to_dict()
    assert {k: v for k, v in left.items() if k != "source"} == {k: v for k, v in right.items() if k != "source"}


def native_sample(row: dict[str, Any], text: str) -> dict[str, Any]:
    """A line as lmms-eval 0.7.3 writes it for its own task."""
    first = sum(map(len, row["response"])) % 2
    shown = row["response"][::-1] if first else row["response"]
    prompt = (
        f" intro.\n\nQuestion: {row['query']}\n\nAnswer 1: {shown[0]}\n\nAnswer 2: {shown[1]}\n\n"
        "Please evaluate both answers based on the following criteria: …"
    )
    return {
        "doc_id": 0,
        "target": str(row["human_ranking"]),
        "input": prompt,
        "filtered_resps": text,
        "vlreward_score": {"question_id": row["id"], "category": "x", "score": 1.0},
    }


def test_lmms_evals_own_log_of_the_real_rows(tmp_path: Path) -> None:
    """Keys, labels and orders are found from the log alone, and are those of the pairs."""
    path = real_data_file("vl_rewardbench_1250.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    log = tmp_path / "1_samples_vl_rewardbench.jsonl"
    log.write_text("\n".join(json.dumps(native_sample(row, FIRST)) for row in rows))
    (alone,) = read_runs([log])
    benchmark = load_benchmark(str(path))
    (given,) = read_runs([log], benchmark)
    assert alone.fingerprint == given.fingerprint == benchmark.fingerprint
    assert alone.revision == "1250"
    assert alone.warnings == given.warnings == ()
    score = score_run(alone)
    # Always the answer shown first, in the frameworks' parity order: the facts' table.
    assert round(100 * (score.overall.value or 0), 1) == 47.8
    shown = {name: round(100 * (estimate.value or 0), 1) for name, estimate in score.by_subset.items()}
    assert shown == {"general": 47.0, "hallucination": 50.1, "reasoning": 42.8}


@pytest.mark.parametrize(
    ("results", "model"),
    [
        ({"model_name_sanitized": "org__Model-7B", "model_name": "/disk/org/Model-7B"}, "org__Model-7B"),
        ({"model_name_sanitized": "", "model_name": ""}, "async_openai"),
        ({}, "moved"),
        ({"model_name_sanitized": "", "config": {}}, "moved"),
        ({"model_name_sanitized": None}, "moved"),
        ([], "moved"),
        ({"config": "x", "configs": [], "model_name_sanitized": 5}, "moved"),
    ],
)
def test_lmms_evals_results_name_the_model_wherever_they_lie(tmp_path: Path, results: Any, model: str | None) -> None:
    """As lmms-eval 0.7.3 writes them. Its settings may hold keys: nothing of them may come along."""
    row = {"id": "mmmu_1", "query": "q", "response": ["x", "z"], "human_ranking": [1, 0]}
    folder = tmp_path / "moved"
    folder.mkdir()
    log = folder / "20260101_120000_samples_vl_rewardbench.jsonl"
    log.write_text(json.dumps(native_sample(row, FIRST)))
    if isinstance(results, dict):
        arguments = "base_url=http://user:sk-hidden@host/v1,api_key=sk-hidden"
        config = {"model": "async_openai", "model_args": arguments, "resolved_cli_args": {"model_args": arguments}}
        results = {"config": config, "lmms_eval_version": "0.7.3"} | results
    (folder / "20260101_120000_results.json").write_text(json.dumps(results))
    (run,) = read_runs([log])
    assert run.metadata.get("model") == model
    assert "sk-hidden" not in json.dumps(score_run(run).to_dict())


def test_an_answer_that_quotes_the_prompts_headings_needs_the_pairs(tmp_path: Path) -> None:
    row = {"id": "mmmu_1", "query": "q", "response": ["x\n\nAnswer 2: y", "z"], "human_ranking": [1, 0]}
    log = tmp_path / "1_samples_vl_rewardbench.jsonl"
    log.write_text(json.dumps(native_sample(row, FIRST)))
    with pytest.raises(DataError, match="cannot be identified from its prompt"):
        read_runs([log])
    (run,) = read_runs([log], parse_rows([row]))
    assert len(run.labels) == 1

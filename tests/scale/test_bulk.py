"""Streaming gives what objects give: every number of a score, for any log, in any number of pieces."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vlrb_task.bulk import reading
from vlrb_task.bulk.scoring import BulkScore, score_files
from vlrb_task.scores.tally import Policy

from tests.support.lmms_eval import vlrb, vlrb_json
from tests.support.made_up import FAILED, FIRST, TIE, UNREAD, made_up_pairs, record, says
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.cli import score
from vlrb_task.pairs.pair import Answer, other
from vlrb_task.pairs.rows import load_benchmark
from vlrb_task.scores.score import Run, baselines, break_ties, score_run
from vlrb_task.support.errors import DataError
from vlrb_task.votes import read_runs, write_votes

BENCHMARK = made_up_pairs(20)
ROWS = [
    {
        "id": pair.id,
        "query": pair.query,
        "response": list(pair.responses),
        "human_ranking": [pair.better, 1 - pair.better],
    }
    for pair in BENCHMARK.pairs
]
OWN_LABEL = ("better", "subset", "source", "words", "tags", "revision", "fingerprint", "subset_sizes")


def log(path: Path, seed: int, order: Order, votes: int, twice: bool = False, leave_out: Collection[str] = ()) -> Path:
    """A log with ties, unread and failed texts, some ballots missing, some twice, some pairs with error tags."""
    coin = random.Random(seed)
    schedule = Schedule(order, votes)
    lines: list[dict[str, Any]] = []
    for pair in BENCHMARK.pairs:
        tags = coin.choice([[], ["counting"], ["existence errors", "counting"]])
        for ballot in ballots_of(pair, schedule):
            for _ in range(1 + (twice and coin.random() < 0.3)):
                choice = says(ballot, coin.choice([pair.better, pair.better, other(pair.better)]))
                text = coin.choices([choice, TIE, UNREAD, FAILED], [8, 1, 1, 1])[0]
                text = text if text is FAILED or coin.random() < 0.3 else f"Look {coin.random()}.\n{text}"
                if coin.random() < 0.95:
                    logged = {"order": str(order), "votes": votes}
                    lines.append(record(BENCHMARK, pair, ballot, text, schedule=logged, tags=tags))
    coin.shuffle(lines)
    path.unlink(missing_ok=True)
    write_votes(path, [{name: value for name, value in line.items() if name not in leave_out} for line in lines])
    return path


def alike(found: Sequence[BulkScore], runs: Sequence[Run], policy: Policy) -> None:
    """Hold scores of columns to those of objects: every number, every baseline, and what was counted as set aside."""
    assert len(found) == len(runs)
    for bulk, run in zip(found, runs, strict=True):
        score = score_run(run, policy)
        expected, streamed = score.to_dict(), bulk.score.to_dict()
        told, also = expected.pop("warnings"), streamed.pop("warnings")
        assert streamed == expected
        # Objects also tell where the first of each kind stands; of three copies they may call another one the conflict.
        assert {_plain(line) for line in also} == {_plain(line) for line in told}
        assert list(bulk.baselines) == baselines(run, policy)


def _plain(warning: str) -> str:
    return re.sub(r"\d+ (votes|lines|requests)", r"\1", re.sub(r", the first at .*", "", warning))


ANY_LOG = given(
    st.integers(0, 10**6),
    st.sampled_from(list(Order)),
    st.integers(1, 6),
    st.booleans(),
    st.sampled_from(list(Policy)),
    st.sampled_from([97, 1000, 10**9]),
)
A_FEW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


@A_FEW
@ANY_LOG
def test_every_number_is_that_of_objects(
    tmp_path: Path, seed: int, order: Order, votes: int, twice: bool, policy: Policy, piece: int
) -> None:
    path = log(tmp_path / "x.votes.jsonl", seed, order, votes, twice)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PIECE", piece)
        found = score_files([path], policy, processes=1)
    alike(found, read_runs([path]), policy)


@A_FEW
@ANY_LOG
def test_labels_of_a_file_of_pairs(
    tmp_path: Path, seed: int, order: Order, votes: int, by_id: bool, policy: Policy, piece: int
) -> None:
    """Votes as the schema has them and no more, of which some are about pairs that are not there."""
    given_pairs = tmp_path / "pairs.jsonl"
    given_pairs.write_text("".join(json.dumps(row) + "\n" for row in ROWS[3:]))
    left_out = [*OWN_LABEL, "model", "prompt", "schedule", "task", "key" if by_id else "id"]
    path = log(tmp_path / "x.votes.jsonl", seed, order, votes, leave_out=left_out)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PIECE", piece)
        found = score_files([path], policy, pairs=str(given_pairs), processes=1)
    alike(found, read_runs([path], load_benchmark(str(given_pairs))), policy)


def test_labels_that_differ_and_ids_that_stand_twice(tmp_path: Path) -> None:
    rows = [row | {"human_ranking": row["human_ranking"][::-1]} for row in ROWS] + [ROWS[0] | {"query": "another"}]
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = log(tmp_path / "x.votes.jsonl", 5, Order.ALTERNATE, 3)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    write_votes(path, [{k: v for k, v in line.items() if k != "key"} | {"vote": 7} for line in lines[:30]])
    found = score_files([path], pairs=str(pairs))
    alike(found, read_runs([path], load_benchmark(str(pairs))), Policy.STRICT)
    told = "\n".join(found[0].score.run.warnings)
    for part in (
        "whose id stands more than once",
        "with the other label",
        "in the log, scored with the labels of custom",
    ):
        assert part in told


def test_keys_of_other_kinds(tmp_path: Path) -> None:
    """Without a fingerprint in the log the set is known by its votes: by keys of any kind, or by ids."""
    path = log(tmp_path / "x.votes.jsonl", 8, Order.BOTH, 2, leave_out=["revision", "fingerprint", "subset_sizes"])
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    odd = [line | {"key": f"../{line['key']}\u2028"} if line["id"] < "mm" else line for line in lines]
    path.write_text("")
    write_votes(path, [{k: v for k, v in line.items() if k != "key" or line["id"] < "rl"} for line in odd])
    alike(score_files([path]), read_runs([path]), Policy.STRICT)


@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize("ties", [None, 0, 1])
def test_pointwise_votes(tmp_path: Path, policy: Policy, ties: Answer | None) -> None:
    coin = random.Random(1)
    lines = [
        record(BENCHMARK, pair, ballot, "") | {"judge": "reward", "score": coin.choice([0.1, 0.5, 0.5, 2.0])}
        for pair in BENCHMARK.pairs
        for ballot in ballots_of(pair, Schedule(Order.KEY, 3), "pointwise")
        if coin.random() < 0.9
    ]
    for line in lines:
        del line["text"]
    path = tmp_path / "x.votes.jsonl"
    write_votes(path, lines)
    (run,) = read_runs([path])
    alike(score_files([path], policy, ties=ties), [run if ties is None else break_ties(run, ties)], policy)
    write_votes(path, [lines[0] | {"judge": "half of one vote"}])
    assert len(score_files([path], policy)) == 1


def test_several_runs_in_one_file(tmp_path: Path) -> None:
    path = log(tmp_path / "x.votes.jsonl", 6, Order.ALTERNATE, 3)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines[::3]:
        line |= {"model": "another", "better": 1 - line["better"], "fingerprint": "f" * 64}
    path.write_text("")
    write_votes(path, lines)
    alike(score_files([path], processes=1), read_runs([path]), Policy.STRICT)


def test_shards_through_the_command(tmp_path: Path) -> None:
    path = log(tmp_path / "x.votes.jsonl", 3, Order.ALTERNATE, 5)
    lines = path.read_text().splitlines(keepends=True)
    shards = [tmp_path / f"{n}.votes.jsonl" for n in range(3)]
    for n, shard in enumerate(shards):
        again = "".join(lines[:9]) if n == 2 else ""
        half = '{"v": 1, "key": "12' if n == 1 else ""
        shard.write_text("".join(lines[n::3]) + again + half)
    whole, streamed = vlrb_json("score", str(path)), vlrb_json("score", "--stream", *map(str, shards))
    told = "\n".join(streamed["warnings"])
    assert "9 votes that stand twice, the same (counted once)" in told
    assert "1 last lines are half-written and were set aside" in told
    for name in ("source", "warnings"):
        whole.pop(name), streamed.pop(name)
    assert streamed == whole
    tables = [vlrb("score", how, str(path)) for how in ("--stream", "--no-stream")]
    assert tables[0].stdout == tables[1].stdout
    assert "longer" in tables[0].stdout, tables[0].stderr
    assert "counting" in tables[0].stdout


def test_large_logs_are_streamed_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = [log(tmp_path / f"{n}.votes.jsonl", n, Order.ALTERNATE, 5) for n in range(2)]
    table = tmp_path / "x.json"
    table.write_text("[]")
    monkeypatch.setattr(score, "STREAM_FROM", 1000)
    assert score.streams(shards[:1], merge=False)
    assert score.streams(shards, merge=True)
    assert not score.streams(shards, merge=False)  # they may be runs of their own
    assert not score.streams([*shards, table], merge=True)
    monkeypatch.setattr(score, "STREAM_FROM", 10**6)
    assert not score.streams(shards, merge=True)


@pytest.mark.parametrize("name", ["x.pkl", "x.json", "run_samples_vl_rewardbench.jsonl"])
def test_other_kinds_are_not_streamed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text('{"doc_id": 0}\n')
    done = vlrb("score", "--stream", str(path))
    assert done.returncode == 2
    assert "which alone can be streamed" in " ".join(done.stderr.split())


def test_what_is_set_aside_is_counted(tmp_path: Path) -> None:
    good = record(BENCHMARK, BENCHMARK.pairs[0], ballots_of(BENCHMARK.pairs[0], Schedule(Order.KEY))[0], FIRST)
    bad = [{k: v for k, v in good.items() if k != "better"}, {"v": 1}, good | {"vote": 10**30}, good | {"first": True}]
    path = tmp_path / "x.votes.jsonl"
    write_votes(path, [*bad, good])
    with path.open("a") as file:
        file.write("[]\nnot JSON\n")
    (bulk,) = score_files([path])
    told = "\n".join(bulk.score.run.warnings)
    assert "1 votes without a label" in told
    assert "2 lines are no JSON object" in told
    assert "1 neither key nor id" in told
    assert "1 vote 1000000000000000000000000000000 is not a number" in told
    assert "1 first True is neither 0 nor 1" in told
    assert bulk.score.run.votes == 1
    path.write_text("")
    with pytest.raises(DataError, match="no votes"):
        score_files([path])
    with pytest.raises(DataError, match="no such file"):
        score_files([log(path, 1, Order.KEY, 1)], pairs=str(tmp_path / "none.jsonl"))

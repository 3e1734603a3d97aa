"""A log is read in pieces, by several processes: its numbers are those of counting vote by vote, in any number of pieces."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import reference
from tests.support.lmms_eval import vlrb, vlrb_json
from tests.support.made_up import FAILED, FIRST, TIE, UNREAD, made_up_pairs, record, says
from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.pairs.labels import label_fields
from vlrb_task.pairs.pair import Answer, fingerprint, other
from vlrb_task.scores.baselines import baselines
from vlrb_task.scores.policies import Policy
from vlrb_task.scores.score import score_run
from vlrb_task.support.errors import DataError
from vlrb_task.votes import Run, lines, read_runs, write_votes
from vlrb_task.votes.schema import NONE

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
    made: list[dict[str, Any]] = []
    for pair in BENCHMARK.pairs:
        tags = coin.choice([[], ["counting"], ["existence errors", "counting"]])
        for ballot in ballots_of(pair, schedule):
            for _ in range(1 + (twice and coin.random() < 0.3)):
                choice = says(ballot, coin.choice([pair.better, pair.better, other(pair.better)]))
                text = coin.choices([choice, TIE, UNREAD, FAILED], [8, 1, 1, 1])[0]
                text = text if text is FAILED or coin.random() < 0.3 else f"Look {coin.random()}.\n{text}"
                if coin.random() < 0.95:
                    logged = {"order": str(order), "votes": votes}
                    made.append(record(BENCHMARK, pair, ballot, text, schedule=logged, tags=tags))
    coin.shuffle(made)
    path.unlink(missing_ok=True)
    write_votes(path, [{name: value for name, value in line.items() if name not in leave_out} for line in made])
    return path


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def hold(run: Run, lines: Sequence[Mapping[str, Any]], policy: Policy) -> None:
    """Hold the numbers of a run to those worked out vote by vote."""
    found, expected = score_run(run, policy).to_dict(), reference.score(lines, policy)
    for name, value in expected.items():
        if name == "by_subset":
            shown = {subset: estimate["value"] for subset, estimate in found[name].items()}
            assert shown == pytest.approx({subset: value.get(subset) for subset in shown}), name
        elif name == "overall":
            assert found[name]["value"] == pytest.approx(value), name
        else:
            assert found.get(name) == (value if value is None else pytest.approx(value)), name


ANY_LOG = given(
    st.integers(0, 10**6),
    st.sampled_from(list(Order)),
    st.integers(1, 6),
    st.booleans(),
    st.sampled_from(list(Policy)),
    st.sampled_from([97, 1000, 10**9]),
)
A_FEW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


@A_FEW
@ANY_LOG
def test_every_number_is_that_of_plain_counting(
    tmp_path: Path, seed: int, order: Order, votes: int, twice: bool, policy: Policy, piece: int
) -> None:
    """For any log, in any number of pieces. Where ballots stand twice, the numbers of pieces are those of the whole."""
    path = log(tmp_path / "x.votes.jsonl", seed, order, votes, twice)
    (whole,) = read_runs([path])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "PIECE", piece)
        (run,) = read_runs([path])
    assert score_run(run, policy).to_dict() == score_run(whole, policy).to_dict()
    assert baselines(run, policy) == baselines(whole, policy)
    if not twice:
        hold(run, lines_of(path), policy)


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
        patch.setattr(lines, "PIECE", piece)
        (run,) = read_runs([path], str(given_pairs))
    assert any("votes for pairs that the given pairs lack" in warning for warning in run.warnings)
    by_name = {pair.id if by_id else pair.key: pair for pair in BENCHMARK.pairs[3:]}
    known = [
        line | label_fields(by_name[line["id" if by_id else "key"]])
        for line in lines_of(path)
        if line["id" if by_id else "key"] in by_name
    ]
    hold(run, known, policy)


def test_labels_that_differ_and_ids_that_stand_twice(tmp_path: Path) -> None:
    rows = [row | {"human_ranking": row["human_ranking"][::-1]} for row in ROWS] + [ROWS[0] | {"query": "another"}]
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = log(tmp_path / "x.votes.jsonl", 5, Order.ALTERNATE, 3)
    write_votes(path, [{k: v for k, v in line.items() if k != "key"} | {"vote": 7} for line in lines_of(path)[:30]])
    (run,) = read_runs([path], str(pairs))
    told = "\n".join(run.warnings)
    for part in (
        "whose id occurs more than once",
        "with a label that differs",
        "in the log, scored with the labels of custom",
    ):
        assert part in told


def test_keys_of_other_kinds(tmp_path: Path) -> None:
    """Without a fingerprint in the log the set is known by its votes: by keys of any kind, or by ids."""
    path = log(tmp_path / "x.votes.jsonl", 8, Order.BOTH, 2, leave_out=["revision", "fingerprint", "subset_sizes"])
    odd = [line | {"key": f"../{line['key']}\u2028"} if line["id"] < "mm" else line for line in lines_of(path)]
    path.write_text("")
    write_votes(path, [{k: v for k, v in line.items() if k != "key" or line["id"] < "rl"} for line in odd])
    (run,) = read_runs([path])
    named = [line | {"key": line["key"] if line["id"] < "rl" else f"id:{line['id']}"} for line in odd]
    hold(run, named, Policy.STRICT)
    assert run.fingerprint == fingerprint({(line["key"], line["better"]) for line in named})


@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize("ties", [None, 0, 1])
def test_pointwise_votes(tmp_path: Path, policy: Policy, ties: Answer | None) -> None:
    coin = random.Random(1)
    rated = [
        record(BENCHMARK, pair, ballot, "") | {"judge": "reward", "score": coin.choice([0.1, 0.5, 0.5, 2.0])}
        for pair in BENCHMARK.pairs
        for ballot in ballots_of(pair, Schedule(Order.KEY, 3), "pointwise")
        if coin.random() < 0.9
    ]
    for line in rated:
        del line["text"]
    path = tmp_path / "x.votes.jsonl"
    write_votes(path, rated)
    (run,) = read_runs([path], ties=ties)
    if ties is None:
        hold(run, lines_of(path), policy)
    else:
        assert not (run.votes.choice == NONE).any()
        (tied,) = read_runs([path])
        broken = tied.votes.choice == NONE
        assert (run.votes.choice[broken] == ties).all()
        assert (run.votes.choice[~broken] == tied.votes.choice[~broken]).all()
    write_votes(path, [rated[0] | {"judge": "half of one vote"}])
    assert len(read_runs([path])) == 1


def test_several_runs_in_one_file(tmp_path: Path) -> None:
    path = log(tmp_path / "x.votes.jsonl", 6, Order.ALTERNATE, 3)
    found = lines_of(path)
    for line in found[::3]:
        line |= {"model": "another", "better": 1 - line["better"], "fingerprint": "f" * 64}
    path.write_text("")
    write_votes(path, found)
    for run in read_runs([path]):
        own = [line for line in found if line["model"] == run.metadata["model"]]
        assert 0 < len(own) < len(found)
        hold(run, own, Policy.STRICT)


def test_shards_through_the_command(tmp_path: Path) -> None:
    path = log(tmp_path / "x.votes.jsonl", 3, Order.ALTERNATE, 5)
    raw = path.read_text().splitlines(keepends=True)
    shards = [tmp_path / f"{n}.votes.jsonl" for n in range(3)]
    for n, shard in enumerate(shards):
        again = "".join(raw[:9]) if n == 2 else ""
        half = '{"v": 1, "key": "12' if n == 1 else ""
        shard.write_text("".join(raw[n::3]) + again + half)
    whole, streamed = vlrb_json("score", str(path)), vlrb_json("score", "--merge", *map(str, shards))
    told = "\n".join(streamed["warnings"])
    assert "9 duplicate votes, counted once" in told
    assert "1 half-written last line, dropped" in told
    assert streamed["metadata"].pop("logs") == 3
    # Of the unread texts the lines are named, which are others in the shards.
    assert [group["count"] for group in streamed["doubt"].pop("groups")] == [
        group["count"] for group in whole["doubt"].pop("groups")
    ]
    for name in ("source", "warnings"):
        whole.pop(name), streamed.pop(name)
    assert streamed == whole
    table = vlrb("score", str(path))
    assert "longer" in table.stdout, table.stderr
    assert "counting" in table.stdout


def test_several_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PIECE", 4000)
    path = log(tmp_path / "x.votes.jsonl", 3, Order.ALTERNATE, 5, twice=True)
    told: list[tuple[int, int]] = []
    (one,), (two,) = (
        read_runs([path], processes=count, progress=lambda done, of: told.append((done, of))) for count in (1, 2)
    )
    assert score_run(one).to_dict() == score_run(two).to_dict()
    assert told[-1] == (path.stat().st_size,) * 2


def test_what_is_set_aside_is_counted(tmp_path: Path) -> None:
    good = record(BENCHMARK, BENCHMARK.pairs[0], ballots_of(BENCHMARK.pairs[0], Schedule(Order.KEY))[0], FIRST)
    bad = [{k: v for k, v in good.items() if k != "better"}, {"v": 1}, good | {"vote": 10**30}, good | {"first": True}]
    path = tmp_path / "x.votes.jsonl"
    write_votes(path, [*bad, good])
    with path.open("a") as file:
        file.write("[]\nnot JSON\n")
    (run,) = read_runs([path])
    told = "\n".join(run.warnings)
    assert "1 votes without a label" in told
    assert "2 lines that are not JSON objects" in told
    assert "3 lines that are not votes, dropped, the first at x.votes.jsonl:2: neither key nor id" in told
    assert len(run.votes) == 1
    path.write_text("")
    with pytest.raises(DataError, match="no JSON lines"):
        read_runs([path])
    with pytest.raises(DataError, match="no such file"):
        read_runs([log(path, 1, Order.KEY, 1)], str(tmp_path / "none.jsonl"))

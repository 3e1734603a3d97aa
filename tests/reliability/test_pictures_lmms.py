"""A broken picture far inside a file costs its own votes only, in what lmms-eval is given."""

from __future__ import annotations

from pathlib import Path

from tests.support.other_benchmarks import png


def test_a_broken_picture_in_row_700(tmp_path: Path) -> None:
    import datasets

    from vlrb_task.asking.ballots import Order, Schedule
    from vlrb_task.lmms.docs import expand, vote_of
    from vlrb_task.lmms.rows import doc_to_visual, process_results

    rows = [
        {
            "id": f"mmmu_{number}",
            "query": f"q{number}",
            "response": ["a", "b"],
            "human_ranking": [0, 1],
            "image": {"bytes": png("red")[: 60 if number == 700 else None], "path": None},
        }
        for number in range(750)
    ]
    features = datasets.Features(
        {
            "id": datasets.Value("string"),
            "query": datasets.Value("string"),
            "response": datasets.List(datasets.Value("string")),
            "human_ranking": datasets.List(datasets.Value("int64")),
            "image": datasets.Image(),
        }
    )
    datasets.Dataset.from_list(rows, features=features).to_parquet(str(tmp_path / "pairs.parquet"))
    loaded = datasets.load_dataset(
        "parquet", data_files={"test": str(tmp_path / "pairs.parquet")}, cache_dir=str(tmp_path / "cache")
    )["test"]
    asked = expand(loaded, judge="criteria", schedule=Schedule(Order.BOTH))
    assert len(asked) == 1500
    outcomes = {}
    for doc in asked.select(range(1390, 1410)):
        (picture,) = doc_to_visual(doc)
        assert not isinstance(picture, str)
        assert picture.mode == "RGB"
        found = process_results(doc, ["Overall Judgment: Answer 1 is better."])
        outcomes[vote_of(doc)["id"], vote_of(doc)["vote"]] = found["overall"].get("reason")
    assert {where for where, reason in outcomes.items() if reason} == {("mmmu_700", 0), ("mmmu_700", 1)}
    assert outcomes["mmmu_700", 0] == "unreadable_image"

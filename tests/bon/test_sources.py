"""Candidates from every kind of file, and what is said of files that cannot be used."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vlrb_task.bon.designs import Scheme
from vlrb_task.bon.folder import Folder, Making
from vlrb_task.bon.gathering import gather, read_pictures
from vlrb_task.bon.lmms_logs import read_samples, rights_of, texts_of
from vlrb_task.bon.questions import Draw, Kind, Question, final_answer, merge, remarks, usual_draws
from vlrb_task.bon.sources import read_sheets
from vlrb_task.pairs.pair import UNDECIDABLE, parse_row
from vlrb_task.support.errors import DataError

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf00000301010018dd8db0"
    "0000000049454e44ae426082"
)


def lines(path: Path, *values: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return path


def bare(path: Path) -> Folder:
    return Folder(path, Making("vlrb_bon", Scheme.ROUND_ROBIN))


def sample(number: int, texts: list[str], answer: str = "B", **extra: Any) -> dict[str, Any]:
    """A line as lmms-eval writes it for MMMU with ``take_first_k``."""
    item = {
        "id": f"v_{number}",
        "question_type": "multiple-choice",
        "answer": answer,
        "parsed_pred": [t[-1] for t in texts],
    }
    shown = texts[0] if len(texts) == 1 else texts
    return {
        "doc_id": number,
        "input": f"Question {number}?",
        "target": answer,
        "filtered_resps": shown,
        "mmmu_acc": item,
    } | extra


@pytest.mark.parametrize(
    ("text", "final"),
    [
        ("I think so. Answer: B", "B"),
        ("The answer is (c).", "C"),
        ("**Answer:** D", "D"),
        (r"So \boxed{12}", "12"),
        ("<answer>B</answer> since the answer is A", "B"),
        ("The correct answer is A dog.", "a dog"),
        ("B", "B"),
        ("B. The red one", "B"),
        ("forty two", "forty two"),
        ("word " * 50, None),
        ("", None),
    ],
)
def test_final_answers(text: str, final: str | None) -> None:
    assert final_answer(text) == final


def test_copies_are_one_candidate_and_stay_several_draws() -> None:
    question = Question("q", "?", (Draw("a", 1.0), Draw("b", 0.0), Draw("a", 1.0)))
    assert question.texts == ("a", "b")
    assert question.candidate_of == (0, 1, 0)
    assert question.kind is Kind.MIXED
    assert Question("q", "?", (Draw("a", 1.0), Draw("b", 1.0))).kind is Kind.ALL
    assert "one candidate only" not in " ".join(remarks([question]))
    copies = [Question(str(n), "?", (Draw("a", 1.0), Draw("a", 1.0))) for n in range(9)]
    assert "temperature 0" in remarks(copies)[0]
    assert usual_draws([question, *copies]) == 2


def test_a_scorer_that_contradicts_itself_is_kept_as_it_is() -> None:
    question = Question("q", "?", (Draw("a", 1.0), Draw("a", 0.0), Draw("b", 0.0)))
    assert question.right_of == (0.5, 0.0)
    assert any("neither 0 nor 1" in line for line in remarks([question]))


def test_pairs_without_a_better_answer_are_filed_apart() -> None:
    question = Question("q", "?", (Draw("a", 1.0), Draw("b", 0.0), Draw("c", 1.0)), "sim")
    labels = {
        (a, b): (parse_row(question.row(a, b))[0].subset, parse_row(question.row(a, b))[0].better)
        for a, b in [(0, 1), (1, 0), (0, 2)]
    }
    assert labels[0, 1] == ("decidable", 0)
    assert labels[1, 0] == ("decidable", 1)
    assert labels[0, 2][0] == UNDECIDABLE


def test_repeats_and_separate_runs_give_the_same_questions(tmp_path: Path) -> None:
    texts = [["x B", "y A", "z B"], ["p C", "q C", "r B"]]
    lines(tmp_path / "t_samples_mmmu.jsonl", *(sample(n, t) for n, t in enumerate(texts)))
    for run in range(3):
        lines(tmp_path / f"t{run}_samples_mmmu.jsonl", *(sample(n, [t[run]]) for n, t in enumerate(texts)))
    together = merge(read_sheets([tmp_path / "t_samples_mmmu.jsonl"]))[0]
    apart = merge(read_sheets([tmp_path / f"t{run}_samples_mmmu.jsonl" for run in range(3)]))[0]
    assert together == apart
    assert together[0].id == "mmmu/0"
    assert [d.right for d in together[0].draws] == [1.0, 0.0, 1.0]
    assert [d.final for d in together[0].draws] == ["B", "A", "B"]


def test_what_a_log_holds_of_several_answers() -> None:
    assert texts_of({"filtered_resps": "a", "resps": ["a", "b"]}) == ("a", "b")
    assert texts_of({"filtered_resps": ["a", "b"]}) == ("a", "b")
    assert texts_of({"filtered_resps": "a", "resps": [["a", "b", "c"]]}) == ("a", "b", "c")
    assert texts_of({"filtered_resps": "a"}) == ("a",)


def test_a_mean_over_answers_says_of_none_of_them_whether_it_is_right() -> None:
    assert rights_of(0.5, 2) is None
    assert rights_of(1.0, 2) is None, "a mean, or the best of them"
    assert rights_of(1, 1) == (1.0,)
    assert rights_of([1, 0], 2) == (1.0, 0.0)
    assert rights_of({"score": True}, 1) == (1.0,)
    assert rights_of({"answer": ["A", "C"], "parsed_pred": ["C", "B"]}, 2) == (1.0, 0.0)
    assert rights_of({"answer": "A", "parsed_pred": [["1"]], "question_type": "open"}, 1) is None
    assert rights_of(37.0, 1) is None


def test_a_log_that_does_not_tell_says_what_can_be_done(tmp_path: Path) -> None:
    log = lines(
        tmp_path / "t_samples_vqa.jsonl",
        {"doc_id": 0, "input": "?", "resps": ["a", "b"], "filtered_resps": "a", "acc": 0.5},
    )
    assert read_samples(log).questions[0].rights is None
    with pytest.raises(DataError, match="--rescore"):
        gather([log], bare(tmp_path))
    with pytest.raises(DataError, match="no metric 'f1'; it has acc"):
        read_samples(log, "f1")


def test_runs_of_other_questions_are_refused(tmp_path: Path) -> None:
    one = lines(tmp_path / "a_samples_t.jsonl", sample(0, ["x B"]))
    two = lines(tmp_path / "b_samples_t.jsonl", sample(0, ["x B"], input="Another?"))
    with pytest.raises(DataError, match="1 questions differ between the runs"):
        merge(read_sheets([one, two]))


def test_vlmevalkits_scored_files(tmp_path: Path) -> None:
    for run, hits in enumerate(([1, 0], [0, 0])):
        folder = tmp_path / "m" / f"T2025010{run}"
        folder.mkdir(parents=True)
        rows = [
            {"index": str(n), "question": f"Q{n}", "A": "cat", "B": "dog", "answer": "A", "prediction": f"run {run}: A"}
            for n in range(2)
        ]
        for name, extra in (("m_MMStar", [{}, {}]), ("m_MMStar_exact_matching_result", [{"hit": h} for h in hits])):
            with (folder / f"{name}.tsv").open("w", newline="") as file:
                table = [row | more for row, more in zip(rows, extra, strict=True)]
                writer = csv.DictWriter(file, table[0], delimiter="\t")
                writer.writeheader()
                writer.writerows(table)
    by_folder = merge(read_sheets([tmp_path]))[0]
    predictions = sorted(tmp_path.rglob("m_MMStar.tsv"))
    by_file = merge(read_sheets(predictions))[0]
    assert [[d.right for d in q.draws] for q in by_folder] == [[1.0, 0.0], [0.0, 0.0]]
    assert [[d.right for d in q.draws] for q in by_file] == [[1.0, 0.0], [0.0, 0.0]]
    assert [q.id for q in by_folder] == ["MMStar/0", "MMStar/1"]
    assert by_folder[0].query == "Q0\nOptions:\nA. cat\nB. dog"
    next(tmp_path.rglob("*_result.tsv")).unlink()
    with pytest.raises(DataError, match="no column hit"):
        read_sheets(predictions)


def test_json_lines_and_their_pictures(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(PIXEL)
    good = {"id": "a", "question": "?", "candidates": ["x", "y"], "right": [True, 0], "answers": ["1", None]}
    path = lines(tmp_path / "c.jsonl", good | {"image": "p.png"}, {**good, "id": "b"})
    found = gather([path], bare(tmp_path), images=True)
    assert [q.id for q in found.questions] == ["a", "b"]
    assert found.questions[0].draws == (Draw("x", 1.0, "1"), Draw("y", 0.0, None))
    assert (tmp_path / "images" / found.pictures["a"]).read_bytes() == PIXEL
    assert any("1 of 2 questions have no picture" in note for note in found.making.notes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"candidates": []}, "line 1: candidates is not a list of strings"),
        ({"right": [1]}, "line 1: right says not of each candidate"),
        ({"right": [1, 7]}, "line 1: right says not of each candidate"),
        ({"answers": ["A"]}, "line 1: answers has not one entry"),
        ({"question": None}, "line 1: no question"),
        ({"image": "nowhere"}, "line 1: image 'nowhere' is neither a file nor base64"),
    ],
)
def test_unusable_lines_are_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    line = {"id": "a", "question": "?", "candidates": ["x", "y"], "right": [1, 0]} | change
    with pytest.raises(DataError) as error:
        read_sheets([lines(tmp_path / "c.jsonl", line)])
    assert said in str(error.value)


def test_pictures_from_a_file_of_the_benchmark(tmp_path: Path) -> None:
    import base64

    log = lines(tmp_path / "t_samples_mmmu.jsonl", *(sample(n, ["x B", "y A"]) for n in range(2)))
    encoded = base64.b64encode(PIXEL).decode()
    lines(tmp_path / "bench.jsonl", *({"doc_id": n, "image": encoded} for n in range(2)))
    found = gather([log], bare(tmp_path), images=True, pictures=tmp_path / "bench.jsonl")
    assert set(found.pictures) == {"mmmu/0", "mmmu/1"}
    assert len(list((tmp_path / "images").iterdir())) == 1, "the same picture is stored once"
    lines(tmp_path / "short.jsonl", {"doc_id": 0, "image": encoded})
    with pytest.raises(DataError, match="1 of 2 questions are not in it"):
        gather([log], bare(tmp_path), images=True, pictures=tmp_path / "short.jsonl")


def test_no_path_in_a_row_chooses_a_picture(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(PIXEL)
    shown = {"bytes": None, "path": str(tmp_path / "secret")}
    table = pa.table({"doc_id": ["1", "2"], "image_1": [shown, {"bytes": PIXEL, "path": None}]})
    pq.write_table(table, tmp_path / "rows.parquet")
    assert read_pictures(tmp_path / "rows.parquet", {"1", "2"}) == {"1": [], "2": [PIXEL]}

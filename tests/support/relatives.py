"""Made-up rows in the layout of each known benchmark, as its authors release them, and the ``--pairs`` that reads them.

Each function writes a folder and returns the spec and the rows as they were written, so that a test can count them again
by its own few lines.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.other_benchmarks import png

Rows = list[dict[str, Any]]
Made = tuple[str, Rows]

COLORS = ("red", "blue", "green")


def _picture(folder: Path, name: str, number: int) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(COLORS[number % 3], 8 + number))
    return name


def make_clip(path: Path) -> None:
    """A real video of two seconds in a file, where there is something to write one with; else the test is skipped."""
    cv2, numpy = pytest.importorskip("cv2"), pytest.importorskip("numpy")
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 8, (64, 64))
    for frame in range(16):
        writer.write(numpy.full((64, 64, 3), frame * 15, numpy.uint8))
    writer.release()


def _json_lines(path: Path, rows: Rows) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def mmrb(folder: Path) -> Made:
    kinds = [
        ("safety", "pairs/1"),
        ("safety", "hateful/2"),
        ("reasoning", "mathvista/3"),
        ("reasoning", "EMMA-Coding/4"),
    ]
    kinds += [("knowledge", "mmmu-s/5"), ("vqa", "PAIRS-like/6")]
    rows = [
        {
            "ID": id,
            "Text": f"What colour is square {number}?",
            "Output1": f"Square {number} has one colour.",
            "Output2": f"There are {number} dogs in it.",
            "Better": f"Output{1 + number % 2}",
            "Category": category,
            "Image": _picture(folder, f"images/{number}.png", number),
        }
        for number, (category, id) in enumerate(kinds)
    ]
    (folder / "all_data.json").write_text(json.dumps(rows))
    return f"mmrb={folder}", rows


def mmrlhf(folder: Path) -> Made:
    rows: Rows = []
    for number, kind in enumerate(["mcq", "mcq", "long", "short", "safety", "video", "video"]):
        row = {
            "id": f"prompt_{number // 2}",
            "prompt": f"What is in number {number // 2}?",
            "chosen": f"A square {'of one colour ' * (number % 3)}and nothing else, {number}.",
            "rejected": f"Two dogs and a cat, {number}.",
            "chosen_reason": "true",
            "rejected_reason": "made up",
        }
        if kind == "video":
            for frame in range(12):
                _picture(folder, f"images/video/{number}/frame_{frame}.png", frame)
            rows.append(row | {"video": f"video/{number}"})
        else:
            _picture(folder, f"images/{kind}/{number}.png", number)
            rows.append(row | {"image": f"{kind}/{number}.png"})
    _json_lines(folder / "mm_reward_bench.jsonl", rows)
    return f"mmrlhf={folder}", rows


def multi_crit(folder: Path) -> Made:
    rows: Rows = []
    for prompt, split in (("p1", "open_ended"), ("p2", "open_ended"), ("p3", "reasoning")):
        for place, criterion in enumerate(["hallucination", "clarity", "logic"][: 2 if split == "open_ended" else 3]):
            rows.append(
                {
                    "question_id": f"{prompt}-{criterion}",
                    "prompt_id": prompt,
                    "criterion": criterion,
                    "question": f"Describe {prompt}.",
                    "pred_a": f"One square in {prompt}.",
                    "pred_b": f"A square, and beside it a dog, in {prompt}.",
                    "model_a": "m1",
                    "model_b": "m2",
                    "preference": "model_b" if (place + len(rows) // 4) % 2 else "model_a",
                    "split": split,
                    "image": _picture(folder, f"{prompt}.png", len(rows)),
                }
            )
    _json_lines(folder / "rows.jsonl", rows)
    return f"multi_crit={folder / 'rows.jsonl'}", rows


def mm_judgebench(folder: Path) -> Made:
    rows = [
        {
            "id": f"mmmu_{number}",
            "language": language,
            "query": f"{word} {number}?",
            "response1": f"{word} 1",
            "response2": f"{word} 2",
            "label": "AB"[number % 2],
            "image_path": _picture(folder, f"images/{number}.png", number),
        }
        for number in range(4)
        for language, word in (("German", "Farbe"), ("Greek", "Χρώμα"))
    ]
    with (folder / "original.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return f"mm_judgebench={folder}", list(rows)


def mmrb2(folder: Path) -> Made:
    rows: Rows = []
    for number, task in enumerate(["t2i", "edit", "interleaved", "reasoning"] * 2):
        made = task != "reasoning"
        rows.append(
            {
                "pair_id": f"{task}_{number}",
                "task": task,
                "prompt_source": "made-up",
                "prompt_text": f"Draw square {number} as in <image_1>."
                if task == "edit"
                else f"Which square is {number}?",
                "prompt_images": [_picture(folder, f"in/{number}.png", number)] if task == "edit" else [],
                "response_a_text": "" if made else f"The first, {number}.",
                "response_a_images": [_picture(folder, f"a/{number}.png", number)] if made else [],
                "response_b_text": "" if made else f"The second, {number}.",
                "response_b_images": [_picture(folder, f"b/{number}.png", number + 1)] if made else [],
                "chosen": "AB"[number // 2 % 2],
            }
        )
    _json_lines(folder / "rows.jsonl", rows)
    return f"mmrb2={folder / 'rows.jsonl'}", rows


def omni_rewardbench(folder: Path) -> Made:
    rows = [
        {
            "id": f"q{number // 3}",
            "prompt": f"Describe {number // 3}.",
            "image": _picture(folder, f"media/{number // 3}.png", number),
            "response1": f"A square, {number // 3}.",
            "response2": f"A circle, {number // 3}.",
            "criteria": f"Prefer answers that name shape {number % 3}.",
            "criteria_preference": ["response1", "response2", "tie"][number % 3],
        }
        for number in range(6)
    ]
    (folder / "text_image_to_text_preferences.json").write_text(json.dumps(rows))
    return f"omni_rewardbench={folder}", list(rows)


def mllm_as_a_judge(folder: Path) -> Made:
    rows = [
        {
            "pair_id": str(number),
            "image_path": _picture(folder, f"img/{number // 2}.png", number // 2),
            "instruction": f"What is {number}?",
            "answer1": {"name": "m1", "answer": f"This, {number}."},
            "answer2": {"name": "m2", "answer": f"That, {number}."},
            "human_answer": "ABC"[number % 3],
        }
        for number in range(6)
    ]
    _json_lines(folder / "pair.jsonl", rows)
    return f"mllm_as_a_judge={folder}", list(rows)


def video_rewardbench(folder: Path) -> Made:
    rows: Rows = []
    for number, category in enumerate(["perception-long", "knowledge", "safety"]):
        (folder / f"{number}.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes([number]))
        rows.append(
            {
                "id": str(number),
                "prompt": f"What happens in {number}?",
                "chosen": f"A square moves, {number}.",
                "rejected": f"Nothing, {number}.",
                "video": f"{number}.mp4",
                "category": category,
            }
        )
    _json_lines(folder / "rows.jsonl", rows)
    return f"video_rewardbench={folder / 'rows.jsonl'}", rows


def armbench_vl(folder: Path) -> Made:
    rows: Rows = []
    for number, tag in enumerate(["pair_rm", "2-way-pair_rm", "single_rm", "4-way-pair_rm", "pair_rm"]):
        count = {"single_rm": 1, "4-way-pair_rm": 4}.get(tag, 2)
        rows.append(
            {
                "rm_tag": tag,
                "question": f"Zoom into {number}.",
                "preds": [f"Answer {place} to {number}." for place in range(count)],
                "images": [_picture(folder, f"{number}.png", number)],
                "gt": 1 + number % 2 if tag != "single_rm" else True,
            }
        )
    _json_lines(folder / "armbench_vl.jsonl", rows)
    return f"armbench_vl={folder}", rows


def rewardbench2(folder: Path) -> Made:
    rows = [
        {
            "id": str(number),
            "prompt": f"Prove {number}.",
            "chosen": [f"Proof {number}.", *([f"Another proof {number}."] if subset == "Ties" else [])],
            "rejected": [f"No proof {number}, {place}." for place in range(3)],
            "subset": subset,
        }
        for number, subset in enumerate(["Factuality", "Math", "Math", "Ties"])
    ]
    _json_lines(folder / "rows.jsonl", rows)
    return f"rewardbench2={folder / 'rows.jsonl'}", list(rows)


def rewardbench2_ties(folder: Path) -> Made:
    rows = [
        {
            "id": f"{kind}:{number}",
            "prompt": f"Name a colour, {number}.",
            "chosen": [f"{colour}, {number}" for colour in COLORS[: 1 if kind == "ref" else 2 + number % 2]],
            "rejected": [f"No, {number}.{place}" for place in range(3)],
            "subset": "Ties",
        }
        for number in range(3)
        for kind in ("ref", "tied")
    ]
    _json_lines(folder / "rows.jsonl", rows)
    return f"rewardbench2_ties={folder / 'rows.jsonl'}", list(rows)


def mr2bench(folder: Path) -> Made:
    rows: Rows = [
        {
            "prompt": f"Describe {number}.",
            "responses": [f"Answer {place} to {number}." for place in range(4)],
            "rankings": [[3, 1, 2, 4], [1, 1, 3, 4], [2, 2, 2, 1]][number],
        }
        for number in range(3)
    ]
    rows[0]["image"] = rows[1]["image"] = _picture(folder, "0.png", 0)
    (folder / "2.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    rows[2]["video"] = "2.mp4"
    _json_lines(folder / "mr2bench.jsonl", rows)
    return f"mr2bench={folder}", rows


RELATIVES: dict[str, Callable[[Path], Made]] = {
    one.__name__: one
    for one in (
        *(mmrb, mmrlhf, multi_crit, mm_judgebench, mmrb2, omni_rewardbench, mllm_as_a_judge),
        *(video_rewardbench, armbench_vl, rewardbench2, rewardbench2_ties, mr2bench),
    )
}

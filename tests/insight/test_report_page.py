"""The report's data and text, without a browser."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.insight.simulate import Planted, run, write
from tests.support.table import Label
from vlrb_task.cli.main import group
from vlrb_task.pairs.demo import demo_parquet
from vlrb_task.pairs.rows import load_benchmark, read_rows
from vlrb_task.report.gallery import LEFT_OUT, NO_VERDICT, NORMAL, VERDICT, embed, segments
from vlrb_task.report.pictures import read_content
from vlrb_task.support.errors import DataError

HOSTILE = "<script>window.hacked=1</script></script><img src=x onerror=hacked=1> \ud800 \u202eRTL \x00 שלום ]]> &amp; {{ 7*7 }}\n"


def demo_logs(folder: Path, text: str | None = None, votes: int = 5) -> list[Path]:
    """Two judges on the packaged pairs."""
    benchmark = load_benchmark(str(demo_parquet()))
    shown = [Label(p.key, p.id, p.better, p.subset, p.source, p.words, p.tags) for p in benchmark.pairs]
    planted = {"Alpha": Planted(0.8), "Beta <b>bold</b>": Planted(0.6, first=0.2, unparsed=0.1)}
    made = []
    for number, (model, habits) in enumerate(planted.items()):
        judged = run(habits, votes, number, sizes=benchmark.subset_counts, shown=shown)
        made.append(write(folder / f"{number}.votes.jsonl", judged, model, text))
    return made


def report(logs: list[Path], target: Path, *args: str) -> str:
    result = CliRunner().invoke(group, ["report", *map(str, logs), "-o", str(target), *args])
    assert result.exit_code == 0, result.exception
    return target.read_text(encoding="utf-8")


def test_a_text_is_cut_into_what_is_normal_and_the_verdict() -> None:
    text = "So Answer 1 is better. Done."
    span = (3, 22)
    found = segments(text, span)
    assert found == [[NORMAL, "So "], [VERDICT, "Answer 1 is better."], [NORMAL, " Done."]]
    assert segments(text, None) == [[NORMAL, text]]
    assert segments("", None) == []
    assert segments("score 7", (6, 7)) == [[NORMAL, "score "], [VERDICT, "7"]]


def test_what_was_found_is_marked_with_its_reason() -> None:
    text = "Both are fine. Answer 1 is better."
    marks = [(0, 14, NO_VERDICT, "overruled"), (15, 34, VERDICT, "decided"), (15, 23, NO_VERDICT, "ignored")]
    assert segments(text, (15, 34), marks=marks) == [
        [NO_VERDICT, "Both are fine.", "overruled"],
        [NORMAL, " "],
        [VERDICT, "Answer 1", "decided"],
        [VERDICT, " is better.", "decided"],
    ]


@pytest.mark.parametrize("at", [0, 10, 2500, 4990])
def test_a_long_text_loses_its_middle_but_never_its_verdict(at: int) -> None:
    text = "".join(chr(97 + i % 26) for i in range(5000))
    found = segments(text, (at, at + 10), most=300)
    assert "".join(part for kind, part in found if kind == VERDICT) == text[at : at + 10]
    kept = sum(len(part) for kind, part in found if kind != LEFT_OUT)
    assert kept + sum(part for kind, part in found if kind == LEFT_OUT) == 5000
    assert kept <= 310
    assert found[0][1].startswith("abc")
    assert text.endswith(found[-1][1])


def test_embedded_data_cannot_end_its_script_and_comes_back_as_it_was() -> None:
    value = {"text": HOSTILE + "</SCRIPT><!--", "n": [1, None, 0.5]}
    text = embed(value)
    assert not re.search(r"[<>&]", text)
    assert text.isascii()
    assert json.loads(text) == value


def test_images_keep_to_their_limit_and_are_shared() -> None:
    keys = [pair.key for pair in load_benchmark(str(demo_parquet())).pairs]
    whole = read_content(str(demo_parquet()), keys, 20_000_000)
    assert len(whole.pairs) == len(whole.image_of) == len(keys)
    assert whole.left_out == whole.unreadable == 0
    assert whole.size == sum(map(len, whole.uris)) <= 20_000_000
    assert all(uri.startswith("data:image/jpeg;base64,") for uri in whole.uris)
    tight = read_content(str(demo_parquet()), keys, 40_000)
    assert 0 < tight.size <= 40_000
    assert tight.left_out == len(keys) - len(tight.image_of) > 0
    none = read_content(str(demo_parquet()), keys, 0)
    assert (none.uris, len(none.pairs)) == ([], len(keys))


def test_an_image_that_is_none_is_counted(tmp_path: Path) -> None:
    rows = list(read_rows(str(demo_parquet())))[:3]
    path = tmp_path / "pairs.jsonl"
    with path.open("w") as file:
        for row in rows:
            file.write(json.dumps({**row, "image": "bm8gcGljdHVyZQ=="}) + "\n")
    keys = [pair.key for pair in load_benchmark(str(path)).pairs]
    found = read_content(str(path), keys, 1_000_000)
    assert (found.unreadable, found.uris) == (3, [])


class Tags(HTMLParser):
    """Every tag of a page, and what its scripts hold."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_holds_no_markup_of_others_and_names_no_address(tmp_path: Path) -> None:
    page = report(demo_logs(tmp_path, HOSTILE), tmp_path / "r.html", "--pairs", str(demo_parquet()), "--published")
    parser = Tags()
    parser.feed(page)
    names = [tag for tag, _ in parser.tags]
    assert names.count("script") == 3
    assert "img" not in names
    assert "<b>bold</b>" not in page
    assert "Beta &lt;b&gt;bold" in page
    for _, attributes in parser.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:"))
    assert "49" not in re.findall(r"\{\{.*?\}\}", page)
    data = json.loads(re.search(r'id="gallery-data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert len(data["pairs"]) == 36
    # UTF-8 has no lone surrogates.
    assert HOSTILE.strip().replace("\ud800", "\ufffd") in data["pairs"][0]["votes"][0][0][7][0][1]


def test_without_pairs_the_page_says_what_is_missing(tmp_path: Path) -> None:
    page = report(demo_logs(tmp_path), tmp_path / "r.html")
    assert "questions, answers and images are not in the logs: give them with --pairs" in page


def test_the_same_logs_give_the_same_page(tmp_path: Path) -> None:
    logs = demo_logs(tmp_path, votes=2)
    one = report(logs, tmp_path / "one.html", "--pairs", str(demo_parquet()))
    two = report(logs, tmp_path / "two.html", "--pairs", str(demo_parquet()))
    assert one == two


@pytest.mark.parametrize("megabytes", ["nan", "inf", "-1", "1e308"])
def test_a_limit_that_is_none_is_told(tmp_path: Path, megabytes: str) -> None:
    arguments = ["report", "x", "-o", str(tmp_path / "r.html"), "--max-image-mb", megabytes]
    result = CliRunner().invoke(group, arguments)
    assert isinstance(result.exception, DataError)
    assert str(result.exception).endswith("a number of megabytes from 0 is needed")

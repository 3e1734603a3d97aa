"""Exports and pictures."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from huggingface_hub import ModelCardData
from huggingface_hub.repocard_data import model_index_to_eval_results

from tests.insight.simulate import Planted, labels, run, write
from vlrb_task.audit import Row, audit_row
from vlrb_task.audit.tables import parse_table
from vlrb_task.cli.main import group
from vlrb_task.compare.comparison import compare
from vlrb_task.export import FORMATS
from vlrb_task.export.tables import latex_text, neutralise
from vlrb_task.judges.base import PromptRecord
from vlrb_task.report.drawing import INK, svg
from vlrb_task.report.figures import FIGURES, draw
from vlrb_task.scores.score import Score, score_run
from vlrb_task.support.errors import DataError

RUN = replace(run(Planted(0.7), votes=3), revision="1250")
SCORE = score_run(RUN)
NAMES = ["Model_7B & co"]
HIDDEN = "\u00a0\ufeff\u200b\u3000\u00ad\u2009"
"""Spaces of other kinds, and characters of no width."""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("logs")
    shown = labels({"general": 20, "hallucination": 30, "reasoning": 20})
    sizes = {"general": 20, "hallucination": 30, "reasoning": 20}
    return [
        str(write(folder / f"{i}.votes.jsonl", run(Planted(0.5 + 0.2 * i), 3, i, "j", sizes, shown), f"model-{i}"))
        for i in range(2)
    ]


def export(*args: str) -> str:
    result = CliRunner().invoke(group, ["export", *args])
    assert result.exit_code == 0, result.exception
    return result.stdout


@pytest.mark.parametrize("kind", ["markdown", "latex"])
def test_a_printed_table_reads_back_as_consistent(kind: str) -> None:
    text = FORMATS[kind](NAMES, [SCORE])
    rows, refused = parse_table(text, {"markdown": ".md", "latex": ".tex"}[kind])
    assert refused == []
    assert audit_row(rows[0]).verdict == "consistent"
    assert rows[0].overall is not None
    assert float(rows[0].overall.value) == pytest.approx(SCORE.overall.value or 0, abs=0.0005)


def test_tables_say_on_which_pairs_and_policy() -> None:
    for kind in ("markdown", "latex", "statement"):
        text = FORMATS[kind](NAMES, [SCORE])
        assert "policy strict" in text
        assert RUN.fingerprint[:12] in text
    part = score_run(RUN.on_pairs(np.arange(400)))
    assert "PART of the pairs: 400 of 1250" in FORMATS["markdown"](NAMES, [part])
    assert "400 of the 1,250 pairs (a part only)" in FORMATS["statement"](NAMES, [part])


def test_names_are_text_in_every_format() -> None:
    hostile = "a|b`c`<i> $x_1$ \\ &%#{}~^"
    table = FORMATS["markdown"]([hostile], [SCORE]).splitlines()[-1]
    assert table.startswith(r"| a\|b\`c\`\<i\> \$x\_1\$ \\ &%\#\{\}\~^ |")
    assert latex_text(hostile) == (r"a|b`c`\textless{}i\textgreater{} \$x\_1\$ \textbackslash{} \&\%\#\{\}\~{}\^{}")
    assert latex_text("[2em] *") == "{[}2em] {*}"  # after the end of a row these would belong to it


def hostile_score(text: str) -> Score:
    """A score whose every name is this text."""
    sizes = {text: 4, f"{text}2": 4}
    shown = [replace(label, source="s") for label in labels({"general": 4, "reasoning": 4})]
    subsets = [text] * 4 + [f"{text}2"] * 4
    shown = [replace(label, subset=subset) for label, subset in zip(shown, subsets, strict=True)]
    found = run(Planted(), 1, name=text, sizes=sizes, shown=shown, revision=text, metadata={"model": text})
    return score_run(replace(found, fingerprint=text, warnings=(text,), prompt=PromptRecord(text, text, text)))


@pytest.mark.parametrize(
    "text", ["a|b", "a\nb", "<b>x</b>", "`x`", "a\u2028b\x85c\x1cd", "\ud800", "\x1b[31m", "a\r% b"]
)
def test_what_a_log_holds_stays_on_its_line_and_in_its_cell(text: str) -> None:
    score = hostile_score(text)
    columns = {"markdown": 8, "latex": 6}
    for kind in ("markdown", "latex", "statement", "csv", "model-index"):
        made = FORMATS[kind]([text], [score])
        made.encode()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028]", made if kind != "csv" else ""), kind
        if kind == "markdown":
            assert len(made.splitlines()) == 7
            assert not re.search(r"(?<!\\)[<>`]", made)
            assert all(len(re.findall(r"(?<!\\)\|", line)) == 1 + columns[kind] for line in made.splitlines()[2:5])
        if kind == "latex":
            lines = made.splitlines()
            assert lines[0].startswith("% ")
            assert lines[1].startswith(r"\begin{tabular}")
            assert [len(re.findall(r"(?<!\\)&", line)) for line in (lines[3], lines[5])] == [columns[kind] - 1] * 2
        if kind == "statement":
            assert len(made.splitlines()) == 1
    rows = list(csv.reader(io.StringIO(FORMATS["csv"]([text], [score]))))
    assert len(rows) == 2
    assert len(rows[0]) == len(rows[1])


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-cmd", "@x", "\t=1", " =1", "\r=1", "\n@x", *(f"{c}={c}" for c in HIDDEN)]
)
def test_cells_that_a_spreadsheet_would_run_are_made_text(text: str) -> None:
    made = "'" + text.replace("\r", " ").replace("\n", " ")
    assert neutralise(text) == made
    rows = list(csv.reader(io.StringIO(FORMATS["csv"]([text], [SCORE]))))
    assert rows[1][0] == made


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1c", "\x1b", "\ud800"])
def test_characters_that_no_cell_can_hold_are_replaced(character: str) -> None:
    assert neutralise(f"{character}=1") == "\ufffd=1"


@pytest.mark.parametrize("cell", [-0.5, 3, None, "model-7B", ""])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert neutralise(cell) == cell


def test_csv_has_every_number_at_full_precision() -> None:
    line = next(csv.DictReader(io.StringIO(FORMATS["csv"](NAMES, [SCORE]))))
    assert float(line["overall"]) == SCORE.overall.value
    assert float(line["macro_low"]) == SCORE.macro.low
    assert (line["general_n"], line["policy"], line["prompt_sha256"]) == ("183", "strict", "0" * 64)


def test_vlmevalkits_csv_has_its_columns_in_its_order() -> None:
    text = FORMATS["vlmevalkit"](NAMES, [SCORE])
    assert text.splitlines()[0] == '"hallucination","reasoning","general","Macro Accuracy","Overall Consistency"'
    line = next(csv.DictReader(io.StringIO(text)))
    assert float(line["Overall Consistency"]) == SCORE.overall.value
    row = Row.parse({"general": line["general"], "hallucination": line["hallucination"], "reasoning": line["reasoning"],
                     "overall": line["Overall Consistency"], "macro": line["Macro Accuracy"]})  # fmt: skip
    assert audit_row(row).verdict == "consistent"
    with pytest.raises(DataError, match="holds one run"):
        FORMATS["vlmevalkit"](["a", "b"], [SCORE, SCORE])
    with pytest.raises(DataError, match="three subsets"):
        FORMATS["vlmevalkit"](["a"], [score_run(run(Planted(), sizes={"general": 9}))])


def test_model_index_is_what_the_hub_reads() -> None:
    import yaml

    text = FORMATS["model-index"](["org/model"], [SCORE])
    name, results = model_index_to_eval_results(yaml.safe_load(text)["model-index"])
    assert name == "org/model"
    assert results[0].metric_value == pytest.approx(SCORE.overall.value, abs=1e-4)
    assert results[0].dataset_type == "MMInstruction/VL-RewardBench"
    assert (results[0].dataset_args or {})["policy"] == "strict"
    card = ModelCardData(**yaml.safe_load(text), ignore_metadata_errors=False)
    assert len(card.eval_results or []) == 5
    assert "dataset:\n      name: pairs of one's own" in FORMATS["model-index"](
        ["m"], [score_run(replace(RUN, revision="custom"))]
    )


def test_the_protocol_is_whole_and_strict_json() -> None:
    logged = {"generation": {"temperature": 0.2, "top_p": float("nan")}, "schedule": {"order": "alternate", "votes": 3}}
    found = json.loads(FORMATS["protocol"](NAMES, [score_run(replace(RUN, metadata={**logged, "model": "m"}))]))
    assert found["sampling"] == {"temperature": 0.2, "top_p": None}
    assert found["schedule"] == {"order": "alternate", "votes": 3, "votes_a_pair": 3, "stated": True}
    assert found["prompt"]["sha256"] == "0" * 64
    assert found["scores"]["overall"]["n"] == 1250
    assert {"vlrb", "python", "numpy"} <= set(found["versions"])
    inferred = json.loads(FORMATS["protocol"](NAMES, [SCORE]))
    assert inferred["schedule"] == {"order": "both orders", "votes": None, "votes_a_pair": 3, "stated": False}


def test_the_statement_is_one_line_a_run() -> None:
    text = FORMATS["statement"](["a", "b"], [SCORE, SCORE])
    assert len(text.splitlines()) == 2
    assert f"overall {100 * (SCORE.overall.value or 0):.1f} % (95 % CI" in text
    assert "3 votes a pair, order: both orders, sampling not logged" in text
    asked = replace(RUN, metadata={"generation": {"temperature": 0.2}})
    told = FORMATS["statement"](["m"], [score_run(asked)])
    assert "temperature 0.2 asked for (what was sent is not known)" in told
    seen = replace(asked, metadata={**asked.metadata, "sent": {"temperature": 0, "max_tokens": 512}})
    told = FORMATS["statement"](["m"], [score_run(seen)])
    assert "sampling as sent: max_tokens 512, temperature 0, policy" in told
    assert "0.2" not in told


@pytest.mark.parametrize("kind", ["markdown", "latex", "csv", "model-index", "protocol", "statement"])
def test_the_command_writes_each_of_them(logs: list[str], tmp_path: Path, kind: str) -> None:
    printed = export(*logs, "--to", kind)
    assert "model-0" in printed or "model\\_0" in printed or r"model-0" in printed
    target = tmp_path / "out"
    export(*logs, "--to", kind, "-o", str(target), "--name", "A", "--name", "B")
    assert "A" in target.read_text()


def test_names_must_be_as_many_as_runs(logs: list[str]) -> None:
    result = CliRunner().invoke(group, ["export", *logs, "--to", "csv", "--name", "A"])
    assert isinstance(result.exception, DataError)


DRAWN = ("scores", "panel", "power", "reliability", "risk_coverage", "margins")


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_pictures_are_written_and_the_same_again(logs: list[str], tmp_path: Path, kind: str) -> None:
    start = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}[kind]
    written = []
    for folder in ("one", "two"):
        args = [
            "plot",
            *logs,
            "-o",
            str(tmp_path / folder),
            "--format",
            kind,
            *(word for name in DRAWN for word in ("--only", name)),
            "--cost",
            "model-0=0.1",
            "--json",
        ]
        result = CliRunner().invoke(group, args)
        assert result.exit_code == 0, result.exception
        written.append([Path(path).read_bytes() for path in json.loads(result.stdout)["written"]])
    assert written[0] == written[1]
    assert len(written[0]) == len(DRAWN)
    assert max(map(len, written[0])) < 250_000
    assert all(data.startswith(start) for data in written[0])


def test_an_unknown_picture_is_an_error(logs: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["plot", *logs, "-o", str(tmp_path), "--only", "pie"])
    assert "no picture 'pie'" in str(result.exception)


def test_a_page_s_pictures_are_well_formed_and_share_no_ids() -> None:
    shown = labels()
    names = ["<b>&\"quotes'</b>", "$x_1^2$", "plain"]
    runs = [run(Planted(0.6), 3, i, n, shown=shown, metadata={"model": n}) for i, n in enumerate(names)]
    drawn = draw(compare(runs), ink=INK)
    assert set(drawn) == set(FIGURES)
    seen: set[str] = set()
    for name, figure in drawn.items():
        text = svg(figure, name, FIGURES[name][0])
        root = ElementTree.fromstring(text)
        ids = {e.attrib["id"] for e in root.iter() if "id" in e.attrib}
        assert not ids & seen
        seen |= ids
        assert INK not in text
        assert "currentColor" in text
        assert "1,250 pairs" in figure.get_supxlabel()
        assert name == "agreement" or all(axes.get_xlabel() for axes in figure.axes)
    texts = "".join(t for name in ("scores",) for t in ElementTree.fromstring(svg(drawn[name], name, "x")).itertext())
    for name in names:
        assert name in texts


def test_one_judge_with_one_vote_has_the_pictures_that_it_can_have() -> None:
    drawn = draw(compare([run(Planted(0.6), votes=1)]))
    assert set(drawn) == {"scores", "subsets", "order", "length", "power"}


def test_names_that_no_font_or_file_can_hold_are_drawn_all_the_same() -> None:
    shown = [replace(label, subset="\ud800\x1b[x]") for label in labels({"general": 20})]
    made = run(Planted(0.6), 3, sizes={"\ud800\x1b[x]": 20}, shown=shown, metadata={"model": "\ud800\x00"})
    for name, figure in draw(compare([made]), ink=INK).items():
        ElementTree.fromstring(svg(figure, name, name))


@pytest.mark.parametrize("count", [1, 4, 9])
def test_many_subsets_of_one_s_own_have_a_panel_each(count: int) -> None:
    sizes = {f"domain {n} of my own, at length": 4 for n in range(count)}
    shown = [
        replace(label, subset=subset)
        for label, subset in zip(labels({"general": 4 * count}), list(sizes) * 4, strict=True)
    ]
    (figure,) = draw(compare([run(Planted(0.6), 1, sizes=sizes, shown=shown)]), ["subsets"]).values()
    assert [axes.get_title(loc="left")[:8] for axes in figure.axes] == [name[:8] for name in sizes]
    figure.savefig(io.BytesIO(), format="png")  # a layout that does not fit warns

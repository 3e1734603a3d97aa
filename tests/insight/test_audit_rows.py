"""Published rows: rounding, mappings, dropped pairs, macro averages; by brute force and on the published table."""

from __future__ import annotations

import csv
import itertools
import json
import random
import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.real_data import real_data_file
from vlrb_task import audit
from vlrb_task.audit import Row, audit_row
from vlrb_task.audit.dropping import least_dropping
from vlrb_task.audit.published import published
from vlrb_task.audit.rows import SIZES
from vlrb_task.cli.main import group
from vlrb_task.support.errors import DataError

PAPER = SIZES["1250"]


def row(general: str, hallucination: str, reasoning: str, overall: str = "", macro: str = "") -> Row:
    names = ("general", "hallucination", "reasoning", "overall", "macro")
    return Row.parse(dict(zip(names, (general, hallucination, reasoning, overall, macro), strict=True)))


def faults(made: Row, revision: str = "1250") -> tuple[str, list[str]]:
    found = audit_row(made, revision)
    return found.verdict, [e.fault for e in found.explanations]


def printed_from(counts: Sequence[int], sizes: Sequence[int], digits: int) -> list[str]:
    """What an honest table prints for these counts of right answers."""
    parts = [100 * c / n for c, n in zip(counts, sizes, strict=True)]
    numbers = [*parts, 100 * sum(counts) / sum(sizes), sum(parts) / 3]
    return [f"{number:.{digits}f}" for number in numbers]


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_every_honest_row_is_consistent(digits: int) -> None:
    rng = random.Random(digits)
    for _ in range(15):
        counts = tuple(rng.randint(0, n) for n in PAPER)
        found = audit_row(row(*printed_from(counts, PAPER, digits)))
        assert found.verdict == "consistent", (counts, found)
        assert any("whole numbers of right answers fit" in note for note in found.notes)


@pytest.mark.parametrize(
    ("fault", "sizes"), [("povid_in_general", (631, 301, 318)), ("rlhf_rlaif_in_general", (484, 448, 318))]
)
def test_every_row_of_a_faulty_mapping_is_explained_by_it(fault: str, sizes: tuple[int, int, int]) -> None:
    rng = random.Random(7)
    for _ in range(15):
        counts = tuple(rng.randint(n // 3, n) for n in sizes)
        found = audit_row(row(*printed_from(counts, sizes, 1)))
        if found.verdict == "consistent":  # general and hallucination too near each other to tell
            continue
        exact = {e.fault: e for e in found.explanations if not e.weak}
        assert found.verdict == "explained"
        assert exact[fault].subset_sizes == sizes
        assert exact[fault].overall == pytest.approx(sum(counts) / 1250, abs=1e-3)


def test_the_public_counts_of_vlmevalkit_are_consistent() -> None:
    found = audit_row(row("43.72", "45.53", "64.78", "50.16", "51.34"))
    assert found.verdict == "consistent"
    assert "80/183, 341/749, 206/318 right" in found.notes[0]


def test_known_rows_get_their_known_faults() -> None:
    assert faults(row("67.8", "52.5", "64.5", "63.3", "61.6")) == ("explained", ["povid_in_general"])
    assert faults(row("63.8", "85.7", "64.8", "71.9", "71.4")) == ("explained", ["rlhf_rlaif_in_general"])
    assert faults(row("50.8", "89.3", "60.4", "76.3")) == ("consistent", [])
    assert faults(row("81.5", "94.2", "60.4", "76.3", "78.7"))[0] == "unexplained"
    assert faults(row("41.8", "46.2", "51.2", "46.4", "46.4")) == ("explained", ["overall_is_macro"])


def test_rounding_is_an_interval_with_both_its_ends() -> None:
    # 183 * 50 + 749 * 50 + 318 * 50 is 50 exactly: 49.9 to 50.1 can be printed beside halves that round to 50.0.
    assert faults(row("50.0", "50.0", "50.0", "50.1"))[0] == "consistent"
    assert faults(row("50.0", "50.0", "50.0", "50.2"))[0] == "unexplained"
    assert faults(row("50", "50", "50", "50.5"))[0] == "consistent"
    assert faults(row("50.00", "50.00", "50.00", "50.1"))[0] == "unexplained"
    assert faults(row("50.00", "50.00", "50.00", "50.0"))[0] == "consistent"


def test_decimals_restore_zeros_that_a_spreadsheet_lost() -> None:
    texts = {"general": "50", "hallucination": "50", "reasoning": "50", "overall": "50.4"}
    assert audit_row(Row.parse(texts)).verdict == "consistent"
    assert audit_row(Row.parse(texts, decimals=1)).verdict == "unexplained"


def test_percent_and_fractions_are_the_same_row() -> None:
    percent, fraction = row("67.8", "52.5", "64.5", "63.3"), row("0.678", "0.525", ".645", "0.633")
    assert (percent.percent, fraction.percent) == (True, False)
    one, other = audit_row(percent).to_dict(), audit_row(fraction).to_dict()
    assert one["verdict"] == other["verdict"] == "explained"
    assert one["expected_overall"] == pytest.approx(100 * other["expected_overall"])
    assert one["explanations"][0]["overall"] == pytest.approx(63.276, abs=1e-3)


def test_revision_1247_explains_and_can_be_claimed() -> None:
    counts, sizes = (20, 700, 20), SIZES["1247"]
    made = row(*printed_from(counts, sizes, 3))
    assert faults(made) == ("explained", ["another_revision", "dropped_pairs"])
    assert faults(made, "1247") == ("consistent", [])


def test_a_macro_average_that_is_no_mean() -> None:
    assert faults(row("49.1", "67.6", "70.5", "65.6", "62.4")) == ("consistent", [])
    assert faults(row("49.1", "67.6", "70.5", "65.6", "60.0")) == ("explained", ["macro_is_no_mean"])
    assert faults(row("49.1", "67.6", "70.5", "65.6", "65.6")) == ("explained", ["macro_is_overall"])
    assert faults(row("49.1", "67.6", "70.5", "", "60.0")) == ("explained", ["macro_is_no_mean"])
    # Swapped: both numbers are what the other should be.
    verdict, found = faults(row("49.1", "67.6", "70.5", "62.4", "65.6"))
    assert verdict == "explained"
    assert {"macro_is_overall", "overall_is_macro"} <= set(found)
    # Two things wrong, of which one is of no known kind: no explanation.
    assert faults(row("63.8", "85.7", "64.8", "71.9", "60.0"))[0] == "unexplained"


def test_dropped_pairs_are_the_fewest_that_do_it() -> None:
    """Against a plain search, on sizes small enough for one."""
    sizes = (7, 9, 8)
    rng = random.Random(3)
    for _ in range(25):
        kept = tuple(n - rng.randint(0, n // 4) for n in sizes)
        counts = tuple(rng.randint(0, n) for n in kept)
        made = row(*printed_from(counts, kept, 1))
        assert made.subsets is not None
        assert made.overall is not None
        found = least_dropping(made.subsets, made.overall, sizes)
        assert found is not None
        assert found.total == _fewest(made, sizes)
        assert found.total <= sum(sizes) - sum(kept)
        for right, left, number in zip(found.right, found.kept, made.subsets, strict=True):
            assert number.low <= Fraction(right, left) <= number.high
        overall = Fraction(sum(found.right), sum(found.kept))
        assert made.overall.low <= overall <= made.overall.high


def _fewest(made: Row, sizes: tuple[int, int, int]) -> int:
    assert made.subsets is not None
    assert made.overall is not None
    fits = []
    for size, number in zip(sizes, made.subsets, strict=True):
        fits.append(
            [
                (right, left)
                for left in range(size - size // 4, size + 1)
                for right in range(left + 1)
                if number.low <= Fraction(right, left) <= number.high
            ]
        )
    goal = made.overall
    totals = [
        sum(sizes) - sum(left for _, left in choice)
        for choice in itertools.product(*fits)
        if goal.low <= Fraction(sum(r for r, _ in choice), sum(left for _, left in choice)) <= goal.high
    ]
    return min(totals)


def test_an_absurd_number_of_dropped_pairs_explains_nothing() -> None:
    found = audit_row(row("28.0", "22.4", "56.6", "28.2", "35.7"))
    assert found.verdict == "unexplained"
    assert any(note.startswith("dropped pairs: at least 167 needed") for note in found.notes)


def test_the_unexplained_row_says_what_it_would_take() -> None:
    found = audit_row(row("60.6", "78.4", "60.5", "66.1", "66.5"))
    assert any("general would have to hold 537 to 551 of the 932" in note for note in found.notes)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"general": "many"}, "not a number from 0 to 100"),
        ({"general": "-3"}, "not a number"),
        ({"general": "nan"}, "not a number"),
        ({"general": "1e2"}, "not a number"),
        ({"general": "101", "overall": "50"}, "above 100 %"),
        ({"general": "0.412", "overall": "50.0"}, "a fraction beside numbers in percent"),
    ],
)
def test_numbers_that_are_none_are_refused(texts: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Row.parse(texts)


def test_the_packaged_table_marks_what_is_no_fact() -> None:
    table = published()
    assert len(table) > 30
    assert all(p.source for p in table)
    for entry in table:
        assert entry.reread or "not re-read at its source" in entry.marks
        sound = entry.audit.verdict == "consistent" or entry.of_the_papers_policy
        assert sound == (entry.marks in ((), ("not re-read at its source",)))
        # The paper's own rows are accuracies over the pairs that its policy keeps: that is said, and is no reservation.
        assert bool(entry.notes) == entry.of_the_papers_policy
    assert sum(entry.of_the_papers_policy for entry in table) >= 10


def test_the_command_audits_every_packaged_row() -> None:
    """``vlrb audit`` on the table itself: its verdicts are those that the package shows, row by row."""
    path = Path(audit.__file__).with_name("published_scores.csv")
    told = json.loads(CliRunner().invoke(group, ["audit", str(path), "--json"]).stdout)
    table = {p.name: p for p in published()}
    assert told["refused"] == []
    assert {row["name"]: row["verdict"] for row in told["rows"]} == {name: p.audit.verdict for name, p in table.items()}
    for entry in table.values():
        assert entry.protocol
        assert re.fullmatch(r"20\d\d-\d\d|unknown", entry.date)
        assert entry.reread or entry.marks
        assert (entry.audit.verdict == "unchecked") == (entry.audit.row.subsets is None)
    r1 = table["R1-Reward"]
    assert r1.reread
    assert [one.fault for one in r1.audit.explanations] == ["rlhf_rlaif_in_general"]
    assert table["Claude-3.7-Sonnet (R1-Reward paper)"].audit.verdict == "unexplained"


def test_every_row_of_the_shared_table_gets_a_verdict() -> None:
    with real_data_file("published_scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    verdicts = {line["model"]: audit_row(Row.parse(line, line["model"])) for line in rows}
    ours = {p.name: p.audit.verdict for p in published()}
    assert {name: ours[name] for name in verdicts} == {name: found.verdict for name, found in verdicts.items()}
    known = {
        "R1-Reward": "rlhf_rlaif_in_general",
        "InternVL3-78B (Skywork run)": "povid_in_general",
        "Qwen2.5-VL-7B-Instruct (Skywork run)": "povid_in_general",
    }
    for name, fault in known.items():
        assert verdicts[name].explanations[0].fault == fault
    assert verdicts["Omni-RewardModel-BT (paper)"].verdict == "unexplained"
    assert verdicts["BaseReward"].verdict == "unchecked"


def test_the_command_prints_the_object_of_the_design() -> None:
    numbers = "--general 63.8 --hallucination 85.7 --reasoning 64.8 --overall 71.9 --macro 71.4"
    args = ["audit", *numbers.split()]
    result = CliRunner().invoke(group, [*args, "--json"])
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["verdict"] == "explained"
    assert found["expected_overall"] == pytest.approx(77.18, abs=0.02)
    first = found["explanations"][0]
    assert (first["fault"], first["subset_sizes"]) == ("rlhf_rlaif_in_general", [484, 448, 318])
    assert first["overall"] == pytest.approx(71.90, abs=0.02)
    people = CliRunner().invoke(group, args)
    assert "explained" in people.stdout
    assert "484 x 63.8" in people.stdout


@pytest.mark.parametrize("args", ["", "--general 50", "--general 50 --hallucination 50 --reasoning 50"])
def test_too_few_numbers_are_an_error(args: str) -> None:
    result = CliRunner().invoke(group, ["audit", *args.split()])
    assert result.exit_code == 2


def test_tables_of_every_kind_give_the_same_rows(tmp_path: Path) -> None:
    markdown = tmp_path / "table.md"
    markdown.write_text(
        "Some text | with a bar\n\n| Model | General | Hallu. | Reasoning | Overall Acc. | Macro Avg. |\n"
        "|:--|--:|--:|--:|--:|--:|\n"
        "| **R1-Reward** | 63.8 | **85.7** | 64.8 | 71.9 | 71.4† |\n"
        "| GPT_4o | 49.18 ± 1.0 | 70.76% | 65.09 | 66.16 | - |\n"
    )
    latex = tmp_path / "table.tex"
    latex.write_text(
        r"""\begin{tabular}{lccccc} \toprule
\textbf{Model} & \multicolumn{3}{c}{Subsets} & \multicolumn{2}{c}{All} \\ \cmidrule(lr){2-4}
 & & & & & \\
Model & General & Hallucination & Reasoning & Overall & Macro \\ \midrule % a comment & with marks
\rowcolor{gray!20} R1-Reward~\cite{r1} & 63.8 & \textbf{85.7} & $64.8$ & \underline{71.9} & 71.4$_{\pm 0.3}$ \\
\hline
GPT\_4o & 49.18 & 70.76 & 65.09 & 66.16 & -- \\ \bottomrule
\end{tabular}"""
    )
    table = tmp_path / "table.csv"
    table.write_text(
        "model,reasoning,general,hallucination,overall,macro\n"
        "R1-Reward,64.8,63.8,85.7,71.9,71.4\nGPT_4o,65.09,49.18,70.76,66.16,\n"
    )
    results = []
    for path in (markdown, latex, table):
        result = CliRunner().invoke(group, ["audit", str(path), "--json"])
        assert result.exit_code == 0, result.stderr
        found = json.loads(result.stdout)
        assert found["refused"] == []
        results.append([(r["name"], r["verdict"], [e["fault"] for e in r["explanations"]]) for r in found["rows"]])
    expected = [("R1-Reward", "explained", ["rlhf_rlaif_in_general"]), ("GPT_4o", "consistent", [])]
    assert results == [expected] * 3


def test_a_bad_row_of_a_table_is_named_and_the_others_are_checked(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(
        "model,general,hallucination,reasoning,overall\nA,many,1,2,3\nB,50.0,50.0,50.0,50.0\nOpen models,,,,\n"
    )
    result = CliRunner().invoke(group, ["audit", str(table)])
    assert result.exit_code == 0
    assert "1 consistent" in result.stdout
    assert "A: general 'many'" in result.stderr


def test_a_file_without_such_a_table_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "table.md"
    path.write_text("| a | b |\n|--|--|\n| 1 | 2 |\n")
    result = CliRunner().invoke(group, ["audit", str(path)])
    assert isinstance(result.exception, DataError)
    assert "no table with the columns" in str(result.exception)


@pytest.mark.parametrize("text", ["5" * 5000, "0." + "5" * 5000, "1e400", "nan", "-5"])
def test_numbers_that_are_no_scores_are_one_short_line(text: str) -> None:
    with pytest.raises(DataError, match="is not a number from 0 to 100") as error:
        row(text, "1", "1", "1")
    assert len(str(error.value)) < 100

"""Published prompts: found in their files, fetched from wherever they are, checked, and never replaced in silence.

The texts here are the tests' own. With ``VLRB_TEST_CLONES`` naming a folder of clones (``owner+name``, or ``name``), each
judge is also fetched from its authors' real repository.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from vlrb_task.asking.ballots import Order, Schedule, ballots_of
from vlrb_task.judges import Judge, fill_prompt, get_judge, require_captions, shipped_names
from vlrb_task.judges.base import Prompt, Template
from vlrb_task.judges.published import Place, Published, extract
from vlrb_task.judges.templates import at_hand, cache_folder, cached_file, published_template, template_of
from vlrb_task.pairs.pair import Pair
from vlrb_task.support.errors import DataError, PromptUnavailable
from vlrb_task.tasks import fetching

CODE = '''
ignored = "{Query}"
class Unrelated:
    prompt = 3

def build(data, answers):
    """prompt = 'not this one'"""
    prompt = (
        "Compare: "
        f"{data['query']} | {answers[0]} "
        "and {braces} | "
        f"""{answers[1]}"""
    )
    return prompt

TEMPLATES = [{"template": "Is {answer} right for {question}? \\\\box{}", "kind": "ab"}, 7]
made = "a" + "b"
'''
TEXT = "Compare: {query} | {first} and {braces} | {second}"
HOLES = {"{data['query']}": "query", "{answers[0]}": "first", "{answers[1]}": "second"}
IN_FUNCTION = Published("them/prompts", "0" * 40, "code/ask.py", (Place(variable="prompt", function="build"),), HOLES)


def judge_of(published: Published, text: str, name: str = "theirs") -> Judge:
    prompt = Prompt(source="published", sha256=Template(text).sha256, published=published)
    return replace(get_judge("letter"), name=name, prompt=prompt, alternatives=("letter",))


def test_an_f_string_in_a_function() -> None:
    assert extract(IN_FUNCTION, CODE) == TEXT


def test_a_string_inside_a_list() -> None:
    place = Place(variable="TEMPLATES", path=(0, "template"))
    found = extract(Published("a/b", "0" * 40, "c", (place,), {"{question}": "query"}), CODE)
    assert found == "Is {answer} right for {query}? \\box{}"


def test_several_strings_one_after_the_other() -> None:
    places = (Place(variable="prompt", function="build"), Place(variable="ignored"))
    assert extract(Published("a/b", "0" * 40, "c", places), CODE).endswith("{answers[1]}{Query}")


def test_what_a_function_returns_after_a_system_message() -> None:
    code = 'SYSTEM = "Judge."\ndef ask(row):\n    return f"{row[0]}: " "A or B?"\n'
    places = (Place(variable="SYSTEM"), Place(function="ask"))
    found = extract(Published("a/b", "0" * 40, "c", places, {"{row[0]}": "query"}, between="\n\n"), code)
    assert found == "Judge.\n\n{query}: A or B?"


DESCRIBED = """
CLARITY = "Is it clear?"
MAP: dict[str, str] = {"open-ended--clarity": CLARITY, "reasoning--logic": "Does it follow?"}
TEXT = "By {Criterion}: {q} {a} {b}"
"""


def test_criteria_that_the_file_describes(tmp_path: Path, cache: Path) -> None:
    """They are part of the hash, go through the cache, and stand in the prompt; a pair by another criterion is refused."""
    holes = {"{Criterion}": "criterion", "{q}": "query", "{a}": "first", "{b}": "second"}
    place = (Place(variable="TEXT"),)
    published = Published("a/b", "0" * 40, "c.py", place, holes, criteria="MAP")
    template = published_template(published, DESCRIBED)
    other = published_template(published, DESCRIBED.replace("clear?", "plain?"))
    assert template.sha256 != other.sha256
    judge = replace(judge_of(published, ""), prompt=Prompt("published", template.sha256, published=published))
    (tmp_path / "c.py").write_text(DESCRIBED)
    fetching.fetch(judge, file=tmp_path / "c.py")
    found = template_of(judge, no_framework)
    assert found == template
    pair = Pair("0" * 16, "1", "Q", ("x", "y"), 0, "s", "open_ended", criterion="clarity")
    ballot = ballots_of(pair, Schedule(Order.BOTH))[0]
    assert fill_prompt(found, judge.prompt, pair, ballot).startswith("By Is it clear?: Q ")
    require_captions(found, [pair])
    with pytest.raises(DataError, match=r"1 pairs have no criterion.*knows only those"):
        require_captions(found, [replace(pair, criterion="logic")])


def test_an_installed_package_has_the_file(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched, and the package is not imported; another version's text is not taken."""
    (tmp_path / "shipsit" / "code").mkdir(parents=True)
    (tmp_path / "shipsit" / "__init__.py").write_text("raise RuntimeError('imported')")
    (tmp_path / "shipsit" / "code" / "ask.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(tmp_path))
    judge = judge_of(replace(IN_FUNCTION, file="shipsit/code/ask.py", package="shipsit"), TEXT)
    assert at_hand(judge)
    assert template_of(judge, no_framework).text == TEXT
    (tmp_path / "shipsit" / "code" / "ask.py").write_text(CODE.replace("Compare", "Contrast"))
    assert not at_hand(judge)
    with pytest.raises(PromptUnavailable, match="run vlrb judges fetch theirs"):
        template_of(judge, no_framework)


def test_a_line_of_a_page_with_an_example_filled_in() -> None:
    page = '# Title\n\n    # ask = "Which? [what is it?] A: [one\\n[two]"\n'
    place = Place(prefix="# ask = ", brackets=("query", "first"))
    assert extract(Published("a/b", "0" * 40, "c", (place,)), page) == "Which? [{query}] A: [{first}]"


@pytest.mark.parametrize(
    ("place", "source", "why"),
    [
        (Place(variable="prompt", function="other"), CODE, "no function other"),
        (Place(variable="absent"), CODE, "nothing is assigned to absent"),
        (Place(variable="made"), CODE, "made is not a string"),
        (Place(variable="TEMPLATES", path=(1, "template")), CODE, "TEMPLATES has no 'template' there"),
        (Place(variable="TEMPLATES", path=(5,)), CODE, "TEMPLATES has no 5 there"),
        (Place(variable="TEMPLATES", path=(0, "absent")), CODE, "TEMPLATES has no 'absent' there"),
        (Place(variable="prompt"), "def (", "the file is not Python"),
        (Place(prefix="ask = "), "nothing", "no line begins with 'ask = '"),
        (Place(prefix="ask = "), "ask = __import__('os').system('true')", "what follows 'ask = ' is not a string"),
        (Place(prefix="ask = ", brackets=("query",)), 'ask = "no brackets"', "no square brackets for query"),
    ],
)
def test_what_is_not_there_is_named(place: Place, source: str, why: str) -> None:
    with pytest.raises(DataError, match=why.replace("(", r"\(")):
        extract(Published("a/b", "0" * 40, "c", (place,)), source)


def test_a_hole_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match=r"no place \{question\}"):
        extract(replace(IN_FUNCTION, holes={"{question}": "query"}), CODE)


@pytest.fixture
def clone(tmp_path: Path) -> tuple[Path, Judge]:
    """A repository with the prompt in its first commit and another one checked out."""
    folder = tmp_path / "clone"
    (folder / "code").mkdir(parents=True)
    file = folder / "code" / "ask.py"

    def git(*arguments: str) -> str:
        options = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", "-C", str(folder), *options, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "-q")
    file.write_text(CODE)
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    revision = git("rev-parse", "HEAD")
    file.write_text(CODE.replace("Compare", "Contrast"))
    git("commit", "-q", "-am", "second")
    return folder, judge_of(replace(IN_FUNCTION, revision=revision), TEXT)


def no_framework() -> Template:
    raise AssertionError("a published prompt never comes from the framework")


def test_fetch_from_a_clone_whatever_is_checked_out(clone: tuple[Path, Judge], cache: Path) -> None:
    folder, judge = clone
    with pytest.raises(
        PromptUnavailable, match=r"run vlrb judges fetch theirs\. Always available, with the same answer format: letter"
    ):
        template_of(judge, no_framework)
    path = fetching.fetch(judge, clone=folder)
    assert path == cached_file(judge)
    assert cache in path.parents
    assert [file.name for file in path.parent.iterdir()] == [path.name], "nothing half-written is left"
    assert template_of(judge, no_framework).text == TEXT


def test_fetch_from_a_file(clone: tuple[Path, Judge], tmp_path: Path) -> None:
    judge = clone[1]
    file = tmp_path / "ask.py"
    file.write_text(CODE)
    fetching.fetch(judge, file=file)
    assert template_of(judge, no_framework).text == TEXT


def test_another_revision_is_refused_and_not_kept(clone: tuple[Path, Judge]) -> None:
    folder, judge = clone
    with pytest.raises(PromptUnavailable, match=r"not the one of revision .*not kept"):
        fetching.fetch(judge, file=folder / "code" / "ask.py")
    assert not cached_file(judge).exists()


def test_a_cache_that_was_tampered_with_is_refused(clone: tuple[Path, Judge]) -> None:
    folder, judge = clone
    path = fetching.fetch(judge, clone=folder)
    path.write_text(TEXT + "!")
    with pytest.raises(PromptUnavailable, match="it was changed"):
        template_of(judge, no_framework)
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(PromptUnavailable, match="cannot be read"):
        template_of(judge, no_framework)
    fetching.fetch(judge, clone=folder)
    assert template_of(judge, no_framework).text == TEXT


def test_what_cannot_be_fetched_is_said_plainly(clone: tuple[Path, Judge], tmp_path: Path) -> None:
    folder, judge = clone
    assert judge.prompt.published is not None
    elsewhere = judge_of(replace(judge.prompt.published, revision="1" * 40), TEXT)
    with pytest.raises(DataError, match=r"no 1{40}:code/ask.py in this clone of them/prompts"):
        fetching.fetch(elsewhere, clone=folder)
    with pytest.raises(DataError, match="no such folder"):
        fetching.fetch(judge, clone=tmp_path / "absent")
    with pytest.raises(DataError, match="cannot be read"):
        fetching.fetch(judge, file=tmp_path / "absent.py")
    with pytest.raises(PromptUnavailable, match=r"judge 'letter' has no published prompt to fetch"):
        fetching.fetch(get_judge("letter"))


def test_a_cache_that_cannot_be_written_is_said(
    clone: tuple[Path, Judge], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VLRB_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"cannot be written.*VLRB_CACHE names another folder"):
        fetching.fetch(clone[1], clone=clone[0])


@pytest.fixture
def raw_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The public repository's raw files, on the loopback; gives the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            found = self.path.endswith("/code/ask.py")
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(CODE.encode() if found else b"404: Not Found")

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(fetching, "RAW", f"http://127.0.0.1:{server.server_address[1]}")
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_fetch_from_the_public_repository(raw_server: list[str]) -> None:
    judge = judge_of(IN_FUNCTION, TEXT)
    fetching.fetch(judge)
    assert raw_server == [f"/them/prompts/{'0' * 40}/code/ask.py"]
    assert template_of(judge, no_framework).text == TEXT


def test_without_a_network_one_is_told_what_to_bring(raw_server: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    gone = judge_of(replace(IN_FUNCTION, file="gone.py"), TEXT)
    with pytest.raises(DataError, match=r"answered HTTP 404.*--from CLONE.*bring gone.py.*--file FILE"):
        fetching.fetch(gone)
    monkeypatch.setattr(fetching, "RAW", "http://127.0.0.1:9")
    with pytest.raises(DataError, match=r"was not reached.*clone https://github.com/them/prompts elsewhere"):
        fetching.fetch(judge_of(IN_FUNCTION, TEXT))


def test_the_cache_follows_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert cache_folder().name == "cache"
    monkeypatch.delenv("VLRB_CACHE")
    for platform, environment, end in (
        ("linux", {"XDG_CACHE_HOME": ""}, ".cache/vlrb"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/vlrb"),
        ("darwin", {}, "Library/Caches/vlrb"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/vlrb/Cache"),
    ):
        monkeypatch.setattr(sys, "platform", platform)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert cache_folder().as_posix().endswith(end)


PUBLISHED = [name for name in shipped_names() if get_judge(name).prompt.source == "published"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_authors_own_repository_has_the_prompt(name: str) -> None:
    judge = get_judge(name)
    published = judge.prompt.published
    assert published is not None
    folder = os.environ.get("VLRB_TEST_CLONES")
    if not folder:
        pytest.skip("VLRB_TEST_CLONES names no folder of clones of the authors' repositories")
    owner, _, repository = published.repository.partition("/")
    names = (f"{owner}+{repository}/repo", f"{owner}+{repository}", repository)
    clones = [path for name in names if (path := Path(folder) / name).is_dir()]
    if not clones:
        pytest.skip(f"no clone of {published.repository} in {folder}")
    fetching.fetch(judge, clone=clones[0])
    template = template_of(judge, no_framework)
    asked = {"query", "first", "second"} if judge.mode == "pairwise" else {"query", "answer"}
    assert template.holes - {"criterion"} == asked
    assert bool(template.criteria) == bool(published.criteria)

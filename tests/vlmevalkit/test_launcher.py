"""The launcher hands everything on and back. No framework is imported: its targets here are scripts of the tests."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from vlmevalkit_adapter import failures, importing
from vlmevalkit_adapter.__main__ import main

ECHO = """
import json, sys

if __name__ == "__main__":
    print(json.dumps({"argv": sys.argv, "path": sys.path[0], "file": __file__}))
    sys.exit(int(sys.argv[-1]))
"""
AWKWARD = ["--data", "MMMU_DEV_VAL", "VLRB", "--check", "-m", "", "a b", "--judge-args", '{"x": "ü"}']


def launch(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vlmevalkit_adapter", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("code", [0, 1, 7])
def test_a_script_gets_its_arguments_and_gives_its_exit_code(tmp_path: Path, code: int) -> None:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "run.py").write_text(ECHO)
    done = launch(tmp_path, "checkout/run.py", *AWKWARD, str(code))
    assert done.returncode == code
    seen = json.loads(done.stdout)
    assert seen["argv"] == ["checkout/run.py", *AWKWARD, str(code)]
    assert seen["path"] == str(folder), "as python run.py has it"


def test_a_module(tmp_path: Path) -> None:
    (tmp_path / "somewhere.py").write_text(ECHO)
    done = launch(tmp_path, "-m", "somewhere", *AWKWARD, "3")
    assert done.returncode == 3
    seen = json.loads(done.stdout)
    assert seen["argv"] == [str(tmp_path / "somewhere.py"), *AWKWARD, "3"]


def test_an_uncaught_error_looks_as_it_does_without_the_launcher(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text("raise RuntimeError('out of memory')")
    done = launch(tmp_path, "run.py")
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("RuntimeError: out of memory")


@pytest.mark.parametrize("arguments", [[], ["-m"], ["no-such-command"], ["absent.py"]])
def test_nothing_to_run(tmp_path: Path, arguments: list[str]) -> None:
    done = launch(tmp_path, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_help() -> None:
    assert main(["--help"]) == 0


@pytest.mark.parametrize(("flags", "code"), [([], 0), (["--check"], 1)])
def test_failed_datasets_are_told_last(
    tmp_path: Path, flags: list[str], code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """VLMEvalKit exits with 0 after a dataset failed: so does the launcher, unless it is asked to check."""
    monkeypatch.setattr(failures, "_failed", {})
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    script = tmp_path / "run.py"
    script.write_text("from vlmevalkit_adapter import failures\nfailures.note('VLRB', ValueError('no pairs\\nmore'))")
    assert main([*flags, str(script)]) == code
    assert capsys.readouterr().err == "vlrb: VLRB FAILED: no pairs\n"


def test_the_report_does_not_tell_a_failure_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "_failed", {})
    failures.note("VLRB", ValueError("no pairs"))
    failures.note("VLRB", "DataError: no pairs")  # VLMEvalKit's report tells of it a second time
    failures.note_unnamed("DataError: no pairs")
    failures.note("VLRB_K5", "no pairs")
    failures.note("VLRB_Demo", "")
    assert failures.failed() == {"VLRB": "no pairs", "VLRB_K5": "no pairs", "VLRB_Demo": "failed without a message"}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package in which the import hook looks for the module that it waits for."""
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "__init__.py").write_text("")
    (tmp_path / "kit" / "dataset.py").write_text("DATASET_CLASSES = []\nSUPPORTED_DATASETS = []\nLOADER = __loader__\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(importing, "TARGET", "kit.dataset")
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    for name in ("kit", "kit.dataset"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.usefixtures("package")
def test_the_finder_registers_after_the_module_and_leaves_its_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    from vlmevalkit_adapter import registration

    registered: list[object] = []
    monkeypatch.setattr(registration, "register", registered.append)
    importing.install(strict=True)
    importing.install()
    assert sum(type(finder).__name__ == "RegisteringFinder" for finder in sys.meta_path) == 1
    found = importlib.import_module("kit.dataset")
    assert registered == [found]
    assert type(found.__loader__).__name__ == "SourceFileLoader"
    assert found.__spec__ is not None
    assert found.__spec__.loader is found.__loader__ is found.LOADER


@pytest.mark.usefixtures("package")
def test_a_registration_that_fails_ends_the_launcher_but_not_the_hook(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from vlmevalkit_adapter import registration

    def broken(module: object) -> None:
        raise AttributeError("DATASET_CLASSES is gone")

    monkeypatch.setattr(registration, "register", broken)
    importing.install()
    importlib.import_module("kit.dataset")
    assert "could not be registered" in capsys.readouterr().err
    del sys.modules["kit.dataset"]
    importing.install(strict=True)
    with pytest.raises(AttributeError, match="is gone"):
        importlib.import_module("kit.dataset")

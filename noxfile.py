"""Every check of the project: ``.ci/run`` runs all side by side, ``uvx nox`` one after another, ``uvx nox -s core`` one.

``uvx nox -s quick`` is for between two changes: style, types and the core. Each framework has an environment of its own.

The environments are large (6 GB for each framework) and are built outside the source tree, in ``VLRB_NOX_ENVDIR`` or the
user's cache. What a session needs stands here or in ``pyproject.toml``: nothing has to be installed beforehand.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.4.15"
nox.options.default_venv_backend = "uv"
nox.options.envdir = os.environ.get("VLRB_NOX_ENVDIR", str(Path.home() / ".cache" / "vlrb-nox"))
# Tests start thousands of processes, and each would compile again all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
nox.options.sessions = ["lint", "core", "scale", "engine", "insight", "lmms", "vlmevalkit", "package", "security"]

TEST = ["pytest>=8", "pytest-xdist>=3.5", "hypothesis>=6.100", "pyyaml"]
TWO = ("-n", "2", "--dist", "loadfile")
"""pytest in two processes, a file's tests in one of them, as they share runs of a framework."""
CORE_TESTS = ["datasets", "pillow", "requests", "setuptools", "statsmodels"]


LINT = ["ruff>=0.6", "mypy>=1.11", "nox", "types-PyYAML", "pandas-stubs"]
CORE = ["tests/core", "tests/pairs", "tests/parsing", "tests/judges", "tests/scores", "tests/test_demo_pairs.py"]


@nox.session
def lint(session: nox.Session) -> None:
    """Style and types of everything, tests included."""
    session.install("-e", ".[report]", *TEST, *LINT)
    _lint(session)


def _lint(session: nox.Session) -> None:
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy", "vlrb_task", "vlmevalkit_adapter", "tests", "benchmarks", "noxfile.py", ".ci/lanes.py")


@nox.session(reuse_venv=True)
def quick(session: nox.Session) -> None:
    """Lint, types and the core but for what is slow, in an environment that stays: under 90 s once its caches are warm."""
    session.install("-e", ".[report]", *TEST, *CORE_TESTS, *LINT)
    _lint(session)
    session.run("pytest", "-q", *CORE, "-n", "2", "-m", "not slow", *session.posargs)


@nox.session
def core(session: nox.Session) -> None:
    """The core: no framework, no network."""
    session.install("-e", ".", *TEST, *CORE_TESTS)
    session.run("pytest", *CORE, *session.posargs)


@nox.session
def scale(session: nox.Session) -> None:
    """Merging, streaming and other people's pairs; faults of files, disks and the hub."""
    session.install("-e", ".[report]", *TEST, *CORE_TESTS)
    session.run("pytest", "tests/scale", "tests/reliability", *session.posargs)


@nox.session
def engine(session: nox.Session) -> None:
    """Reading and parsing on Ray Data with two workers: the numbers of docs/scaling.md's program are vlrb score's."""
    session.install("-e", ".", *TEST, "ray[data]>=2.40")
    session.run("pytest", "tests/engine", *session.posargs)


@nox.session
def lmms(session: nox.Session) -> None:
    """The real lmms-eval: through its command line, a server on the loopback, a real wrapper on the CPU, two processes."""
    session.install("-e", ".[lmms-eval,report]", *TEST)
    session.run(
        "pytest",
        "tests/lmms",
        *map(str, sorted(Path("tests/reliability").glob("test_*_lmms.py"))),
        "tests/judges/test_in_lmms_eval.py",
        "tests/judges/test_reward_model.py",
        *TWO,
        *session.posargs,
        env={"HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""},
    )


@nox.session
def vlmevalkit(session: nox.Session) -> None:
    """The real ms-vlmeval, and its numbers held against lmms-eval's, whose environment session ``lmms`` leaves behind.

    A checkout of upstream VLMEvalKit is tested as well where ``VLRB_VLMEVALKIT_CHECKOUT`` names one.
    """
    session.install("-e", ".[vlmevalkit,report]", *TEST, "rouge_score", "absl-py")
    other = Path(session.virtualenv.location).parent / "lmms" / "bin" / "python"
    env = {"HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    if other.exists():
        env["VLRB_LMMS_PYTHON"] = str(other)
    session.run("pytest", "tests/vlmevalkit", "tests/judges/test_in_vlmevalkit.py", *TWO, *session.posargs, env=env)


@nox.session
def insight(session: nox.Session) -> None:
    """Comparison, audit, report and export; the page in headless Chromium, which is installed where it can be."""
    session.install("-e", ".[report]", *TEST, "selenium>=4.20")
    chromium(session)
    session.run("pytest", "tests/insight", "tests/bon", *session.posargs)


def chromium(session: nox.Session) -> None:
    """Debian's Chromium and its driver, unless they are there. Without them the browser tests skip, saying so."""
    if shutil.which("chromium") and shutil.which("chromedriver"):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        session.run("apt-get", "update", "-qq", external=True, env=quiet)
        session.run("apt-get", "install", "-y", "-qq", "chromium", "chromium-driver", external=True, env=quiet)
    else:
        session.warn("no Chromium and no way to install it: the browser tests will be skipped")


@nox.session
def security(session: nox.Session) -> None:
    """Nothing of high severity, and no finding that docs/reliability.md does not answer, by its kind and its file."""
    session.install("bandit")
    command = ("bandit", "-q", "-r", "vlrb_task", "vlmevalkit_adapter", "--format", "json", "--exit-zero")
    findings = json.loads(session.run(*command, silent=True) or "")["results"]
    answers = Path("docs", "reliability.md").read_text(encoding="utf-8").splitlines()
    for found in findings:
        kind, file = found["test_id"], found["filename"].removeprefix("vlrb_task/")
        known = any(line.startswith("|") and kind in line and f"`{file}`" in line for line in answers)
        if found["issue_severity"] == "HIGH" or not known:
            session.error(f"{found['filename']}:{found['line_number']}: {kind} {found['issue_text']}")


@nox.session
def package(session: nox.Session) -> None:
    """A wheel, built and installed elsewhere, finds its files."""
    session.install("build", "uv", *TEST)
    session.run("pytest", "tests/package", *session.posargs)

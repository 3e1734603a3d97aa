"""Which model answered: names that tell checkpoints and servers apart which share a name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from vlrb_task.tasks.observed import server_of


def model_id(names: Iterable[str], server: object = None) -> str:
    """A model's names, whole: of a local folder with its files' sizes and times, of a server with its address.

    Args:
        names: hub ids, paths or names of served models: of the model itself, and of adapters that are put on it.
        server: where it is asked, if it is not in this process: an address, which is written without secrets.
    """
    found = " + ".join(_weights(name) for name in names)
    return f"{found} at {server_of(server) or server}" if server else found


def _weights(name: str) -> str:
    path = Path(name).expanduser()
    if not path.exists():
        return name
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    seen = [
        (str(file.relative_to(path)), file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.is_file()
    ]
    return f"{path.resolve()} ({len(seen)} files, {hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:12]})"

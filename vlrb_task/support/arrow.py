"""pyarrow without what it loads beside."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder


def skip_pandas() -> None:
    """Load pyarrow so that it does not load pandas, which it does at its first array and which takes most of a second.

    For commands only: later in this process pyarrow takes no pandas object for what it is until somebody asks it for one.
    """
    if "pandas" in sys.modules or "pyarrow" in sys.modules:
        return
    hidden = _NoPandas()
    sys.meta_path.insert(0, hidden)
    try:
        import pyarrow as pa

        pa.array([0])  # looks for pandas, once
    finally:
        sys.meta_path.remove(hidden)


class _NoPandas(MetaPathFinder):
    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is not needed now", name="pandas")

"""pyarrow without what it loads beside."""

from __future__ import annotations

import sys


def skip_pandas() -> None:
    """Load pyarrow so that it does not load pandas, which it does at its first array and which takes most of a second.

    For commands only: later in this process pyarrow takes no pandas object for what it is until somebody asks it for one.
    """
    if "pandas" in sys.modules or "pyarrow" in sys.modules:
        return
    sys.modules["pandas"] = None  # type: ignore[assignment]
    try:
        import pyarrow as pa

        pa.array([0])  # looks for pandas, once
    finally:
        del sys.modules["pandas"]

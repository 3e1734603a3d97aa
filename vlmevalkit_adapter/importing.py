"""Registers the VLRB datasets at the moment at which ``vlmeval.dataset`` is imported, by whomever.

VLMEvalKit has no plugin interface. This module is used by the launcher, and ``vlrb hook install`` copies it as it
stands into site-packages, where it is loaded at every start of the interpreter: so it imports only ``sys``, and works,
doing nothing, when the rest of this package is gone.
"""

import sys

TYPE_CHECKING = False  # typing's own would have to be imported
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType

TARGET = "vlmeval.dataset"


class RegisteringFinder:
    """Finds :data:`TARGET` as any other finder would, and registers the datasets once it was executed."""

    def __init__(self, strict: bool) -> None:
        self.strict = strict

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Called for every import, so that anything but :data:`TARGET` leaves at once."""
        if name != TARGET:
            return None
        for finder in sys.meta_path:
            if isinstance(finder, RegisteringFinder) or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    _register_after(spec.loader, self.strict)
                return spec
        return None


def _register_after(loader: "Loader", strict: bool) -> None:
    """Have a loader register the datasets when it next executed :data:`TARGET`."""
    execute = loader.exec_module

    def exec_module(module: "ModuleType") -> None:
        execute(module)
        if module.__name__ != TARGET:  # some loaders serve several modules
            return
        loader.exec_module = execute  # type: ignore[method-assign]
        try:
            from vlmevalkit_adapter.registration import register

            register(module)
        except (ImportError, AttributeError, TypeError) as error:
            if strict:
                raise
            print(f"vlrb: the VLRB datasets could not be registered with VLMEvalKit: {error!r}", file=sys.stderr)

    loader.exec_module = exec_module  # type: ignore[method-assign]


def install(strict: bool = False) -> None:
    """Put the finder in front, once.

    Args:
        strict: let the import of :data:`TARGET` fail where the datasets cannot be registered. The launcher does; the
            hook, which stands in the way of every use of VLMEvalKit, only says so.
    """
    if strict:
        sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != RegisteringFinder.__name__]
    elif any(type(finder).__name__ == RegisteringFinder.__name__ for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, RegisteringFinder(strict))

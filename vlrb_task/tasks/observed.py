"""What a framework's model wrapper really sends: seen at the libraries that send it, in both frameworks.

A wrapper may drop a setting that the task asks for, add a system message, or put a prompt of its own in the place of ours.
The few functions through which requests leave a process are wrapped, where their library is loaded: ``requests``, the OpenAI
client, ``generate`` of transformers, vLLM's engine. A wrapper that uses none of them is not seen, and nothing is claimed
about it. Where a judge's labels are scored (:mod:`vlrb_task.tasks.label_scores`), they are asked for here too.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import inspect
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from vlrb_task.support.redact import without_secrets


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that is about to be sent.

    Attributes:
        settings: sampling and the like, under the names that the library has for them.
        messages: of a chat request, as the service gets them; None where they are not seen.
        base_url: of a server, without credentials; None for a model in this process.
    """

    settings: Mapping[str, Any]
    messages: list[Any] | None = None
    base_url: str | None = None


Watcher = Callable[[Sent], None]


class Scorer(Protocol):
    """Asks for more than a text."""

    def asking(
        self, library: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[dict[str, Any], Callable[[Any], Any] | None]: ...


_Watch = tuple[Watcher, "Scorer | None"]
_here: ContextVar[_Watch | None] = ContextVar("vlrb_watcher", default=None)
_everywhere: list[_Watch] = []


@contextmanager
def watching(watcher: Watcher, *, threads: bool = False, scorer: Scorer | None = None) -> Iterator[None]:
    """Call ``watcher`` for what is sent within: it may raise SystemExit, and then nothing is sent.

    Args:
        watcher: gets each request.
        threads: also see requests of threads that are started within.
        scorer: changes each request before that, and its result.
    """
    install()
    watch = watcher, scorer
    token = _here.set(watch)
    if threads:
        _everywhere.append(watch)
    try:
        yield
    finally:
        _here.reset(token)
        if threads:
            _everywhere.remove(watch)


def install() -> None:
    """Wrap what is loaded of the libraries, each once."""
    if "openai" in sys.modules:
        importlib.import_module(_OPENAI)  # the client loads it with its first request
    for library, (module, methods, read) in _LIBRARIES.items():
        for name, method in methods:
            cls = getattr(sys.modules.get(module), name, None)
            original = getattr(cls, method, None)
            if original is not None and not getattr(original, "tells_vlrb", False):
                setattr(cls, method, _telling(original, library, read))


def _telling(original: Callable[..., Any], library: str, read: _Read) -> Callable[..., Any]:
    @functools.wraps(original)
    def telling(self: Any, *args: Any, **kwargs: Any) -> Any:
        watch = _here.get() or (_everywhere[-1] if _everywhere else None)
        if watch is None:
            return original(self, *args, **kwargs)
        watcher, scorer = watch
        kwargs, finish = scorer.asking(library, args, kwargs) if scorer is not None else (kwargs, None)
        if (sent := read(self, args, kwargs)) is not None:
            watcher(sent)
        result = original(self, *args, **kwargs)
        if finish is None:
            return result
        return _later(result, finish) if inspect.isawaitable(result) else finish(result)

    telling.tells_vlrb = True  # type: ignore[attr-defined]
    return telling


async def _later(result: Awaitable[Any], finish: Callable[[Any], Any]) -> Any:
    return finish(await result)


_NOT_SETTINGS = {"messages", "model", "stream", "extra_headers", "extra_query", "timeout", "user", "metadata"}


def _of_body(body: Mapping[str, Any], base_url: str | None) -> Sent | None:
    messages = body.get("messages")
    if not isinstance(messages, list):
        return None
    # Libraries mark what is not given by objects of their own, which cannot stand in a log.
    plain = (type(None), str, int, float, bool, list, dict)
    settings = {name: one for name, one in body.items() if name not in _NOT_SETTINGS and isinstance(one, plain)}
    return Sent(without_secrets(settings), messages, base_url)


def _of_http(session: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Sent | None:
    body = kwargs.get("json")
    if body is None and isinstance(kwargs.get("data"), (str, bytes)):
        try:
            body = json.loads(kwargs["data"])
        except ValueError:
            return None
    url = kwargs.get("url", args[1] if len(args) > 1 else None)
    return _of_body(body, server_of(url)) if isinstance(body, dict) else None


def _of_openai(completions: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Sent | None:
    url = getattr(getattr(completions, "_client", None), "base_url", None)
    return _of_body(kwargs, server_of(url))


_SAMPLING = (
    *("temperature", "top_p", "top_k", "min_p", "do_sample", "num_beams", "max_new_tokens", "max_tokens", "seed"),
    *("repetition_penalty", "presence_penalty", "frequency_penalty", "n"),
)


def _of_generate(model: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Sent | None:
    return Sent({name: kwargs[name] for name in _SAMPLING if kwargs.get(name) is not None})


def _of_vllm(engine: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Sent | None:
    found = kwargs.get("sampling_params", args[1] if len(args) > 1 else None)
    found = found[0] if isinstance(found, list) and found else found
    return None if found is None else _of_generate(engine, (), {name: getattr(found, name, None) for name in _SAMPLING})


_Read = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Sent | None]
_OPENAI = "openai.resources.chat.completions.completions"
_LIBRARIES: dict[str, tuple[str, tuple[tuple[str, str], ...], _Read]] = {
    "http": ("requests.sessions", (("Session", "request"),), _of_http),
    "openai": (_OPENAI, (("Completions", "create"), ("AsyncCompletions", "create")), _of_openai),
    "generate": ("transformers.generation.utils", (("GenerationMixin", "generate"),), _of_generate),
    "vllm": ("vllm.entrypoints.llm", (("LLM", "generate"), ("LLM", "chat")), _of_vllm),
}


def server_of(url: object) -> str | None:
    """A server's address, without user, password and query; None where there is none."""
    parts = urlsplit(str(url)) if url else None
    if parts is None or not parts.hostname:
        return None
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/').removesuffix('/chat/completions')}"


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


def texts_of(messages: list[Any]) -> tuple[str | None, str]:
    """The system message, if there is one, and the texts of the first message of the user, joined by line ends.

    In a conversation with tools the user's later messages are the tools' answers.
    """
    system: list[str] = []
    user: list[str] | None = None
    for message in messages:
        role = message.get("role") if isinstance(message, Mapping) else None
        if role in ("system", "developer"):
            system += _parts(message.get("content"))
        elif role == "user" and user is None:
            user = _parts(message.get("content"))
    return "\n".join(system) if system else None, "\n".join(user or [])


def _parts(content: object) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    return [str(part["text"]) for part in parts if isinstance(part, Mapping) and part.get("text") is not None]


class Tally:
    """Settings of many requests in one record: a setting that was not the same in all has a list of its values."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, Any]] = {}
        self.base_urls: set[str] = set()
        self.requests = 0

    def add(self, sent: Sent) -> None:
        self.requests += 1
        for name, value in sent.settings.items():
            self.values.setdefault(name, {})[json.dumps(value, sort_keys=True, default=str)] = value
        if sent.base_url:
            self.base_urls.add(sent.base_url)

    def record(self) -> dict[str, Any]:
        """``sent`` and ``base_url`` for a vote's record; nothing where no request was seen."""
        if not self.requests:
            return {}
        sent = {
            name: next(iter(seen.values())) if len(seen) == 1 else list(seen.values())
            for name, seen in sorted(self.values.items())
        }
        where = {"base_url": ", ".join(sorted(self.base_urls))} if self.base_urls else {}
        return {"sent": sent, **where}

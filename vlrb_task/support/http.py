"""Requests over HTTP within bounds of size and time; whatever goes wrong is one kind of error."""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Mapping
from typing import Any

import httpx

from vlrb_task.support.errors import VlrbError, short

TRIES = 5
LARGEST_REPLY = 32 * 2**20
"""Bytes of a reply that are read, at most."""
_LONGEST_PAUSE = 30.0
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses of a server that is busy, or still loads its model."""


class RequestFailed(VlrbError):
    """A request without a usable reply.

    Attributes:
        status: the server's, if it sent a whole reply.
        passing: whether the same request may succeed later.
        pause: seconds that the server asks to wait, if it does.
    """

    def __init__(
        self, message: str, *, status: int | None = None, passing: bool = True, pause: float | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.passing, self.pause = status, passing, pause


class Client:
    """Sends requests; may be used from several threads.

    Args:
        timeout: seconds for a reply, as a whole and for each part of it.
        headers: of every request.
        largest: bytes of a reply, at most.
        first_pause: seconds before the second try; doubled for each further one.
        redirects: follow them. Not with a key in the headers, which would go to whatever host a reply names.

    Raises:
        RequestFailed: headers that cannot be sent, or an environment that names no usable proxy or certificates.
    """

    def __init__(
        self,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        *,
        largest: int = LARGEST_REPLY,
        first_pause: float = 0.25,
        redirects: bool = False,
    ) -> None:
        self.timeout, self.largest, self.first_pause = timeout, largest, first_pause
        for name, value in (headers or {}).items():
            if not (value.isascii() and value.isprintable()):
                raise RequestFailed(f"the header {name} has characters that HTTP cannot send", passing=False)
        limits = httpx.Limits(max_connections=None)
        # Of a reply that is compressed twice, 25 kB can be gigabytes before the first of them could be counted.
        sent = {**(headers or {}), "Accept-Encoding": "identity"}
        try:
            self._client = httpx.Client(timeout=timeout, headers=sent, limits=limits, follow_redirects=redirects)
        except (OSError, ValueError, httpx.InvalidURL) as error:
            raise RequestFailed(f"no client with this environment's proxy or certificates ({error})") from error
        weakref.finalize(self, self._client.close)

    def once(self, method: str, url: str, body: object | None = None) -> bytes:
        """One request, and its reply's body.

        Args:
            method: ``GET`` or ``POST``.
            url: an absolute http or https address.
            body: sent as JSON, if there is one.

        Raises:
            RequestFailed: no whole reply within the bounds, or one whose status is not 2xx.
        """
        until = time.monotonic() + self.timeout
        content = bytearray()
        try:
            with self._client.stream(method, url, json=body) as reply:
                coding = reply.headers.get("content-encoding", "identity")
                if coding != "identity":
                    raise RequestFailed(f"{url}: a reply as {short(coding)}, which was not asked for", passing=False)
                for part in reply.iter_raw(1 << 16):
                    content += part
                    if len(content) > self.largest:
                        raise RequestFailed(f"{url}: a reply of more than {self.largest:,} bytes", passing=False)
                    if time.monotonic() > until:
                        raise RequestFailed(f"{url}: no whole reply in {self.timeout:g} s")
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError, OverflowError) as error:
            raise RequestFailed(f"{short(url)} is not a usable address ({error})", passing=False) from error
        except httpx.HTTPError as error:
            raise RequestFailed(f"{url} was not reached ({str(error) or type(error).__name__})") from error
        if reply.is_success:
            return bytes(content)
        words = " ".join(content[:300].decode(errors="replace").split()) or reply.reason_phrase
        if reply.is_redirect:
            words = f"a redirect to {short(reply.headers.get('location', ''))}, which is not followed"
        raise RequestFailed(
            f"{url} answered HTTP {reply.status_code} ({words})",
            status=reply.status_code,
            passing=reply.status_code in _PASSING,
            pause=_seconds(reply.headers.get("retry-after", "")),
        )

    def ask(self, method: str, url: str, body: object | None = None, *, tries: int = TRIES) -> bytes:
        """A request that is tried again, later and later, as long as its failure may pass.

        Raises:
            RequestFailed: of the last try.
        """
        for number in range(tries):
            try:
                return self.once(method, url, body)
            except RequestFailed as error:
                if not error.passing or number == tries - 1:
                    raise
                time.sleep(min(error.pause or self.first_pause * 2**number, _LONGEST_PAUSE))
        raise ValueError("at least one try is needed")


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None


def parsed(content: bytes) -> Any:
    """The JSON value that a reply is.

    Raises:
        RequestFailed: it is none, or nested too deep.
    """
    try:
        return json.loads(content)
    except RecursionError as error:
        raise RequestFailed("a reply that is nested too deep") from error
    except ValueError as error:
        raise RequestFailed(f"it answered {short(content)}, which is not JSON") from error

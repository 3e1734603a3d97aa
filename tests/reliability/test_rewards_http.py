"""Servers of reward models that answer oddly: each odd reply costs its own vote; a wrong server is one line at the start."""

from __future__ import annotations

import gzip
import json
import math
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.reward_server import HttpError, RewardServer, classified, generated, pooled
from vlrb_task.lmms.reward_backends import Conversation, NoNumber, Refused, ServedReward, remarks, scalar
from vlrb_task.support.http import Client, RequestFailed

ASKED = Conversation("Which?", "This.")
GOOD = json.dumps(classified(0.5)).encode()


def reply(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Raw:
    """Answers each connection with the next of some bytes, and the last of them from then on.

    Attributes:
        asked: the requests' heads.
    """

    def __init__(self, *replies: bytes) -> None:
        self.replies, self.asked = [*replies], list[bytes]()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    head, _, body = connection.recv(1 << 16).partition(b"\r\n\r\n")
                    length = next((int(x[15:]) for x in head.split(b"\r\n") if x.lower()[:15] == b"content-length:"), 0)
                    while len(body) < length:
                        body += connection.recv(1 << 16)
                    self.asked.append(head)
                    connection.sendall(self.replies.pop(0) if len(self.replies) > 1 else self.replies[0])
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def raw() -> Iterator[Callable[..., Raw]]:
    made: list[Raw] = []

    def make(*replies: bytes) -> Raw:
        made.append(Raw(*replies))
        return made[-1]

    yield make
    for server in made:
        server.close()


def served(url: str, **options: Any) -> ServedReward:
    arguments = {"model": "m", "endpoint": "classify", "send": "messages", "timeout": 5.0, "api_key": "secret"}
    return ServedReward(url, **{**arguments, "first_pause": 0.001, **options})


ODD = {
    "incomplete read": b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + GOOD,
    "bad status line": b"HTTP/9.9 yes\r\n\r\n",
    "no HTTP at all": b"\x00\xff\x16\x03\x01 hello\r\n\r\n",
    "nothing": b"",
    "a long line": b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(20_000)) + b"\r\n",
    "bad chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + GOOD,
    "bad gzip": reply(b"no gzip", "200 OK", "Content-Encoding: gzip"),
    "compressed twice": reply(gzip.compress(gzip.compress(bytes(2**26))), "200 OK", "Content-Encoding: gzip, gzip"),
    "no JSON": reply(b"<html>busy</html>"),
    "no UTF-8": reply(b"\xff\xfe\xfd"),
    "deep": reply(b"[" * 100_000),
    "deep objects": reply(b'{"data":' * 50_000),
    "a redirect": reply(b"", "307 Temporary Redirect", "Location: http://127.0.0.1:9/elsewhere"),
    "a redirect to a bad address": reply(b"", "302 Found", "Location: http://[::1:bad"),
    "a redirect to nothing": reply(b"", "301 Moved Permanently"),
    "too many requests": reply(b"later", "429 Too Many Requests", "Retry-After: 0"),
    "a broken server": reply(b"oops", "500 Internal Server Error"),
    "too long a text": reply(b"too long", "400 Bad Request"),
    "generated text": reply(json.dumps(generated("7")).encode()),
    "labels": reply(json.dumps(classified(0.1, 0.9)).encode()),
}
PASSING = ["incomplete read", "bad status line", "nothing", "a long line", "too many requests", "a broken server"]


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_reply_costs_its_own_vote(raw: Callable[..., Raw], kind: str) -> None:
    server = raw(reply(GOOD), ODD[kind])
    model = served(server.url)
    assert model.score(ASKED) is None
    server.replies = [reply(GOOD)]
    assert model.score(ASKED) == 0.5, "and not the next one"


@pytest.mark.parametrize("kind", PASSING)
def test_what_may_pass_is_tried_again(raw: Callable[..., Raw], kind: str) -> None:
    server = raw(reply(GOOD), ODD[kind], ODD[kind], reply(GOOD))
    model = served(server.url)
    assert model.score(ASKED) == 0.5
    assert len(server.asked) == 4


@pytest.mark.parametrize("kind", [kind for kind in ODD if kind not in PASSING])
def test_at_the_start_it_is_one_line(raw: Callable[..., Raw], kind: str) -> None:
    with pytest.raises(Refused) as found:
        served(raw(ODD[kind]).url)
    assert len(str(found.value).splitlines()) == 1
    assert len(str(found.value)) < 500


@pytest.mark.parametrize(
    "number", [b"NaN", b"null", b"Infinity", b"-Infinity", b"1e999", b"1" * 400, b"-" + b"9" * 4000]
)
def test_no_number_is_no_score(raw: Callable[..., Raw], number: bytes) -> None:
    """A vote of its own kind: the request succeeded, and there is nothing to ask again."""
    server = raw(reply(GOOD), reply(b'{"data": [{"probs": [' + number + b"]}]}"))
    score = served(server.url).score(ASKED)
    assert score is not None
    assert math.isnan(score)
    assert len(server.asked) == 2


def test_a_number_of_more_digits_than_python_reads(raw: Callable[..., Raw]) -> None:
    server = raw(reply(GOOD), reply(b'{"data": [{"probs": [' + b"7" * 10_000 + b"]}]}"))
    assert served(server.url).score(ASKED) is None


def test_a_server_that_is_still_loading_is_waited_for(raw: Callable[..., Raw]) -> None:
    loading = reply(b"loading", "503 Service Unavailable")
    server = raw(*[loading] * 9, reply(GOOD))
    assert served(server.url).score(ASKED) == 0.5
    assert len(server.asked) == 11


def test_the_key_goes_to_no_other_host(raw: Callable[..., Raw]) -> None:
    other = raw(reply(GOOD))
    moved = reply(b"", "307 Temporary Redirect", f"Location: {other.url}/classify")
    server = raw(reply(GOOD), moved)
    model = served(server.url, api_key="very-secret")
    assert model.score(ASKED) is None
    with pytest.raises(Refused, match=r"a redirect to .*, which is not followed"):
        served(server.url, api_key="very-secret")
    assert other.asked == []
    assert all(b"very-secret" in head for head in server.asked)


def test_a_reply_has_a_limit(raw: Callable[..., Raw]) -> None:
    client = Client(5.0, largest=10_000)
    with pytest.raises(RequestFailed, match="a reply of more than 10,000 bytes"):
        client.once("GET", raw(reply(b"x" * 10_001)).url)
    assert len(client.once("GET", raw(reply(b"x" * 10_000)).url)) == 10_000
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5_000_000
    with pytest.raises(RequestFailed, match="more than 10,000 bytes"):
        client.once("GET", raw(endless).url)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"api_key": "a\nb"}, "the header Authorization has characters that HTTP cannot send"),
        ({"api_key": "schlüssel"}, "the header Authorization has characters that HTTP cannot send"),
        ({"base_url": "http://"}, "."),
        ({"base_url": "http://[::1"}, "."),
        ({"base_url": "http://127.0.0.1:99999"}, "."),
        ({"base_url": "http://127.0.0.1:port"}, "."),
        ({"base_url": "http://a b/c"}, "."),
        ({"base_url": "http://\ud800"}, "."),
        ({"base_url": "http://" + "x" * 70_000}, "."),
        ({"base_url": "http://127.0.0.1:9"}, "was not reached"),
        ({"base_url": "ftp://127.0.0.1"}, "is not an http address"),
        ({"base_url": ""}, "is not an http address"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": 0.0}, "timeout"),
    ],
)
def test_bad_arguments_are_one_line(options: dict[str, Any], why: str) -> None:
    arguments = {"base_url": "http://127.0.0.1:9", "timeout": 1.0, **options}
    with pytest.raises(Refused, match=why) as found:
        served(arguments.pop("base_url"), **arguments)
    assert len(str(found.value).splitlines()) == 1
    assert len(str(found.value)) < 1000


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        (classified(0.25), 0.25),
        (pooled(0.25), 0.25),
        (pooled([0.25]), 0.25),
        (pooled([[0.25]]), 0.25),
        (pooled([[9.0], [8.0], [0.25]]), 0.25),
        ({"data": [{"index": 0, "embedding": [0.25]}]}, 0.25),
        ([{"embedding": [0.25], "meta_info": {}}], 0.25),
        ({"embedding": [0.25], "meta_info": {}}, 0.25),
        ({"embedding": 0.25}, 0.25),
        ({"score": 0.25}, 0.25),
        ({"data": [{"score": -3}]}, -3.0),
        ({"reward": 0.25}, 0.25),
    ],
)
def test_the_shapes_of_rewards(answer: object, score: float) -> None:
    assert scalar(answer) == score


@pytest.mark.parametrize(
    "answer",
    [
        {"data": [{"index": 0, "embedding": [0.1, 0.2]}]},
        [{"embedding": [0.1] * 1024}],
        pooled([[0.1, 0.9], [0.2, 0.8]]),
        pooled([0.1, 0.2]),
        pooled([]),
        pooled(True),
        [classified(1.0), classified(1.0)],
        {"data": {}, "score": 1},
        None,
    ],
)
def test_what_is_no_scalar(answer: object) -> None:
    with pytest.raises(Refused) as found:
        scalar(answer)
    assert not isinstance(found.value, NoNumber)


@pytest.mark.parametrize("send", ["input", "text"])
def test_plain_text(send: str) -> None:
    with RewardServer(lambda body: [{"embedding": [1.5]}]) as server:
        assert served(server.url, send=send).score(ASKED) == 1.5
        assert server.asked[-1][1][send] == "Which?\n\nThis."


def test_one_row_that_the_server_cannot_take() -> None:
    def answer(body: dict[str, Any]) -> Any:
        if body["messages"][-1]["content"] == "bad":
            raise HttpError(400, "too long")
        return classified(1.0)

    with RewardServer(answer) as server:
        model = served(server.url)
        assert [model.score(Conversation("q", text)) for text in ("good", "bad", "good")] == [1.0, None, 1.0]
        assert len(server.asked) == 4, "a request that is refused as such is not sent again"


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([("a", 1.0), ("a", 2.0), ("b", 1.0), ("b", 3.0)], []),
        ([("a", 1.0), ("a", 1.0), ("b", 1.0), ("b", 1.0)], ["every answer got the score 1.0"]),
        ([("a", 1.0), ("a", 1.0), ("b", 1.0), ("b", 3.0)], ["the same score in 1 of 2 pairs"]),
        (
            [("a", None), ("a", math.nan), ("b", 1.0)],
            ["1 requests failed", "1 scores are NaN, infinite or null"],
        ),
        ([], []),
    ],
)
def test_what_is_told_of_the_scores(scores: list[tuple[str, float | None]], told: list[str]) -> None:
    found = remarks(scores)
    assert len(found) == len(told)
    assert all(part in line for part, line in zip(told, found, strict=True))

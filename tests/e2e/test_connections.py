"""Slow connections are closed, and disturb nobody, at the real server."""

import asyncio
import json
import resource
import time
from contextlib import suppress

import httpx
import pytest

from collegium import connections
from collegium.server import listen, serving
from collegium.settings import Settings
from tests.processes import Started

ASK = json.dumps({"query": "{ tenant { name } }"}).encode()
START = b"POST /graphql HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\n"


@pytest.fixture
async def port(doors, tmp_path):
    settings = Settings(home=tmp_path, port=0)
    with listen(settings) as listener:
        async with serving(doors, settings, listener, explorer=False):
            yield listener.getsockname()[1]


@pytest.fixture
def hasty(monkeypatch):
    """Deadlines that a test can wait for."""
    monkeypatch.setattr(connections, "HEAD", 0.3)
    monkeypatch.setattr(connections, "BODY", 0.3)
    monkeypatch.setattr(connections, "READER", 0.3)


def start(tenant):
    return START % f"{tenant.slug}.localhost".encode()


async def connected(port, first, *, drop=b""):
    """What the server says to one who sends `first`, then a little at a time, until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = bytearray()

    async def read():
        with suppress(ConnectionError):  # it hangs up on one who goes on sending
            while chunk := await reader.read(65_536):
                said.extend(chunk)

    writer.write(first)
    reading = asyncio.create_task(read())
    while not reading.done():
        if drop:
            writer.write(drop)
        await asyncio.wait([reading], timeout=0.5 if connections.HEAD > 1 else 0.05)
    writer.close()
    return bytes(said)


def answer(said):
    """Status and code of the one answer in what was said."""
    head, _, body = said.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["errors"][0]["extensions"]["code"]


async def test_headers_that_come_slowly_are_waited_for_and_then_refused(port, tenant, hasty):
    assert answer(await connected(port, start(tenant), drop=b"x-a: b\r\n")) == (408, "REQUEST_TIMEOUT")


async def test_a_body_that_comes_slowly_is_waited_for_and_then_refused(port, tenant, hasty):
    first = start(tenant) + b"content-length: 500000\r\n\r\n{"

    assert answer(await connected(port, first, drop=b" ")) == (408, "REQUEST_TIMEOUT")


async def test_who_says_nothing_at_all_is_not_kept(port, hasty):
    assert answer(await connected(port, b"")) == (408, "REQUEST_TIMEOUT")
    assert answer(await connected(port, b"\r\n", drop=b"\r\n")) == (408, "REQUEST_TIMEOUT")


async def test_between_two_requests_nothing_keeps_a_connection_open_either(port, tenant, hasty):
    whole = start(tenant) + b"content-length: %d\r\n\r\n" % len(ASK) + ASK

    said = await connected(port, whole, drop=b"\r\n")

    assert said.startswith(b"HTTP/1.1 200 OK")
    assert said.count(b"HTTP/1.1 408") == 1


async def test_headers_have_a_largest_size(port, tenant):
    assert answer(await connected(port, start(tenant), drop=b"x-a: " + b"b" * 9_000 + b"\r\n")) == (
        431,
        "HEADERS_TOO_LARGE",
    )


async def test_a_large_body_that_comes_after_its_headers_is_none_of_them(port, tenant):
    body = json.dumps({"query": "{ tenant { name } }", "extensions": {"padding": "x" * 200_000}}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    writer.write(start(tenant) + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body))
    await asyncio.sleep(0.2)
    writer.write(body)
    said = await reader.read()
    writer.close()

    assert said.startswith(b"HTTP/1.1 200 OK")
    assert b"HEADERS_TOO_LARGE" not in said


async def test_a_body_that_is_told_to_be_too_large_is_refused_before_it_is_sent(port, tenant):
    said = await connected(port, start(tenant) + b"content-length: 1000001\r\n\r\n")

    assert answer(said) == (413, "CONTENT_TOO_LARGE")
    assert b"connection: close" in said.partition(b"\r\n\r\n")[0]


async def test_who_does_not_read_answers_is_hung_up_on(port, tenant, hasty):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    fields = " ".join(f"{'a' * 300}{number}: name" for number in range(250))
    body = json.dumps({"query": f"{{ tenant {{ {fields} }} }}"}).encode()
    whole = start(tenant) + b"content-length: %d\r\n\r\n" % len(body) + body
    writer.write(whole * 20)  # two megabytes of answers
    writer.write(whole.replace(b"content-type", b"connection: close\r\ncontent-type"))

    await asyncio.sleep(2)  # and reads nothing
    said = b""
    with suppress(ConnectionError):
        while more := await reader.read(1_000_000):
            said += more
    writer.close()

    assert said.count(b"HTTP/1.1 200 OK") < 21


async def test_who_asks_much_at_once_and_leaves_troubles_nobody(database_url, tenant, tmp_path):
    whole = start(tenant) + b"content-length: %d\r\n\r\n" % len(ASK) + ASK
    with Started(database_url, module="tests.served", log=tmp_path / "log") as server:
        port = int(server.says(r"Serving http://\S+:(\d+)")[1])
        for _ in range(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(whole * 50)
            await reader.read(1)
            writer.transport.abort()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            headers = {"host": f"{tenant.slug}.localhost", "content-type": "application/json"}
            answered = await http.post("/graphql", content=ASK, headers=headers)

    assert answered.status_code == 200
    assert '"error"' not in server.said()


@pytest.fixture
def few_files():
    """A soft limit of open files as ordinary users have it."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1_024, allowed[1]), allowed[1]))
    yield allowed[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, allowed)


async def test_a_server_may_hold_as_many_connections_as_the_system_allows(few_files, port):
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == few_files


@pytest.mark.slow
async def test_hundreds_of_slow_connections_are_all_closed_and_nobody_is_turned_away(port, tenant):
    slow_head, slow_body = start(tenant), start(tenant) + b"content-length: 900000\r\n\r\n{"
    began = time.monotonic()
    closing = [connected(port, slow_head, drop=b"x-a: b\r\n") for _ in range(300)]
    closing += [connected(port, slow_body, drop=b" ") for _ in range(300)]
    all_closed = asyncio.gather(*closing)

    statuses = set()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        headers = {"host": f"{tenant.slug}.localhost", "content-type": "application/json"}
        while not all_closed.done():
            statuses.add((await http.post("/graphql", content=ASK, headers=headers)).status_code)

    assert {answer(said) for said in await all_closed} == {(408, "REQUEST_TIMEOUT")}
    assert statuses == {200}
    assert time.monotonic() - began < 15

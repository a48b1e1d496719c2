import asyncio

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from tenants import postgres
from tenants.listener import Listener

WITHIN = 10  # seconds


class Ears:
    """What was heard, and how often the connection has come to stand."""

    def __init__(self):
        self.heard = []
        self.stood = 0
        self.changed = asyncio.Event()

    def hear(self, text):
        self.heard.append(text)
        self.changed.set()

    def back(self):
        self.stood += 1
        self.changed.set()

    async def until(self, condition):
        async with asyncio.timeout(WITHIN):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def listening(database_url):
    """A listener on the channel `news`, and what it hears."""
    ears = Ears()
    listener = Listener(database_url, pause=0.05, probe=0.2)
    listener.on("news", ears.hear, back=ears.back)
    listener.start()
    await ears.until(lambda: ears.stood == 1)
    yield listener, ears
    await listener.stop()


@pytest.fixture
async def sql(administrator_url):
    connection = await asyncpg.connect(administrator_url)
    yield connection
    await connection.close()


async def test_what_is_notified_is_heard_in_order(listening, sql):
    _, ears = listening

    for number in range(5):
        await sql.execute("SELECT pg_notify('news', $1)", str(number))
    await ears.until(lambda: len(ears.heard) == 5)

    assert ears.heard == ["0", "1", "2", "3", "4"]


async def test_other_channels_are_not_heard(listening, sql):
    _, ears = listening

    await sql.execute("SELECT pg_notify('gossip', 'a')")
    await sql.execute("SELECT pg_notify('news', 'b')")
    await ears.until(lambda: ears.heard)

    assert ears.heard == ["b"]


async def test_a_lost_connection_is_told_and_stands_again(listening, sql):
    listener, ears = listening
    assert listener.connected

    await sql.execute("SELECT pg_terminate_backend($1)", listener._connection.get_server_pid())
    await ears.until(lambda: ears.stood == 2)
    await sql.execute("SELECT pg_notify('news', 'after')")
    await ears.until(lambda: ears.heard)

    assert (listener.connected, ears.heard) == (True, ["after"])


async def test_it_waits_for_a_server_that_restarts(tmp_path):
    ears = Ears()
    with postgres.temporary() as server:
        url = server.url()
        listener = Listener(url, pause=0.05, probe=0.2)
        listener.on("news", ears.hear, back=ears.back)
        listener.start()
        await ears.until(lambda: ears.stood == 1)
        server.stop()
        async with asyncio.timeout(WITHIN):
            while listener.connected:  # noqa: ASYNC110 -- nothing tells it
                await asyncio.sleep(0.02)
        server.start()
        await ears.until(lambda: ears.stood == 2)
        connection = await asyncpg.connect(url)
        await connection.execute("SELECT pg_notify('news', 'after')")
        await ears.until(lambda: ears.heard)
        await connection.close()
        await listener.stop()

    assert (listener.connected, ears.heard) == (False, ["after"])


class Between:
    """Stands between as poolers do, with process numbers of its own, or as a network does, which may fall silent."""

    KEY = b"K\x00\x00\x00\x0c"

    def __init__(self, url, *, own_numbers):
        self.address = make_url(url)
        self.own_numbers = own_numbers
        self.silent = False
        self.tasks, self.writers = [], []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self.server.sockets[0].getsockname()[1]
        self.url = self.address.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
        return self

    async def __aexit__(self, *failure):
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for writer in self.writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self.writers), return_exceptions=True)

    async def _serve(self, reader, writer):
        folder, port = self.address.query.get("host"), self.address.query.get("port", "5432")
        if folder:
            server = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        else:
            server = await asyncio.open_connection(self.address.host, self.address.port)
        self.writers += [writer, server[1]]
        self.tasks += [
            asyncio.create_task(self._pass(reader, server[1])),
            asyncio.create_task(self._pass(server[0], writer)),
        ]

    async def _pass(self, reader, writer):
        while said := await reader.read(65536):
            if self.silent:
                continue
            at = said.find(self.KEY)
            if self.own_numbers and at >= 0:
                said = said[: at + 5] + b"\x7f\xff\xff\xff" + said[at + 9 :]
            writer.write(said)
        writer.close()


async def test_behind_a_pooler_it_does_not_claim_to_hear(database_url):
    ears = Ears()
    async with Between(database_url, own_numbers=True) as pooler:
        listener = Listener(pooler.url, pause=0.05, probe=0.2)
        listener.on("news", ears.hear, back=ears.back)
        listener.start()
        await asyncio.sleep(1)
        heard = listener.connected, ears.stood
        await listener.stop()

    assert heard == (False, 0)


async def test_a_connection_that_has_fallen_silent_is_found_out(database_url, monkeypatch):
    """As when a network drops everything and tells nobody."""
    monkeypatch.setattr("tenants.listener.PATIENCE", 0.5)
    ears = Ears()
    async with Between(database_url, own_numbers=False) as network:
        listener = Listener(network.url, pause=0.05, probe=0.2)
        listener.on("news", ears.hear, back=ears.back)
        listener.start()
        await ears.until(lambda: ears.stood == 1)
        network.silent = True
        async with asyncio.timeout(WITHIN):
            while listener.connected:  # noqa: ASYNC110 -- nothing tells it
                await asyncio.sleep(0.02)
        network.silent = False
        await ears.until(lambda: ears.stood == 2)
        await listener.stop()


async def test_what_to_hear_is_said_before_listening_begins(listening):
    listener, ears = listening

    with pytest.raises(RuntimeError, match="before listening begins"):
        listener.on("late", ears.hear, back=ears.back)

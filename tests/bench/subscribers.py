"""How soon a thousand subscribers of one process are told: `python -m tests.bench.subscribers [HOW_MANY]`.

Each is a learner with a key and a WebSocket of their own, so that each is told what they may see. A coordinator says
something in a channel, over HTTP; the time runs from before the mutation is sent until a subscriber has the event. It
ends with 1 where the slowest of a hundred is slower than the target.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time

import httpx
import uvloop
from rich.console import Console
from rich.table import Table

import migrations
from domain.communities import communities
from domain.communities.communities import NewCommunity
from domain.people import people
from domain.people.people import NewPerson
from tenants import keys, postgres, registry
from tenants.database import Database
from tenants.keys import Role
from tenants.registry import Tenant, wall
from tenants.viewer import Actor
from tests.bench.rivals.running import with_administrator
from tests.bench.servers import free_port, python, running, settle

TARGET = 0.250  # seconds
SLUG = "bench"
POSTS, PAUSE, QUIET, PATIENCE = 30, 0.6, 2.0, 30.0  # times, seconds
AT_ONCE = 50
SUBSCRIBE = """subscription ($channel: ID!) {
  postWritten(channelId: $channel) { position occurredAt post { body author { name } } }
}"""
WRITE = """mutation ($input: WritePostInput!) { writePost(input: $input) { ... on Post { id } } }"""
HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nhost: {host}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    "sec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nsec-websocket-version: 13\r\n"
    "sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)


class Subscriber(asyncio.Protocol):
    """As little of a client as can be, so that it is the server that is measured. Events fit into one read."""

    def __init__(self, key: str, channel: str) -> None:
        self.key = key
        self.channel = channel
        self.acknowledged = asyncio.get_running_loop().create_future()
        self.told: list[float] = []

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        transport.write(HANDSHAKE.format(host=f"{SLUG}.localhost").encode())

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 101"):
            self.say({"type": "connection_init", "payload": {"authorization": f"Bearer {self.key}"}})
        elif b"connection_ack" in data:
            asked = {"query": SUBSCRIBE, "variables": {"channel": self.channel}}
            self.say({"type": "subscribe", "id": "1", "payload": asked})
            self.acknowledged.set_result(None)
        elif b'"next"' in data:
            self.told += [time.perf_counter()] * data.count(b'"type":"next"')
        elif data[0] == 0x89:  # a ping, answered by as many bytes
            self.transport.write(b"\x8a" + bytes([0x80 | data[1]]) + b"\0" * 4 + data[2 : 2 + data[1]])

    def say(self, said: dict) -> None:
        text = json.dumps(said).encode()
        self.transport.write(b"\x81" + bytes([0x80 | 126]) + len(text).to_bytes(2, "big") + b"\0" * 4 + text)


async def fill(database: Database, count: int) -> tuple[str, list[str]]:
    """A tenant with a community for everyone: a coordinator's key, and the keys of so many learners."""
    tenant = Tenant(slug=SLUG, name="Bench", display_name="Bench", created_at=wall())
    async with database.platform() as db:
        await registry.create(db, tenant, hosts=[f"{SLUG}.localhost"])
    async with database.transaction(tenant.id) as db:
        await communities.found(db, NewCommunity(name="All", domain="Everything"), by=Actor(), now=wall())
        texts = []
        for number in range(count + 1):
            person = await people.create(db, NewPerson(name=f"Person {number}"), by=Actor(), now=wall())
            roles = frozenset({Role.LEARNER if number else Role.COORDINATOR})
            texts.append((await keys.create(db, tenant, person_id=person.id, roles=roles, now=wall())).text)
    return texts[0], texts[1:]


async def connect(port: int, key: str, channel: str) -> Subscriber:
    loop = asyncio.get_running_loop()
    _, subscriber = await loop.create_connection(lambda: Subscriber(key, channel), "127.0.0.1", port)
    await subscriber.acknowledged
    return subscriber


async def ask(http: httpx.AsyncClient, document: str, **variables: object) -> dict:
    answer = (await http.post("/graphql", json={"query": document, "variables": variables})).json()
    if "errors" in answer:
        sys.exit(f"The server refused: {answer['errors']}")
    return answer["data"]


async def measure(port: int, coordinator: str, learners: list[str]) -> list[float]:
    """Seconds from a post to each who is told of it."""
    headers = {"host": f"{SLUG}.localhost", "authorization": f"Bearer {coordinator}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as http:
        channel = (await ask(http, "{ channels { nodes { id } } }"))["channels"]["nodes"][0]["id"]
        subscribers: list[Subscriber] = []
        for start in range(0, len(learners), AT_ONCE):
            these = learners[start : start + AT_ONCE]
            subscribers += await asyncio.gather(*(connect(port, key, channel) for key in these))
        await ask(http, WRITE, input={"channelId": channel, "body": "Welcome"})
        await everyone_is_told(subscribers, 1)
        sent = []
        for number in range(POSTS):
            sent.append(time.perf_counter())
            await ask(http, WRITE, input={"channelId": channel, "body": f"Number {number}"})
            await asyncio.sleep(PAUSE)
    await everyone_is_told(subscribers, 1 + POSTS)
    missed = sum(len(subscriber.told) != 1 + POSTS for subscriber in subscribers)
    if missed:
        sys.exit(f"{missed} of {len(subscribers)} subscribers were not told of everything, or more than that.")
    pairs = ((subscriber.told[1:], sent) for subscriber in subscribers)
    return [told - began for tolds, begans in pairs for told, began in zip(tolds, begans, strict=True)]


async def everyone_is_told(subscribers: list[Subscriber], events: int) -> None:
    """Or some time has passed, in which more than that would have been told too."""
    deadline = time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline and min(len(subscriber.told) for subscriber in subscribers) < events:  # noqa: ASYNC110 -- each tells only itself
        await asyncio.sleep(0.1)
    await asyncio.sleep(QUIET)


async def run(administrator_url: str, count: int, home: str) -> bool:
    database = Database(migrations.application_url(administrator_url))
    coordinator, learners = await fill(database, count)
    await database.close()
    port = free_port()
    command = python("collegium", "serve", "--no-worker", "--port", str(port))
    with running(command, with_administrator(administrator_url, home), port=port) as process:
        settle([process])
        empty, before = process.memory_info().rss, process.cpu_times()
        times = await measure(port, coordinator, learners)
        full, after = process.memory_info().rss, process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    p50, p99, most = (quantile(times, share) for share in (0.5, 0.99, 1.0))
    table = Table("subscribers", "events", "p50 ms", "p99 ms", "max ms", "MB for them", "CPU s")
    figures = (f"{1000 * one:.0f}" for one in (p50, p99, most))
    table.add_row(f"{count:,}", str(POSTS), *figures, f"{(full - empty) / 2**20:.0f}", f"{spent:.1f}")
    Console().print(table)
    return p99 <= TARGET


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def main() -> bool:
    parser = argparse.ArgumentParser(description="How soon subscribers are told.")
    parser.add_argument("count", type=int, nargs="?", default=1000)
    count = parser.parse_args().count
    with postgres.temporary() as server, tempfile.TemporaryDirectory(prefix="bench-") as home:
        asyncio.run(migrations.upgrade(server.url()))
        return uvloop.run(run(server.url(), count, home))


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)

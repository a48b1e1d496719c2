"""`collegium tour`."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated

import httpx
from cyclopts import Parameter
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

import migrations
from clients.tour import Check, Seat, Step, play
from clients.tour.play import CHAPTERS
from collegium import logs
from collegium.database import opened, reached
from collegium.output import FAILED, Answer, Problem, err, out
from collegium.server import listen, serving, url_of
from collegium.settings import Given, Settings, address
from collegium.sweep import Sweep
from collegium.tenancy import administrator, issue
from tenants import registry
from tenants.database import Database
from tenants.keys import Role
from tenants.registry import Tenant, wall

PATIENCE = 10  # seconds
NAMES = ("North Academy", "South Academy")


async def tour(*, url: Annotated[str | None, Parameter(show_default=False)] = None, settings: Given) -> Answer:
    """Every step, with what was expected and what came.

    Parameters
    ----------
    url
        Where the server is; it has to work on the database of these settings. Left out: the server at HOST and PORT,
        or, where none answers, one that is started for the tour.
    """
    begun = time.monotonic()
    async with server(url, settings) as (there, borrowed), opened(settings) as database:
        seats = [await seat(database, name, there) for name in NAMES]
        if not await knows(there, seats[0]):
            raise Problem(
                f"The server at {there} works on another database than these settings. Give this command the "
                "COLLEGIUM_HOME or DATABASE_URL that the server has."
            )
        steps = await told(there, *seats, settings=settings)
    wrong = [check for step in steps for check in (*step.first, *step.second) if not check.ok]
    checks = sum(len(step.first) + len(step.second) for step in steps)
    complete = len(steps) == len(CHAPTERS) and not wrong and all(step.ok for step in steps)
    facts = [step.facts() for step in steps]
    if not complete:
        return Answer(
            facts, Text(f"{len(wrong)} of {checks} numbers are not what they must be.", "bold red"), code=FAILED
        )
    explorer = f"http://{seats[0].host}/explorer" if borrowed else "start `collegium run`, open the explorer"
    return Answer(
        facts,
        Text(f"All {checks} numbers in {len(steps)} steps are what they must be.", "bold green"),
        f"It took {time.monotonic() - begun:.0f} seconds. To look around: {explorer}\nwith the key {seats[0].key}",
    )


@asynccontextmanager
async def server(url: str | None, settings: Settings) -> AsyncGenerator[tuple[str, bool]]:
    """The address of a server, and whether it runs on: or else it is our own, for as long as it is needed."""
    there = url or address(settings.host, settings.port)
    if await answers(there):
        yield there, True
        return
    if url is not None:
        raise Problem(f"No Collegium answers at {url}. Start one with `collegium run`, or leave --url out.")
    logs.configure()
    with listen(replace(settings, port=0)) as listener:
        async with reached(settings) as addresses:
            await migrations.upgrade(addresses.administrator)
            async with opened(settings) as database, serving(database, settings, listener, explorer=False):
                stop = asyncio.Event()
                sweeping = asyncio.create_task(Sweep(database).until(stop))
                try:
                    yield url_of(listener), False
                finally:
                    stop.set()
                    await sweeping


async def answers(url: str) -> bool:
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
        try:
            response = await http.get(f"{url.rstrip('/')}/health")
            return bool(response.json() == {"status": "ok"})
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return False


async def knows(url: str, seat: Seat) -> bool:
    """Whether the server at this address knows the key."""
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
        asked = {"host": seat.host, "authorization": f"Bearer {seat.key}"}
        response = await http.post(f"{url.rstrip('/')}/graphql", json={"query": "{ viewer { roles } }"}, headers=asked)
        return response.is_success


async def seat(database: Database, name: str, url: str) -> Seat:
    """A fresh sandbox and its administrator's key: what an operator hands over."""
    slug = f"tour-{secrets.token_hex(4)}"
    host = f"{slug}.localhost"
    tenant = Tenant(slug=slug, name=name, display_name=name, sandbox=True, created_at=wall())
    async with database.platform() as db:
        await registry.create(db, tenant, hosts=[host])
    async with database.transaction(tenant.id) as db:
        issued = await issue(db, tenant, await administrator(db, tenant), roles=frozenset({Role.TENANT_ADMIN}))
    port = httpx.URL(url).port
    return Seat(host if port is None else f"{host}:{port}", issued.text)


async def told(url: str, first: Seat, second: Seat, *, settings: Settings) -> list[Step]:
    """Every step, shown to people as it is done."""
    steps = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=settings.json or not err.is_terminal) as progress:
        task = progress.add_task(f"Step 1 of {len(CHAPTERS)}")
        async for step in play(url, first, second):
            steps.append(step)
            if not settings.json:
                out.print(shown(step), "")
            progress.update(task, description=f"Step {len(steps) + 1} of {len(CHAPTERS)}")
    return steps


def shown(step: Step) -> Table:
    """What was done, and in each line what was expected; what came instead stands below it."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=2, justify="right")
    table.add_column(ratio=1)
    table.add_row(str(step.number), Text(step.title, "bold"))
    for check in step.first:
        table.add_row(mark(check), line(check))
    if all(check.ok for check in step.second):
        kinds = "; ".join(f"{check.what}: {words(check.came)}" for check in step.second)
        table.add_row(Text("✓", "green"), Text(f"The second tenant {kinds}", "dim"))
        return table
    for check in step.second:
        table.add_row(mark(check), line(check, whose="The second tenant "))
    return table


def mark(check: Check) -> Text:
    return Text("✓", "green") if check.ok else Text("✗", "bold red")


def line(check: Check, *, whose: str = "") -> Text:
    text = Text(f"{whose}{check.what}: ").append(words(check.came), "bold" if check.ok else "bold red")
    return text if check.ok else text.append(f" (expected: {words(check.expected)})", "red")


def words(value: object) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{words(one)} {name}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(words(one) for one in value)
    return str(value)

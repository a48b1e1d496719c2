"""The explorer in a real browser: built from its sources, served, and used as a newcomer would.

One bundle, one server, one tenant and one browser serve all of these tests, in one loop; each has a page of its own.
"""

import asyncio
import os
import re
import shutil
import socket
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import async_playwright, expect

from api.app import application
from api.explorer import SOURCE, Explorer, copy, find_node, run
from tenants import registry
from tenants.database import Database
from tenants.keys import Role
from tests.conftest import a_tenant
from tests.e2e.conftest import Client, a_client
from tests.e2e.rows import do
from tests.e2e.social import a_community

pytestmark = [
    pytest.mark.browser,
    pytest.mark.node,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
]
shared = pytest_asyncio.fixture(scope="session", loop_scope="session")
own = pytest_asyncio.fixture(loop_scope="session")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.localhost 127.0.0.1",
)
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def machine():
    """Where Chromium or Node is missing these tests are skipped; where everything has to be there, they fail."""
    there = {"Chromium": CHROMIUM, "Node": Path(asyncio.run(find_node()).node).exists()}
    missing = [name for name, found in there.items() if not found]
    if not missing:
        return

    reason = f"This machine has no {' and no '.join(missing)}."
    if os.environ.get("COLLEGIUM_CI_STRICT") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


class Made(NamedTuple):
    """What servers make, and the workshop of those who change the sources: with all that their checks need."""

    explorer: Explorer
    workshop: Path


@shared
async def made(machine, tmp_path_factory):
    explorer = Explorer(SOURCE, tmp_path_factory.mktemp("home"))
    workshop = tmp_path_factory.mktemp("workshop")
    copy(SOURCE, workshop)
    node = await find_node()
    installing = run(*node.npm, "ci", "--loglevel=error", folder=workshop)
    _, (code, output) = await asyncio.gather(explorer.attempt(), installing)

    assert (explorer.state, code) == ("ready", 0), output
    return Made(explorer, workshop)


class Server(NamedTuple):
    url: str
    coordinator: str
    app: str
    slug: str


@shared
async def platform(database_url):
    database = Database(database_url, writers=4, readers=2)
    yield database
    await database.close()


@asynccontextmanager
async def serving(database, explorer):
    """The application at a socket; the port."""
    config = uvicorn.Config(application(database, explorer), log_level="warning", ws="none")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await task


@shared
async def server(platform, made):
    facts = {"primary_color": "#ffd84d", "logo_url": "https://acme.example/logo.svg"}
    tenant = await a_tenant(platform, open_introspection=True, **facts)
    coordinator = await a_client(None, platform, tenant, Role.COORDINATOR)
    app = await a_client(None, platform, tenant, scopes={"sessions:read", "people:read"})
    keys = [client.headers["authorization"].removeprefix("Bearer ") for client in (coordinator, app)]
    async with serving(platform, made.explorer) as port:
        yield Server(f"http://{coordinator.host}:{port}", *keys, tenant.slug)


@shared
async def browser(machine):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


class Watch:
    """What a page must not do: ask another host, or complain."""

    def __init__(self, page, url):
        self.page, self.foreign, self.complaints = page, [], []
        page.on("request", lambda request: self.asked(request.url, url))
        page.on(
            "console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text)
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def asked(self, address, url):
        if not address.startswith((f"{url}/", "data:", f"blob:{url}/")):
            self.foreign.append(address)


@own
async def watch(browser, server):
    page = await browser.new_page(viewport={"width": 1360, "height": 820})
    watch = Watch(page, server.url)
    yield watch

    await page.close()
    assert (watch.foreign, watch.complaints) == ([], [])


@own
async def page(watch, server):
    await watch.page.goto(f"{server.url}/explorer")
    await expect(watch.page.get_by_text("query Tenant")).to_be_visible()
    return watch.page


def response(page):
    return page.get_by_role("region", name="Result Window")


def variables(page):
    return page.get_by_role("region", name="Variables")


async def enter(page, key):
    await page.get_by_role("button", name="Add an API key").click()
    await expect(page.get_by_role("textbox", name="Paste a key of this tenant")).to_be_focused()
    await page.keyboard.insert_text(key)
    await page.keyboard.press("Enter")


async def test_a_visitor_reads_the_docs_and_runs_the_first_operation_and_finds_it_in_the_history(page):
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await page.get_by_role("link", name="Query").click()
    await expect(page.get_by_text("The tenant at this address: its brand and settings.")).to_be_visible()

    await page.get_by_role("button", name="Execute query").click()
    await expect(response(page)).to_contain_text('"name": "Acme"')

    await page.get_by_role("button", name="Show History").click()
    await expect(page.get_by_role("region", name="History").get_by_text("Tenant")).to_be_visible()


async def test_where_the_schema_is_not_open_to_visitors_a_key_brings_the_docs(page, server, platform):
    async with platform.platform() as db:
        tenant = await registry.by_slug(db, server.slug)
    try:
        await set_open(platform, tenant, open_introspection=False)
        await page.reload()
        await page.get_by_role("button", name="Show Documentation Explorer").click()
        await expect(page.locator(".graphiql-doc-explorer-error")).to_be_visible()
        await page.get_by_role("button", name="Execute query").click()
        await expect(response(page)).to_contain_text('"name": "Acme"')

        await enter(page, server.coordinator)
        await page.get_by_role("button", name="Done").click()

        await page.get_by_role("link", name="Query").click()
        await expect(page.get_by_text("The tenant at this address: its brand and settings.")).to_be_visible()
    finally:
        await set_open(platform, tenant, open_introspection=True)


async def set_open(database, tenant, **changes):
    async with database.transaction(tenant.id) as db:
        await registry.update(db, tenant.id, changes)


async def test_an_example_opens_in_a_tab_of_its_own_and_is_shown_again(page):
    for name in ("Create a program", "Branding", "Create a program"):
        await page.get_by_role("button", name=name).click()

    await expect(page.get_by_role("tab")).to_contain_text(["Tenant", "CreateAProgram", "Branding"])
    await expect(page.get_by_role("tab", selected=True)).to_contain_text("CreateAProgram")
    await expect(variables(page)).to_contain_text('"title": "Leading hybrid teams"')
    await page.wait_for_timeout(1000)  # GraphiQL marks what it finds wrong half a second later
    assert await page.locator(".squiggly-error").count() == 0


async def test_an_example_is_found_opened_and_run_by_keyboard_alone(page):
    await page.get_by_role("searchbox", name="Filter the examples").focus()
    await page.keyboard.type("branding")
    await expect(page.get_by_role("region", name="Examples").get_by_role("listitem")).to_have_count(1)
    for key in ("Tab", "Tab", "Enter", "Control+Enter"):
        await page.keyboard.press(key)

    await expect(response(page)).to_contain_text('"displayName": "Acme Academy"')
    await page.keyboard.press("Escape")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Execute query")).to_be_focused()


async def test_ids_and_dates_are_filled_in_from_the_answers_before(page, server):
    await enter(page, server.coordinator)
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="Add preparation").click()
    await expect(variables(page)).to_contain_text('"programId": "<prg_… of the program>"')

    await page.get_by_role("button", name="Create a program").click()
    await page.keyboard.press("Control+Enter")
    await expect(response(page)).to_contain_text('"__typename": "Program"')
    await page.get_by_role("button", name="Add preparation").click()
    await expect(variables(page)).to_contain_text(re.compile(r'"programId":\s+"prg_[0-9a-f]+'))
    await page.keyboard.press("Control+Enter")
    await expect(response(page)).to_contain_text('"__typename": "Activity"')

    await page.locator("summary").filter(has_text="Plan a run").click()
    await page.get_by_role("button", name="Calendar").click()
    await expect(variables(page)).to_contain_text(re.compile(r'"from":\s+"20\d\d-\d\d-\d\dT[0-9:.]+Z"'))


async def test_a_subscription_shows_what_is_told_until_it_is_stopped(page, server):
    host = server.url.removeprefix("http://")
    headers = {"host": host, "authorization": f"Bearer {server.coordinator}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{host.rpartition(':')[2]}") as http:
        coordinator = Client(http, host, headers)
        _, channel = await a_community(coordinator)
        await enter(page, server.coordinator)
        await page.get_by_role("button", name="Done").click()
        await page.locator("summary").filter(has_text="Talk and ask").click()
        await page.get_by_role("button", name="What is said The channels").click()
        await page.keyboard.press("Control+Enter")
        await expect(response(page)).to_contain_text("Facilitators")
        await page.get_by_role("button", name="Follow a channel").click()
        await expect(variables(page)).to_contain_text(re.compile(r'"channel":\s+"chn_[0-9a-f]+'))
        await page.get_by_role("button", name="Execute query").click()
        stop = page.get_by_role("button", name="Stop query")
        await expect(stop).to_be_visible()
        await page.wait_for_timeout(1000)  # a stream that has begun says nothing

        for body in ("Who has tried it?", "I have."):
            await do(coordinator, "writePost", "Post { id }", channelId=channel, body=body)
            await expect(response(page)).to_contain_text(body)

    await stop.click()
    await expect(page.get_by_role("button", name="Execute query")).to_be_visible()


async def test_the_key_is_sent_with_every_operation_until_it_is_forgotten(page, server):
    await enter(page, f"Bearer {server.coordinator}")
    await expect(page.get_by_role("list", name="Roles")).to_have_text("COORDINATOR")
    await expect(page.get_by_role("button", name="Done")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.reload()

    await expect(page.get_by_role("button", name="Ada Lovelace")).to_be_visible()
    await page.get_by_role("button", name="Your roles").click()
    await page.get_by_role("button", name="Execute query").click()
    await expect(response(page)).to_contain_text('"displayName": "Ada Lovelace"')

    await page.get_by_role("button", name="Ada Lovelace").click()
    await page.get_by_role("button", name="Forget this key").click()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Execute query").click()
    await expect(response(page)).to_contain_text('"viewer": null')


async def test_a_key_that_is_refused_is_not_kept_and_an_apps_key_shows_its_scopes(page, watch, server):
    await enter(page, "not-a-key")
    await expect(page.get_by_text("This key was refused:")).to_be_visible()
    assert await page.evaluate("localStorage.getItem('graphiql:apiKey')") is None
    assert [complaint for complaint in watch.complaints if "401" not in complaint] == []
    watch.complaints.clear()

    await page.get_by_role("textbox", name="Paste a key of this tenant").fill(server.app)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("dialog", name="API key")).to_contain_text("Portal App")
    await expect(page.get_by_role("list", name="Scopes").get_by_role("listitem")).to_have_text(
        ["people:read", "sessions:read"]
    )


class Waiting(Explorer):
    """Its bundle is built by another process: this test."""

    async def build(self):
        self.step = "Bundling"


async def test_a_page_that_waits_for_the_bundle_comes_up_by_itself(browser, platform, server, tmp_path):
    waiting = Waiting(SOURCE, tmp_path)
    async with serving(platform, waiting) as port:
        url = f"{server.url.rpartition(':')[0]}:{port}"
        page = await browser.new_page()
        watch = Watch(page, url)
        await page.goto(f"{url}/explorer")
        await expect(page.get_by_role("heading", name="The explorer is being built")).to_be_visible()

        waiting.failure = "Bundling failed."
        await expect(page.get_by_role("heading", name="The explorer could not be built")).to_be_visible()
        await expect(page.get_by_role("status")).to_have_text("Bundling failed.")

        bundle = tmp_path / "bundle"
        bundle.mkdir()
        (bundle / "index.html").write_text("<link rel=icon href=data:,><h1>The page</h1>")
        waiting.folder.mkdir()
        bundle.rename(waiting.bundle)

        await expect(page.get_by_role("heading", name="The page")).to_be_visible()
        await page.close()
        assert (watch.foreign, watch.complaints) == ([], [])


async def test_the_sources_pass_their_types_and_form(made):
    node = await find_node()

    code, output = await run(*node.npm, "run", "check", folder=made.workshop)

    assert code == 0, output


async def test_the_page_has_the_tenants_name_and_color_and_passes_the_accessibility_rules(page, made):
    """No logo of another host is shown. GraphiQL's tabs hold their close buttons, which the rules forbid: left out."""
    await expect(page).to_have_title("Acme Academy · API explorer")
    await expect(page.get_by_role("banner")).to_contain_text("Acme Academy")
    assert await page.get_by_role("banner").get_by_role("img").count() == 0
    assert await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand-on-light')") == (
        "47, 100%, 28%"
    )

    await page.get_by_role("button", name="Add an API key").click()
    await page.evaluate((made.workshop / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = {}
    for color_scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=color_scheme)
        report = await page.evaluate(
            "axe.run({exclude: '.graphiql-tab'}, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
        )
        found[color_scheme] = [
            (rule["id"], [node["target"] for node in rule["nodes"]]) for rule in report["violations"]
        ]

    assert found == {"light": [], "dark": []}

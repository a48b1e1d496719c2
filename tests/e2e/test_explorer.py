"""The explorer in a real browser: built from its sources, served, and used as a newcomer would."""

import asyncio
import os
import shutil
import socket
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import uvicorn
from playwright.async_api import async_playwright, expect

from api.app import application
from api.explorer import SOURCE, Explorer, copy, find_node, run
from tenants.keys import Role
from tests.conftest import a_tenant
from tests.e2e.conftest import a_client

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.slow]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
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


@pytest.fixture(scope="session")
def explorer(machine, tmp_path_factory):
    explorer = Explorer(SOURCE, tmp_path_factory.mktemp("home"))
    asyncio.run(explorer.build())

    assert explorer.state == "ready"
    return explorer


class Server(NamedTuple):
    url: str
    key: str


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


@pytest.fixture
async def server(database, explorer):
    tenant = await a_tenant(database, primary_color="#ffd84d", logo_url="https://acme.example/logo.svg")
    coordinator = await a_client(None, database, tenant, Role.COORDINATOR)
    async with serving(database, explorer) as port:
        yield Server(f"http://{coordinator.host}:{port}", coordinator.headers["authorization"].removeprefix("Bearer "))


@pytest.fixture
async def browser(machine):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


class Watch:
    """What a page must not do: ask another host, or complain."""

    def __init__(self, page, url):
        self.foreign, self.complaints = [], []
        page.on("request", lambda request: self.asked(request.url, url))
        page.on(
            "console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text)
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def asked(self, address, url):
        if not address.startswith((f"{url}/", "data:", f"blob:{url}/")):
            self.foreign.append(address)


@pytest.fixture
async def watch(browser, server):
    page = await browser.new_page(viewport={"width": 1360, "height": 820})
    watch = Watch(page, server.url)
    watch.page = page
    yield watch

    assert (watch.foreign, watch.complaints) == ([], [])


@pytest.fixture
async def page(watch, server):
    await watch.page.goto(f"{server.url}/explorer")
    await expect(watch.page.get_by_text("query Tenant")).to_be_visible()
    return watch.page


def response(page):
    return page.get_by_role("region", name="Result Window")


async def test_the_docs_open_without_a_key(page):
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await page.get_by_role("link", name="Query").click()

    await expect(page.get_by_text("The tenant at this address: its brand and settings.")).to_be_visible()


async def test_the_first_operation_runs_as_it_stands(page):
    await page.get_by_role("button", name="Execute query").click()

    await expect(response(page)).to_contain_text('"name": "Acme"')


async def test_what_ran_stands_in_the_history(page):
    await page.get_by_role("button", name="Execute query").click()
    await page.get_by_role("button", name="Show History").click()

    await expect(page.get_by_role("region", name="History").get_by_text("Tenant")).to_be_visible()


async def test_an_example_opens_in_a_tab_of_its_own_with_its_variables(page):
    await page.get_by_role("button", name="Upcoming sessions").click()
    await page.get_by_role("button", name="Variables").click()

    await expect(page.get_by_role("tab")).to_contain_text(["Tenant", "UpcomingSessions"])
    await expect(page.get_by_role("region", name="Variables")).to_contain_text('"from"')


async def test_an_example_that_is_open_is_shown_again(page):
    for name in ("Upcoming sessions", "Branding", "Upcoming sessions"):
        await page.get_by_role("button", name=name).click()

    await expect(page.get_by_role("tab")).to_contain_text(["Tenant", "UpcomingSessions", "Branding"])
    await expect(page.get_by_role("tab", selected=True)).to_contain_text("UpcomingSessions")


async def test_examples_are_found_by_a_word(page):
    await page.get_by_role("searchbox", name="Filter the examples").fill("roles")

    await expect(page.get_by_role("region", name="Examples").get_by_role("listitem")).to_have_count(1)


async def test_an_example_is_opened_and_run_by_keyboard_alone(page):
    await page.get_by_role("searchbox", name="Filter the examples").focus()
    await page.keyboard.type("branding")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Control+Enter")

    await expect(response(page)).to_contain_text('"displayName": "Acme Academy"')


async def test_the_key_is_sent_with_every_operation_until_it_is_forgotten(page, server):
    await page.get_by_role("button", name="Add an API key").click()
    await page.keyboard.type(f"Bearer {server.key}")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("listitem").filter(has_text="COORDINATOR")).to_be_visible()
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


async def test_a_key_that_is_refused_is_not_kept(page, watch):
    await page.get_by_role("button", name="Add an API key").click()
    await page.keyboard.type("not-a-key")
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("This key was refused:")).to_be_visible()
    assert await page.evaluate("localStorage.getItem('graphiql:apiKey')") is None
    assert [complaint for complaint in watch.complaints if "401" not in complaint] == []
    watch.complaints.clear()


async def test_the_page_has_the_name_and_color_of_the_tenant_and_no_logo_of_another_host(page):
    await expect(page).to_have_title("Acme Academy · API explorer")
    await expect(page.get_by_role("banner")).to_contain_text("Acme Academy")
    assert await page.get_by_role("banner").get_by_role("img").count() == 0
    assert await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand-on-light')") == (
        "47, 100%, 28%"
    )


class Waiting(Explorer):
    """Its bundle is built by another process: this test."""

    async def build(self):
        self.step = "Bundling"


async def test_a_page_that_waits_for_the_bundle_comes_up_by_itself(browser, database, tenant, tmp_path):
    waiting = Waiting(SOURCE, tmp_path)
    async with serving(database, waiting) as port:
        url = f"http://{tenant.slug}.localhost:{port}"
        page = await browser.new_page()
        watch = Watch(page, url)
        await page.goto(f"{url}/explorer")
        await expect(page.get_by_role("heading", name="The explorer is being built")).to_be_visible()

        bundle = tmp_path / "bundle"
        bundle.mkdir()
        (bundle / "index.html").write_text("<link rel=icon href=data:,><h1>The page</h1>")
        waiting.folder.mkdir()
        bundle.rename(waiting.bundle)

        await expect(page.get_by_role("heading", name="The page")).to_be_visible()
        assert (watch.foreign, watch.complaints) == ([], [])


@pytest.fixture(scope="session")
def workshop(machine, tmp_path_factory):
    """The sources with everything their developers use."""
    workshop = tmp_path_factory.mktemp("workshop")
    copy(SOURCE, workshop)
    node = asyncio.run(find_node())
    assert asyncio.run(run(*node.npm, "ci", "--loglevel=error", folder=workshop))[0] == 0
    return workshop


async def test_the_sources_pass_their_types_and_form(workshop):
    node = await find_node()

    code, output = await run(*node.npm, "run", "check", folder=workshop)

    assert code == 0, output


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_the_page_passes_the_accessibility_rules(page, workshop, color_scheme):
    """GraphiQL's tabs hold their close buttons, which the rules forbid: they are left out."""
    await page.emulate_media(color_scheme=color_scheme)
    await page.get_by_role("button", name="Add an API key").click()
    await page.evaluate((workshop / "node_modules" / "axe-core" / "axe.min.js").read_text())

    report = await page.evaluate(
        "axe.run({exclude: '.graphiql-tab'}, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
    )

    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in report["violations"]] == []

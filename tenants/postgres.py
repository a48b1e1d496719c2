"""An embedded PostgreSQL for a machine that has none: a wheel's programs, a folder of data, a private socket.

Nothing that was committed is lost, whoever is killed. Clients come in through a unix socket that only the server's
account, and root, can reach; there is no TCP port. Several processes may use one server: each holds a lease, which the
kernel takes back when its holder dies, and the last one out stops the server. Where all are killed it runs on, and the
next one joins it.
"""

import atexit
import fcntl
import os
import secrets
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Self
from urllib.parse import quote

import psutil

from tenants.postgres_home import EmbeddedPostgresError, Home, find_home

PORT = 5432
PATIENCE = 300  # seconds; a server that was killed replays its log before it answers

SYNC_METHOD = "syncfs" if sys.platform == "linux" else "fsync"  # one call for the file system, not one for each file
DEFAULTS: Mapping[str, str | int] = {
    "max_connections": 200,
    "jit": "off",
    "max_parallel_workers_per_gather": 0,
    "timezone": "UTC",
    "log_timezone": "UTC",
    "recovery_init_sync_method": SYNC_METHOD,
}
NO_SETTINGS: Mapping[str, str | int] = MappingProxyType({})


class Postmaster(NamedTuple):
    """What `postmaster.pid` says of the server that wrote it."""

    pid: int
    sockets: str
    status: str


class EmbeddedPostgres:
    """The server whose data lies under `root`; it is started, or joined when it already runs.

    `settings` count only for the process that starts it.
    """

    def __init__(self, root: Path, settings: Mapping[str, str | int] = NO_SETTINGS) -> None:
        self.root = root.expanduser().absolute()
        self.settings = {**DEFAULTS, **settings}
        self.home: Home | None = None
        self.sockets = ""
        self._lease: int | None = None
        self._holder = 0

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def url(self, user: str = "postgres", database: str = "postgres") -> str:
        """Where to connect, once started; a driver of SQLAlchemy may be named as in `postgresql+asyncpg`."""
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(self.sockets)}&port={PORT}"

    def start(self) -> Self:
        if self._holds_lease():
            return self

        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with _locked(self.root / "start.lock"):
                self._lease = self._start_or_join(find_home(self.root))
        except PermissionError as error:
            raise EmbeddedPostgresError(f"{error}: run as the account that made it, or use another folder") from error
        self._holder = os.getpid()
        atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Give up the lease, and stop the server when nobody else holds one."""
        if self.home is None or self._lease is None or not self._holds_lease():
            return

        lease, self._lease = self._lease, None
        atexit.unregister(self.stop)
        try:
            with _locked(self.root / "start.lock"):
                fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _shut_down(self.home)
        except (BlockingIOError, FileNotFoundError):
            return  # others still use it; or the whole folder was removed, which the server notices and ends by itself
        finally:
            fcntl.flock(lease, fcntl.LOCK_UN)  # a forked child shares the lease, and must not prolong it
            os.close(lease)

    def _holds_lease(self) -> bool:
        """A forked child inherits this object but not its duty: the child's end must not stop its parent's server."""
        return self._lease is not None and self._holder == os.getpid()

    def _start_or_join(self, home: Home) -> int:
        self.home = home
        lease = os.open(self.root / "lease", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lease, fcntl.LOCK_SH)
            if not (home.folder / "data").exists():
                _create(home)
            server = _ready(home) or _launch(home, self.settings)
        except BaseException:
            os.close(lease)
            raise
        self.sockets = server.sockets
        return lease


@contextmanager
def temporary(settings: Mapping[str, str | int] = NO_SETTINGS) -> Iterator[EmbeddedPostgres]:
    """A server that is gone afterwards, with all of its data."""
    with tempfile.TemporaryDirectory(prefix="collegium-") as folder:
        Path(folder).chmod(0o755)  # root's server runs as another account, which has to get in
        with EmbeddedPostgres(Path(folder), settings) as server:
            yield server


def _create(home: Home) -> None:
    """The cluster is made beside its place and renamed: an initdb that is killed leaves nothing half made."""
    for remains in home.folder.glob("data.new-*"):
        shutil.rmtree(remains, ignore_errors=True)
    unfinished = home.folder / f"data.new-{secrets.token_hex(4)}"
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    access = ("--username=postgres", "--auth-local=trust", "--auth-host=reject")
    made = home.run("initdb", "--pgdata", str(unfinished), *locale, *access, f"--sync-method={SYNC_METHOD}")
    if made.returncode != 0:
        raise EmbeddedPostgresError(f"initdb failed: {made.stderr.strip()}")

    unfinished.rename(home.folder / "data")
    folder = os.open(home.folder, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _launch(home: Home, settings: Mapping[str, str | int]) -> Postmaster:
    where = {"listen_addresses": "", "port": PORT, "unix_socket_directories": home.make_sockets()}
    options = shlex.join(f"--{name}={value}" for name, value in {**settings, **where}.items())
    log = home.folder / "server.log"
    command = ("start", f"--pgdata={home.folder}/data", f"--log={log}", f"--options={options}")

    deadline = time.monotonic() + PATIENCE
    while True:
        _disown_pid_file(home)
        known = log.stat().st_size if log.exists() else 0
        home.run("pg_ctl", *command, "--wait", f"--timeout={PATIENCE}")
        if server := _ready(home):
            return server

        said = log.read_bytes()[known:].decode(errors="replace") if log.exists() else ""
        backends_remain = "pre-existing shared memory block" in said  # of a server that was killed; they end soon
        if not backends_remain or time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"PostgreSQL did not start:\n{said[-2000:] or 'It ended without a word.'}")
        time.sleep(0.2)


def _disown_pid_file(home: Home) -> None:
    """Keep the `postmaster.pid` of a server that was killed from blocking the next one.

    PostgreSQL takes any process of that number, a zombie too, for the living server. Our own number (pg_ctl tells it
    ours) makes it look at the shared memory instead, which truly shows whether backends remain: so the file must stay.
    """
    path = home.folder / "data" / "postmaster.pid"
    if _postmaster(home) is None:
        path.unlink(missing_ok=True)  # without a number in it, it protects nothing
        return
    home.shell('sed "1s/.*/$1/" "$0" > "$0.new" && mv "$0.new" "$0"', str(path), str(os.getpid()))


def _ready(home: Home) -> Postmaster | None:
    """The server that runs on this data; one that still recovers is waited for."""
    deadline = time.monotonic() + PATIENCE
    while server := _running(home):
        if server.status == "ready":
            return server
        if time.monotonic() > deadline:
            log = home.folder / "server.log"
            raise EmbeddedPostgresError(f"the server, process {server.pid}, is still {server.status}: see {log}")
        time.sleep(0.02)
    return None


def _running(home: Home) -> Postmaster | None:
    server = _postmaster(home)
    if server is None:
        return None
    with suppress(psutil.Error):  # gone, a zombie, or somebody else's
        program, *arguments = psutil.Process(server.pid).cmdline() or [""]
        if Path(program).name == "postgres" and str(home.folder / "data") in arguments:
            return server
    return None


def _postmaster(home: Home) -> Postmaster | None:
    try:
        lines = (home.folder / "data" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].lstrip("-").isdigit():  # a single-user server writes its number below zero
        return None
    lines += [""] * 8  # a server writes them one after the other
    return Postmaster(pid=abs(int(lines[0])), sockets=lines[4], status=lines[7].strip() or "starting")


def _shut_down(home: Home) -> None:
    if _running(home) is None:
        return
    stop = ("stop", f"--pgdata={home.folder}/data", "--wait")
    if home.run("pg_ctl", *stop, "--mode=fast", "--timeout=60").returncode != 0:
        home.run("pg_ctl", *stop, "--mode=immediate")  # the next start replays its log
    with suppress(OSError):
        home.sockets().rmdir()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; the kernel frees the lock when its holder dies."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)

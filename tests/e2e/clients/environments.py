"""Virtual environments of their own, for clients in Python that need another graphql-core than ours."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict

import pytest

from tests.processes import REPOSITORY

FOLDER = REPOSITORY / "tests" / "clients" / "python"
ENVIRONMENTS = REPOSITORY / "tests" / "clients" / "environments"


def installed(name):
    """The Python of the environment with what `name.lock` says, which is made once."""
    lock, place = FOLDER / f"{name}.lock", ENVIRONMENTS / name
    stamp, state = place / ".installed", hashlib.sha256(lock.read_bytes()).hexdigest()
    with lock.open() as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != state:
            shutil.rmtree(place, ignore_errors=True)
            _run(sys.executable, "-m", "venv", place)
            install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
            _run(place / "bin" / "python", *install, "--requirement", lock)
            stamp.write_text(state)
    return place / "bin" / "python"


def _run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        pytest.skip(f"The environment of a client can't be made: {done.stderr.strip()}")


def tried(name, server, folder, *words):
    """What a suite says: the sentences that hold, and those that don't."""
    told = json.dumps(asdict(server))
    done = subprocess.run(
        [installed(name), "-W", "error", FOLDER / f"with_{name}.py", *words],
        cwd=folder,
        env=os.environ | {"COLLEGIUM_SERVER": told, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def version(name, package):
    [found] = re.findall(rf"(?m)^{package}==(\S+)", (FOLDER / f"{name}.lock").read_text())
    return f"{package} {found}"

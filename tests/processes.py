"""The command line as other programs start it: a process, its words, its exit code."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
SETTINGS = {"COLLEGIUM_HOME", "COLLEGIUM_HTTP_STATUSES", "DATABASE_URL", "HOST", "PORT"}


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str

    @property
    def facts(self):
        return json.loads(self.out)


def environment(given):
    """Ours, without what the machine says about the settings."""
    return {name: value for name, value in os.environ.items() if name not in SETTINGS} | {"COLUMNS": "200"} | given


def command(*words, module="collegium"):
    return [sys.executable, "-m", module, *words]


def finished(*words, module="collegium", **given):
    process = subprocess.run(
        command(*words, module=module),
        cwd=REPOSITORY,
        env=environment(given),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Finished(process.returncode, process.stdout, process.stderr)


class Started:
    """A process that runs until it is told to end, or is killed."""

    def __init__(self, *words, log, module="collegium", **given):
        self.log = log
        self.words = words
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                command(*words, module=module),
                cwd=REPOSITORY,
                env=environment(given),
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if self.process.poll() is None:
            self.end()

    def said(self):
        return self.log.read_text()

    def says(self, pattern, *, within=120):
        """Wait until it has written what is looked for."""
        for _ in range(within * 20):
            if found := re.search(pattern, self.said()):
                return found
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"{self.words} ended with {self.process.returncode}:\n{self.said()}")
        raise AssertionError(f"{self.words} did not say {pattern} within {within} seconds:\n{self.said()}")

    def end(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        return self.process.wait(60)

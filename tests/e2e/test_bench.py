"""The bench works: whoever is measured gives the same answers, and leaves the same rows."""

import subprocess
import sys

import pytest

from tests.processes import REPOSITORY

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("rivals", ["a,a3,b,c", pytest.param("c,d", marks=pytest.mark.node)])
def test_a_short_run_compares_all_answers_and_measures_every_query(rivals):
    command = [sys.executable, "-m", "tests.bench", "--fast", "--rivals", rivals]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=600, check=False)
    if "is not measured" in done.stdout:
        pytest.skip(done.stdout.partition("\n")[0])

    assert done.returncode == 0, done.stderr[-4000:]
    told = done.stdout.splitlines()
    assert [line[:3] for line in told if line.startswith(("Q", "M:"))] == ["Q1:", "Q2:", "Q3:", "Q4:", "M: "]
    growth = [line for line in told if "ten times the tenants and rows" in line]
    assert len(growth) == 5

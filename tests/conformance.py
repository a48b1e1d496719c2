"""What clients and suites of other people found: a row for each, and `docs/conformance.md`, made of the rows.

A test that runs such a suite tells its row. While `make conformance` runs, rows are kept for the page; whenever else,
the row has to stand on the page already.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "conformance.md"
FOLDER = "COLLEGIUM_CONFORMANCE"
HEAD = """# Conformance

Clients, compilers and test suites that nobody here wrote, against a running server. Written by `make conformance`, and
by nothing else; every row is a test in `tests/e2e`, which fails where it does not find its row here.

| suite | versions | tried | passed | on |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Row:
    """`held` are the sentences that were tried and hold, where there are few enough to be read."""

    suite: str
    versions: str
    tried: str
    passed: int
    total: int
    held: list[str] = field(default_factory=list)

    @property
    def cells(self) -> str:
        return f"| {self.suite} | {self.versions} | {self.tried} | {self.passed:,} of {self.total:,} |"

    @property
    def sentences(self) -> str:
        return "\n".join([f"\n## {self.suite}\n", *(f"- {one}" for one in self.held), ""])


def tell(row: Row) -> None:
    """Keep the row for the page, or see that it stands there."""
    folder = os.environ.get(FOLDER)
    if folder:
        kept = asdict(row) | {"on": datetime.now(UTC).date().isoformat()}
        Path(folder, f"{row.suite.replace('/', ' ')}.json").write_text(json.dumps(kept))
        return
    page = PAGE.read_text().splitlines()
    told = [line.rpartition(" | ")[0] + " |" for line in page if line.startswith(f"| {row.suite} |")]
    assert told == [row.cells], "docs/conformance.md is not of this version: run `make conformance`."


def page(folder: Path) -> str:
    kept = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"), key=lambda path: path.name.lower())]
    rows = [(Row(**one), on) for one in kept for on in [one.pop("on")]]
    table = "".join(f"{row.cells} {on} |\n" for row, on in rows)
    return HEAD + table + "".join(row.sentences for row, _ in rows if row.held)


def main(words: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        pytest = [sys.executable, "-m", "pytest", "-m", "conformance", *words]
        code = subprocess.run(pytest, env=os.environ | {FOLDER: folder}, check=False).returncode
        if code == 0:
            PAGE.write_text(page(Path(folder)))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

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


def page(folder: Path, before: str = "") -> str:
    """What was kept, and whatever else stands on the page `before`."""
    told = _standing(before)
    for path in folder.glob("*.json"):
        facts = json.loads(path.read_text())
        on, row = facts.pop("on"), Row(**facts)
        told[row.suite] = f"{row.cells} {on} |\n", row.sentences if row.held else ""
    lines, sentences = zip(*(told[suite] for suite in sorted(told, key=str.lower)), strict=True)
    return HEAD + "".join(lines) + "".join(sentences)


def _standing(text: str) -> dict[str, tuple[str, str]]:
    """Line and sentences of each suite on a page."""
    head, *parts = text.split("\n## ")
    sentences = {part.partition("\n")[0]: f"\n## {part.rstrip()}\n" for part in parts}
    _, rows = head.split("| --- | --- | --- | --- | --- |\n") if head else ("", "")
    lines = {line.split(" | ")[0].removeprefix("| "): f"{line}\n" for line in rows.splitlines()}
    return {suite: (line, sentences.get(suite, "")) for suite, line in lines.items()}


def main(words: list[str]) -> int:
    """Run all suites, or those that the words choose: the others' rows stay as they are."""
    with tempfile.TemporaryDirectory() as folder:
        pytest = [sys.executable, "-m", "pytest", "-m", "conformance", *words]
        code = subprocess.run(pytest, env=os.environ | {FOLDER: folder}, check=False).returncode
        if code == 0:
            PAGE.write_text(page(Path(folder), PAGE.read_text() if words else ""))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The report: what an import came to, in numbers."""

from dataclasses import asdict, dataclass, field
from typing import Any

from api.imports.shapes import Outcome


@dataclass
class Counts:
    """Of one kind of record. `kept`: they say something else than the rows, and an import can't change them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    rejected: int = 0


@dataclass
class SourceCounts:
    """Of one source's rows: each is accepted, rejected, or skipped by the plan's `where`."""

    name: str
    rows: int = 0
    accepted: int = 0
    skipped: int = 0
    rejected: int = 0


@dataclass
class Report:
    dry_run: bool
    seconds: float = 0.0
    sources: list[SourceCounts] = field(default_factory=list)
    records: dict[str, Counts] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(source.rows for source in self.sources)

    @property
    def rejected(self) -> int:
        return sum(source.rejected for source in self.sources)

    def _of(self, record: str) -> Counts:
        return self.records.setdefault(record, Counts())

    def reject(self, record: str | None) -> None:
        if record:
            self._of(record).rejected += 1

    def count(self, record: str, outcome: Outcome | None) -> None:
        """None: what came of it is counted when it is known."""
        counts = self._of(record)
        match outcome:
            case Outcome.CREATED:
                counts.created += 1
            case Outcome.UPDATED:
                counts.updated += 1
            case Outcome.UNCHANGED:
                counts.unchanged += 1
            case Outcome.KEPT:
                counts.kept += 1
            case None:
                pass

    def as_json(self) -> dict[str, Any]:
        """For programs: rows by source, records by kind, and the whole."""
        facts = asdict(self)
        return {
            "dryRun": self.dry_run,
            "seconds": round(self.seconds, 3),
            "rows": self.rows,
            "rejected": self.rejected,
            "sources": facts["sources"],
            "records": facts["records"],
        }

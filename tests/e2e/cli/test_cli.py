"""The command line, started as a process on a real database."""

import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from collegium.commands.schema import SNAPSHOT
from domain.people import people
from domain.people.people import NewPerson
from tenants.registry import wall
from tests.conftest import BY
from tests.e2e.conftest import Client
from tests.processes import finished

pytestmark = pytest.mark.slow

WHO = "{ viewer { displayName roles scopes person { email } } tenant { slug now } }"


@pytest.fixture
def collegium(administrator_url, tmp_path):
    def collegium(*words, **given):
        return finished(*words, **{"DATABASE_URL": administrator_url, "COLLEGIUM_HOME": str(tmp_path), **given})

    return collegium


@pytest.fixture
async def an_empty_database(postgres_url):
    name = f"empty_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(f"CREATE DATABASE {name}")
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture
def slug():
    return f"cli-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def made(collegium, slug):
    """A sandbox that the command line has made."""
    return collegium("tenant", "create", slug, "--name", "Acme", "--sandbox", "--json").facts


async def who(http, slug, key):
    return await Client(http, f"{slug}.localhost", {"authorization": f"Bearer {key}"}).answer(WHO)


def instant(text):
    return datetime.fromisoformat(text)


async def test_a_new_tenant_is_listed_and_its_key_works(collegium, http, slug, made):
    listed = collegium("tenant", "list", "--json")
    key = collegium("key", "create", "--tenant", slug, "--role", "tenant_admin", "--json")

    assert made == {
        "slug": slug,
        "name": "Acme",
        "status": "ACTIVE",
        "sandbox": True,
        "now": made["now"],
        "timeZone": "UTC",
        "hosts": [f"{slug}.localhost"],
    }
    assert [{**tenant, "now": None} for tenant in listed.facts if tenant["slug"] == slug] == [{**made, "now": None}]
    assert key.facts == {
        "key": key.facts["key"],
        "prefix": key.facts["key"][: len(f"clg_{slug}_") + 6],
        "tenant": slug,
        "person": "Administrator",
        "roles": ["TENANT_ADMIN"],
        "scopes": [],
        "expiresAt": None,
    }
    answer = await who(http, slug, key.facts["key"])
    assert answer["data"]["viewer"] == {
        "displayName": "Administrator",
        "roles": ["TENANT_ADMIN"],
        "scopes": [],
        "person": {"email": None},
    }


async def test_a_key_can_be_piped_on_and_stops_to_work_when_it_is_revoked(collegium, http, slug, made):
    created = collegium("key", "create", "--tenant", slug, "--role", "coordinator", "--role", "instructor")
    key = created.out.strip()
    before = await who(http, slug, key)

    revoked = collegium("key", "revoke", "--tenant", slug, "--prefix", key[: len(f"clg_{slug}_") + 6], "--json")

    after = await who(http, slug, key)
    assert created.out == f"{key}\n"
    assert "not shown again" in created.err
    assert before["data"]["viewer"]["roles"] == ["COORDINATOR", "INSTRUCTOR"]
    assert revoked.facts["prefix"] == key[: len(f"clg_{slug}_") + 6]
    assert after["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_key_is_given_to_the_person_or_app_that_is_named(collegium, database, http, tenant):
    async with database.transaction(tenant.id) as db:
        for name, email in (("Ada", "ada@example.org"), ("Twin", "one@example.org"), ("Twin", "two@example.org")):
            await people.create(db, NewPerson(name=name, email=email), by=BY, now=wall())
    of = ("key", "create", "--tenant", tenant.slug, "--json")

    by_email = collegium(*of, "--role", "learner", "--person", "Ada@example.org").facts
    ambiguous = collegium(*of, "--role", "learner", "--person", "Twin")
    nobody = collegium(*of, "--role", "learner", "--person", "Eve")
    app = collegium(*of, "--app", "Portal", "--scope", "people:read", "--expires", "2099-01-01T00:00Z").facts
    unknown = collegium(*of, "--app", "Portal", "--scope", "people:eat")

    assert (await who(http, tenant.slug, by_email["key"]))["data"]["viewer"]["person"] == {"email": "ada@example.org"}
    assert (ambiguous.code, ambiguous.facts["error"][:25]) == (1, "Several people are called")
    assert (nobody.code, nobody.facts["error"]) == (
        1,
        "Acme knows nobody by the e-mail address, reference or name 'Eve'.",
    )
    assert (app["app"], app["scopes"], app["expiresAt"]) == ("Portal", ["people:read"], "2099-01-01T00:00:00Z")
    assert (await who(http, tenant.slug, app["key"]))["data"]["viewer"]["scopes"] == ["people:read"]
    assert (unknown.code, unknown.facts["error"][:34]) == (1, "There is no scope 'people:eat'. Th")


async def test_a_sandboxs_clock_is_shown_and_moves_forward_only(collegium, http, slug, made):
    shown = collegium("tenant", "clock", slug, "--json").facts
    later = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    moved = collegium("tenant", "clock", slug, "--to", later.isoformat(), "--json").facts
    further = collegium("tenant", "clock", slug, "--forward", "P14D", "--json").facts
    back = collegium("tenant", "clock", slug, "--to", later.isoformat())
    both = collegium("tenant", "clock", slug, "--to", later.isoformat(), "--forward", "P1D")
    wrong = collegium("tenant", "clock", slug, "--forward", "two weeks")

    assert shown["steps"] == moved["steps"] == further["steps"] == 0
    assert timedelta(0) <= instant(moved["now"]) - later < timedelta(minutes=2)
    assert timedelta(0) <= instant(further["now"]) - later - timedelta(days=14) < timedelta(minutes=2)
    key = collegium("key", "create", "--tenant", slug, "--role", "learner").out.strip()
    answer = await who(http, slug, key)
    assert instant(answer["data"]["tenant"]["now"]) - later > timedelta(days=14)
    assert (back.code, back.out, "only moves forward" in back.err) == (1, "", True)
    assert (both.code, both.err) == (1, "Error: Say either --to or --forward.\n")
    assert (wrong.code, wrong.out, "P14D" in wrong.err) == (2, "", True)


async def test_what_a_tenant_and_its_apps_may_cost_is_shown_and_set(collegium, http, slug, made):
    key = collegium("key", "create", "--tenant", slug, "--app", "Portal", "--scope", "people:read").out.strip()

    def cost(*words):
        facts = collegium("tenant", "limit", slug, "--json", *words).facts
        return facts["perSecond"], facts["burst"], facts["standard"]

    assert cost() == (10_000, 600_000, True)
    assert cost("--app", "Portal") == (5_000, 300_000, True)
    assert cost("--per-second", "400") == (400, 24_000, False)
    assert cost("--app", "Portal") == (200, 12_000, True)
    assert cost("--app", "Portal", "--per-second", "7") == (7, 420, False)
    answer = await who(http, slug, key)
    assert answer["extensions"]["cost"] == {"requested": 7, "available": 413, "burst": 420, "perSecond": 7}
    assert cost("--standard") == (10_000, 600_000, True)

    told = collegium("tenant", "limit", slug, "--app", "Portal", "--standard")
    assert told.out.strip() == "Portal of Acme may cost 5,000 in a second, and 300,000 at once, as is standard."
    assert collegium("tenant", "limit", slug, "--app", "Nobody").code == 1
    assert collegium("tenant", "limit", slug, "--per-second", "0").code == 2
    assert collegium("tenant", "limit", slug, "--per-second", "5", "--standard").code == 1


async def test_a_suspended_tenant_lets_nobody_in_until_it_is_resumed(collegium, http, slug, made):
    key = collegium("key", "create", "--tenant", slug, "--role", "learner").out.strip()

    suspended = collegium("tenant", "suspend", slug, "--json").facts
    outside = await who(http, slug, key)
    resumed = collegium("tenant", "resume", slug)
    inside = await who(http, slug, key)

    assert suspended == {"slug": slug, "status": "SUSPENDED"}
    assert outside["errors"][0]["extensions"]["code"] == "TENANT_SUSPENDED"
    assert resumed.out == "Acme is active.\n"
    assert inside["data"]["viewer"]["roles"] == ["LEARNER"]


def test_a_refusal_is_one_sentence_and_the_exit_code_1(collegium, slug, made):
    taken = collegium("tenant", "create", slug, "--name", "Again")
    as_json = collegium("tenant", "create", slug, "--name", "Again", "--json")
    unknown = collegium("tenant", "clock", f"no-{slug}")

    assert (taken.code, taken.out, taken.err) == (1, "", f"Error: There is a tenant '{slug}' already.\n")
    assert (as_json.code, as_json.facts, as_json.err) == (1, {"error": f"There is a tenant '{slug}' already."}, "")
    assert (unknown.code, unknown.err.startswith(f"Error: There is no tenant 'no-{slug}'. There are: ")) == (1, True)


def test_a_wrong_word_is_told_and_the_exit_code_2(collegium):
    missing = collegium("key", "create")
    unknown = collegium("tenant", "creat", "--json")
    role = collegium("key", "create", "--tenant", "acme", "--role", "emperor")
    port = collegium("serve", PORT="many")

    assert (missing.code, missing.out, "--tenant" in missing.err) == (2, "", True)
    assert (unknown.code, list(unknown.facts), unknown.err) == (2, ["error"], "")
    assert (role.code, "coordinator" in role.err) == (2, True)
    assert (port.code, "PORT" in port.err) == (2, True)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "postgresql://nobody@127.0.0.1:1/none",
            "The database at postgresql://nobody@127.0.0.1:1/none can't be used: ",
        ),
        ("my database", "DATABASE_URL is no address of a database. Write it as "),
        ("mysql://root@localhost/collegium", "DATABASE_URL names mysql. Only PostgreSQL will do: postgresql://…"),
    ],
)
def test_a_database_that_can_not_be_used_is_told(collegium, url, told):
    tried = collegium("tenant", "list", DATABASE_URL=url)

    assert (tried.code, tried.out) == (1, "")
    assert tried.err.startswith(f"Error: {told}")
    assert tried.err.count("\n") == 1


def test_a_password_is_never_told(collegium):
    tried = collegium("tenant", "list", "--json", DATABASE_URL="postgresql://nobody:secret@127.0.0.1:1/none")

    assert tried.code == 1
    assert "secret" not in tried.out + tried.err


async def test_an_empty_database_is_refused_until_it_is_migrated(collegium, an_empty_database):
    refused = collegium("tenant", "list", DATABASE_URL=an_empty_database)
    migrated = collegium("migrate", "--json", DATABASE_URL=an_empty_database)
    again = collegium("migrate", DATABASE_URL=an_empty_database)
    listed = collegium("tenant", "list", "--json", DATABASE_URL=an_empty_database)

    assert (refused.code, refused.err) == (
        1,
        "Error: The database is not prepared for this version. Run `collegium migrate`, then try again.\n",
    )
    assert (migrated.code, list(migrated.facts)) == (0, ["revision"])
    assert again.out == f"The database is ready, at revision {migrated.facts['revision']}.\n"
    assert listed.facts == []


def test_the_schema_is_printed_written_and_compared(collegium, tmp_path):
    printed = collegium("schema")
    written = collegium("schema", "--output", str(tmp_path / "schema.graphql"), "--json")
    nowhere = collegium("schema", "--output", str(tmp_path / "none" / "schema.graphql"))
    compared = collegium("schema", "--check", "--json")

    same = SNAPSHOT.exists() and SNAPSHOT.read_text() == printed.out
    assert 'scalar DateTime @specifiedBy(url: "' in printed.out
    assert (tmp_path / "schema.graphql").read_text() == printed.out
    assert written.facts == {"written": str(tmp_path / "schema.graphql")}
    assert (nowhere.code, nowhere.err.startswith("Error: Can't write ")) == (1, True)
    assert (compared.code, compared.facts["same"]) == (0 if same else 1, same)


def test_a_plan_that_is_not_there_is_told(collegium, slug, made, tmp_path):
    tried = collegium("import", str(tmp_path / "plan.toml"), "--tenant", slug, "--json")

    assert (tried.code, list(tried.facts)) == (1, ["error"])
    assert str(tmp_path / "plan.toml") in tried.facts["error"]


def test_a_plan_brings_in_what_a_file_says_and_again_changes_nothing(collegium, slug, made, tmp_path):
    (tmp_path / "people.csv").write_text("id,name,email\n1,Ada,ada@example.org\n2,Bea,no address\n")
    (tmp_path / "plan.toml").write_text(
        '[[sources]]\nfile = "people.csv"\n[[sources.records]]\nrecord = "person"\n'
        'external_ref = "{id}"\nname = "{name}"\nemail = "{email}"\n'
    )
    bring_in = ("import", str(tmp_path / "plan.toml"), "--tenant", slug)

    rehearsed = collegium(*bring_in, "--dry-run", "--json").facts
    first = collegium(*bring_in, "--rejects", str(tmp_path / "rejects.csv"), "--json").facts
    again = collegium(*bring_in)

    created = {"created": 1, "updated": 0, "unchanged": 0, "kept": 0, "rejected": 1}
    assert rehearsed["records"] == first["records"] == {"person": created}
    assert (rehearsed["dryRun"], first["dryRun"]) == (True, False)
    assert (first["rows"], first["rejected"]) == (2, 1)
    assert "no address" in (tmp_path / "rejects.csv").read_text()
    assert again.out.splitlines()[1].split() == ["person", "0", "0", "1", "0", "1"]
    assert "people: 2 rows, 1 accepted, 0 skipped, 1 rejected." in again.err
    assert "say --rejects FILE" in again.err

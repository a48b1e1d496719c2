"""Signing in: the tenant is found by host name and by key, and both must agree; a key is good until it is not."""

from datetime import datetime, timedelta

import pytest

from api.signin import SignInError, viewer_of
from tenants import keys, registry
from tenants.keys import Role
from tenants.registry import TenantStatus, wall
from tests.e2e.answered import problem, said
from tests.e2e.conftest import Client, a_client

WHO = "{ tenant { slug } viewer { displayName roles scopes } }"
NOT_VALID = (401, "UNAUTHENTICATED", "This key is not valid here. Check it, the host name, and its expiry.")
NOBODY_HERE = (404, "NO_TENANT", "No tenant lives at this address. Use a tenant's host name, or send a key.")
REVOKE = "mutation ($id: ID!) { revokeKey(input: {id: $id}) { ... on Key { revokedAt } } }"
MOVE = "mutation ($to: DateTime!) { moveClock(input: {to: $to}) { __typename } }"
CREATE_KEY = """
mutation ($input: CreateKeyInput!) {
  createKey(input: $input) {
    ... on IssuedKey { text key { id prefix expiresAt } }
    ... on KeyRefused { reason field }
  }
}
"""


@pytest.fixture
def ask(http):
    """Who asks, at a host, with a header of authorization."""

    async def request(host, authorization=None):
        headers = {"host": host} | ({} if authorization is None else {"authorization": authorization})
        return await http.post("/graphql", json={"query": WHO}, headers=headers)

    return request


def key_of(client: Client) -> str:
    return client.headers["authorization"]


def seen(response, tenant, name, *, roles=(), scopes=()):
    """The response tells that this viewer asks of this tenant."""
    viewer = name and {"displayName": name, "roles": list(roles), "scopes": list(scopes)}
    return said(response) == {"data": {"tenant": {"slug": tenant.slug}, "viewer": viewer}}


# Where.


@pytest.mark.parametrize("form", ["{}", "{}:8000", "{}.", "{}.:443"])
@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
async def test_a_tenant_lives_at_its_host_name_however_that_is_written(ask, tenant, form, case):
    assert seen(await ask(case(form.format(f"{tenant.slug}.localhost"))), tenant, None)


@pytest.mark.parametrize(
    "host", ["nobody.localhost", "localhost", "127.0.0.1:8000", "[::1]:8000", "", ":", "x" * 5_000]
)
async def test_where_no_tenant_lives_a_key_says_which(ask, admin, tenant, host):
    assert problem(await ask(host)) == NOBODY_HERE
    assert seen(await ask(host, key_of(admin)), tenant, "Ada Lovelace", roles=[Role.TENANT_ADMIN])


async def test_a_neighboring_name_is_another_name(ask, tenant):
    assert problem(await ask(f"x.{tenant.slug}.localhost")) == NOBODY_HERE
    assert problem(await ask(tenant.slug)) == NOBODY_HERE
    assert problem(await ask(f"{tenant.slug}.localhost.example.org")) == NOBODY_HERE


async def test_a_key_at_another_tenants_address_is_refused_like_one_that_nobody_has(ask, admin, tenant, other_tenant):
    theirs = f"{other_tenant.slug}.localhost"
    unknown = f"Bearer {keys.new_text(tenant.slug)}"

    assert problem(await ask(theirs, key_of(admin))) == NOT_VALID
    assert problem(await ask(theirs, unknown)) == NOT_VALID
    assert problem(await ask(f"{tenant.slug}.localhost", unknown)) == NOT_VALID


async def test_a_key_that_names_another_tenant_is_not_that_tenants(ask, admin, tenant, other_tenant):
    renamed = key_of(admin).replace(tenant.slug, other_tenant.slug)

    assert problem(await ask(f"{other_tenant.slug}.localhost", renamed)) == NOT_VALID
    assert problem(await ask("127.0.0.1", renamed)) == NOT_VALID


@pytest.mark.parametrize("status", TenantStatus)
async def test_a_suspended_tenant_is_refused_by_address_and_by_key_until_it_is_let_in_again(
    ask, doors, admin, tenant, status
):
    async with doors.platform() as db:
        await registry.set_status(db, tenant.id, status)

    answers = [
        await ask(admin.host),
        await ask(admin.host, key_of(admin)),
        await ask("127.0.0.1", key_of(admin)),
    ]

    if status is TenantStatus.ACTIVE:
        assert [answer.status_code for answer in answers] == [200] * 3
    else:
        suspended = (403, "TENANT_SUSPENDED", "Acme is suspended. Ask whoever runs this platform.")
        assert [problem(answer) for answer in answers] == [suspended] * 3


async def test_a_suspended_tenant_stops_nobody_else(ask, doors, admin, tenant, other_tenant):
    async with doors.platform() as db:
        await registry.set_status(db, other_tenant.id, TenantStatus.SUSPENDED)

    assert seen(await ask(admin.host, key_of(admin)), tenant, "Ada Lovelace", roles=[Role.TENANT_ADMIN])


# With what.


async def test_who_brings_nothing_visits(ask, tenant):
    assert seen(await ask(f"{tenant.slug}.localhost"), tenant, None)
    assert seen(await ask(f"{tenant.slug}.localhost", ""), tenant, None)


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER {}", "  Bearer   {}  "])
async def test_a_key_is_borne(ask, learner, tenant, form):
    text = key_of(learner).removeprefix("Bearer ")

    assert seen(await ask(learner.host, form.format(text)), tenant, "Grace Hopper", roles=[Role.LEARNER])


async def test_a_key_that_is_not_whole_is_not_valid(ask, learner):
    text = key_of(learner).removeprefix("Bearer ")
    scheme, slug, secret = text.split("_", 2)
    changed = [
        "",
        "x",
        scheme,
        f"{scheme}_",
        f"{scheme}__",
        f"{scheme}_{slug}",
        f"{scheme}_{slug}_",
        f"{scheme}__{secret}",
        f"{slug}_{secret}",
        f"{scheme.upper()}_{slug}_{secret}",
        f"{scheme}_{slug.upper()}_{secret}",
        f"{scheme}_{slug}_{secret.swapcase()}",
        text[:-1],
        f"{text[:-1]}{'A' if text[-1] != 'A' else 'B'}",
        f"{text}A",
        f"{text}=",
        f"{text} {text}",
        f'"{text}"',
        f"{text}{'A' * 100_000}",
        f"{scheme}_' OR 1=1 --_{secret}",
        f"{scheme}_%_{secret}",
    ]

    assert {problem(await ask(learner.host, f"Bearer {other}")) for other in changed} == {NOT_VALID}


async def test_every_refusal_is_an_error_of_its_own(database, learner):
    """One that was raised again and again would keep the frames of all requests that it ended."""
    refused = []
    for _ in range(2):
        with pytest.raises(SignInError) as error:
            await viewer_of(database, host=learner.host, authorization="Bearer x", wall=wall())
        refused.append(error.value)

    assert refused[0] is not refused[1]


async def test_bytes_that_are_no_text_are_not_valid(ask, learner):
    assert problem(await ask(learner.host, b"Bearer clg_\xff\xfe_\xff")) == NOT_VALID


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Token", "clg", "<script>", "x" * 5_000])
async def test_another_way_to_sign_in_is_not_known(ask, learner, scheme):
    text = key_of(learner).removeprefix("Bearer ")

    status, code, message = problem(await ask(learner.host, f"{scheme} {text}"))

    assert (status, code) == (401, "UNAUTHENTICATED")
    assert message == f"Sign in by `Authorization: Bearer …`; '{scheme[:20]}' is not known here."


# Until when.


async def test_a_key_ends_when_the_tenants_own_clock_says_so(ask, admin, tenant):
    now = datetime.fromisoformat((await admin.data("{ tenant { now } }"))["tenant"]["now"])
    ends = now + timedelta(days=30)
    me = f"per_{admin.person_id.hex}"
    made = {"personId": me, "roles": ["LEARNER"], "expiresAt": ends.isoformat()}
    issued = (await admin.data(CREATE_KEY, input=made))["createKey"]
    key = f"Bearer {issued['text']}"

    before = await ask(admin.host, key)
    await admin.data(MOVE, to=(ends - timedelta(minutes=5)).isoformat())
    nearly = await ask(admin.host, key)
    await admin.data(MOVE, to=ends.isoformat())
    after = await ask(admin.host, key)

    assert datetime.fromisoformat(issued["key"]["expiresAt"]) == ends
    assert seen(before, tenant, "Ada Lovelace", roles=[Role.LEARNER])
    assert seen(nearly, tenant, "Ada Lovelace", roles=[Role.LEARNER])
    assert problem(after) == NOT_VALID


async def test_a_key_does_not_end_before_it_begins_by_the_tenants_own_clock(admin):
    me = f"per_{admin.person_id.hex}"
    await admin.data(MOVE, to="2031-01-01T00:00:00Z")

    made = {"personId": me, "roles": ["LEARNER"], "expiresAt": "2030-12-31T00:00:00Z"}

    assert (await admin.data(CREATE_KEY, input=made))["createKey"] == {"reason": "INVALID", "field": "expiresAt"}


async def test_a_key_that_is_revoked_is_refused_from_then_on_and_no_other(ask, admin, http, doors, tenant):
    other = await a_client(http, doors, tenant, Role.LEARNER, name="Eve")
    found = "query ($person: ID!) { keys(where: {person: {eq: $person}}) { nodes { id } } }"
    key = await admin.data(found, person=f"per_{other.person_id.hex}")

    before = await ask(other.host, key_of(other))
    revoked = await admin.data(REVOKE, id=key["keys"]["nodes"][0]["id"])
    after = await ask(other.host, key_of(other))

    assert seen(before, tenant, "Eve", roles=[Role.LEARNER])
    assert revoked["revokeKey"]["revokedAt"] is not None
    assert problem(after) == NOT_VALID
    assert problem(await ask("127.0.0.1", key_of(other))) == NOT_VALID
    assert seen(await ask(admin.host, key_of(admin)), tenant, "Ada Lovelace", roles=[Role.TENANT_ADMIN])


async def test_a_key_may_revoke_itself(admin, ask):
    mine = await admin.data("{ keys { nodes { id } } }")

    await admin.data(REVOKE, id=mine["keys"]["nodes"][0]["id"])

    assert problem(await ask(admin.host, key_of(admin))) == NOT_VALID


async def test_the_text_of_a_key_is_told_once_and_kept_nowhere(admin, doors, tenant):
    made = {"personId": f"per_{admin.person_id.hex}", "roles": ["LEARNER"]}
    issued = (await admin.data(CREATE_KEY, input=made))["createKey"]

    known = await admin.answer("{ keys { nodes { prefix } } events(first: 100) { nodes { facts } } }")
    async with doors.transaction(tenant.id) as db:
        key = await keys.find(db, issued["text"])

    assert issued["text"] not in str(known)
    assert issued["text"].startswith(issued["key"]["prefix"])
    assert issued["text"] not in str(key.model_dump())
    assert keys.valid(key, wall())


@pytest.mark.parametrize("ends", ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00"])
async def test_an_end_that_would_be_kept_as_infinity_is_refused(admin, ask, ends):
    """A key that ended there could not be read any more."""
    made = {"personId": f"per_{admin.person_id.hex}", "roles": ["LEARNER"], "expiresAt": ends}

    answer = await admin.answer(CREATE_KEY, input=made)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert "outside the years 2 to 9998" in answer["errors"][0]["message"]

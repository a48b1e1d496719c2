"""`collegium documents`, started as a process on a real database."""

import json

import pytest

from tests.e2e.documents.asking import ANSWER, NAME, SLUG, an_app, data, hash_of, post
from tests.processes import finished

pytestmark = pytest.mark.slow
ID = f"sha256:{hash_of(NAME)}"


@pytest.fixture
def documents(administrator_url, tmp_path, tenant):
    def documents(*words):
        given = {"DATABASE_URL": administrator_url, "COLLEGIUM_HOME": str(tmp_path)}
        return finished("documents", *words, "--tenant", tenant.slug, **given)

    return documents


@pytest.fixture
def manifest(tmp_path):
    def manifest(said, name="manifest.json"):
        file = tmp_path / name
        file.write_text(said if isinstance(said, str) else json.dumps(said))
        return str(file)

    return manifest


async def test_what_a_build_wrote_is_registered_and_asked_by_its_ids(documents, manifest, admin):
    relay = manifest({"d41d8cd98f00b204e9800998ecf8427e": NAME}, "relay.json")
    codegen = manifest({ID: NAME}, "persisted-documents.json")
    alone = manifest(SLUG, "slug.graphql")

    pushed = documents("push", relay, codegen, alone, "--app", "Portal", "--json")
    again = documents("push", codegen, "--app", "Portal")
    listed = documents("list", "--app", "Portal", "--json")

    assert pushed.facts == {"app": "Portal", "checked": 3, "registered": 3, "unchanged": 0}
    assert again.out == "Portal may ask 1 documents by their ids: 0 registered, 1 known already.\n"
    assert {(one["app"], one["id"], *one["operations"]) for one in listed.facts} == {
        ("Portal", "d41d8cd98f00b204e9800998ecf8427e", "query Name"),
        ("Portal", ID, "query Name"),
        ("Portal", f"sha256:{hash_of(SLUG)}", "query Slug"),
    }
    asked = [await post(admin, documentId=id_) for id_ in ("d41d8cd98f00b204e9800998ecf8427e", ID)]
    assert [data(one) for one in asked] == [ANSWER] * 2


async def test_where_one_document_is_wrong_nothing_is_registered(documents, manifest):
    wrong = manifest({"typo": "{ tenant { nme } }", ID: NAME, "sha256:" + "0" * 64: SLUG})

    as_json = documents("push", wrong, "--app", "Portal", "--json")
    in_words = documents("push", wrong, "--app", "Portal")
    listed = documents("list", "--json")

    told = "typo: Cannot query field 'nme' on type 'Tenant'. Did you mean 'name' or 'now'? (at 1:12)"
    assert (as_json.code, as_json.facts["problems"]) == (
        1,
        [{"id": "typo", "message": told.removeprefix("typo: ").removesuffix(" (at 1:12)"), "line": 1, "column": 12}],
    )
    assert (in_words.code, in_words.out, in_words.err) == (1, "", f"Error: {told}\nNothing was registered.\n")
    assert listed.facts == []


async def test_an_id_that_is_not_the_texts_is_told(documents, manifest):
    pushed = documents("push", manifest({"sha256:" + "0" * 64: SLUG}), "--app", "Portal", "--json")

    [problem] = pushed.facts["problems"]
    assert (pushed.code, problem["id"], problem["message"][:38]) == (
        1,
        "sha256:" + "0" * 64,
        "The id is not the SHA-256 of the text.",
    )


async def test_what_is_no_manifest_is_told(documents, manifest):
    missing = documents("push", "nowhere.json", "--app", "Portal")
    nothing = documents("push", "--app", "Portal")

    assert (missing.code, missing.err) == (1, "Error: nowhere.json can't be read: No such file or directory.\n")
    assert (nothing.code, nothing.err[:23]) == (1, "Error: Name a manifest:")


async def test_a_rehearsal_registers_nothing(documents, manifest):
    rehearsed = documents("push", manifest({ID: NAME}), "--app", "Portal", "--dry-run")
    listed = documents("list")

    assert rehearsed.out == "All 1 documents are good. Nothing was registered.\n"
    assert listed.out == "Nothing is registered. Register what clients ask: `collegium documents push`.\n"


async def test_documents_are_retired_and_shown_on_demand(http, database, tenant, documents):
    await an_app(http, database, tenant, NAME, SLUG)

    retired = documents("retire", ID, "--app", "Portal", "--json")
    unknown = documents("retire", "gone", "--app", "Portal")
    nobody = documents("retire", ID, "--app", "Nobody")
    listed, every = documents("list", "--json"), documents("list", "--retired", "--json")

    assert retired.facts == {"app": "Portal", "retired": [ID]}
    assert (unknown.code, unknown.err) == (1, "Error: gone: The app has no such document.\n")
    assert (nobody.code, nobody.err[:33]) == (1, "Error: Acme knows no app 'Nobody'")
    assert [one["id"] for one in listed.facts] == [f"sha256:{hash_of(SLUG)}"]
    assert {one["id"]: one["retiredAt"] is not None for one in every.facts} == {
        ID: True,
        f"sha256:{hash_of(SLUG)}": False,
    }


async def test_an_app_is_locked_and_let_go(http, database, tenant, documents):
    client, _ = await an_app(http, database, tenant, NAME)

    locked = documents("lock", "--app", "Portal", "--json")
    outside = await post(client, query=SLUG)
    unlocked = documents("unlock", "--app", "Portal")
    inside = await post(client, query=SLUG)

    assert locked.facts == {"app": "Portal", "locked": True}
    assert outside.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
    assert unlocked.out == "Portal asks whatever its scopes allow.\n"
    assert data(inside) == {"tenant": {"slug": tenant.slug}}


async def test_what_is_registered_is_checked_against_this_version(http, database, tenant, documents):
    await an_app(http, database, tenant, NAME)
    good = documents("check", "--json")
    await an_app(http, database, tenant, "{ tenant { taken } }", name="Old")
    wrong = documents("check")

    assert good.facts == {"checked": 1, "problems": []}
    assert (wrong.code, wrong.err.splitlines()[0][:17], "'taken'" in wrong.err) == (1, "Error: Old sha256", True)

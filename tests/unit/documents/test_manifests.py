"""What the builds of clients write is read, and what is wrong with it is said."""

import hashlib
import json

import pytest

from api.documents.manifests import ManifestError, parsed, read
from tenants.documents import NewDocument

TEXT = "query Name { tenant { name } }"
OTHER = "query Slug { tenant { slug } }"
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
MD5 = hashlib.md5(TEXT.encode()).hexdigest()


def from_json(said):
    return parsed(json.dumps(said).encode(), "manifest.json")


@pytest.mark.parametrize(
    ("said", "documents"),
    [
        pytest.param({MD5: TEXT}, [NewDocument(TEXT, MD5)], id="relay"),
        pytest.param({f"sha256:{SHA}": TEXT}, [NewDocument(TEXT, f"sha256:{SHA}")], id="graphql-codegen"),
        pytest.param({SHA: TEXT, "slug": OTHER}, [NewDocument(TEXT, SHA), NewDocument(OTHER, "slug")], id="plain"),
        pytest.param(
            {
                "format": "apollo-persisted-query-manifest",
                "version": 1,
                "operations": [{"id": SHA, "name": "Name", "type": "query", "body": TEXT}],
            },
            [NewDocument(TEXT, SHA)],
            id="apollo",
        ),
    ],
)
def test_a_manifest_in_json_is_read(said, documents):
    assert from_json(said) == documents


def test_a_mark_of_the_byte_order_is_passed_over():
    assert parsed(b"\xef\xbb\xbf" + json.dumps({"a": TEXT}).encode(), "m") == [NewDocument(TEXT, "a")]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            [TEXT],
            "manifest.json is no manifest: a JSON object of ids and texts, or an apollo-persisted-query-manifest.",
        ),
        ({}, "manifest.json holds no documents."),
        ({"a": 1}, "manifest.json: 'a' stands for no text. Each id stands for one document, as text."),
        ({"": TEXT}, "manifest.json: '' stands for no text. Each id stands for one document, as text."),
        (
            {"format": "apollo-persisted-query-manifest", "version": 2, "operations": []},
            "manifest.json is an apollo-persisted-query-manifest of a version that is not known here. Known is 1.",
        ),
        (
            {"format": "apollo-persisted-query-manifest", "version": 1},
            "manifest.json has no list of `operations`.",
        ),
        (
            {"format": "apollo-persisted-query-manifest", "version": 1, "operations": []},
            "manifest.json holds no documents.",
        ),
        (
            {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "", "body": TEXT}]},
            "manifest.json: `operations[0]` needs an `id` and a `body`, both text.",
        ),
        (
            {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [TEXT]},
            "manifest.json: `operations[0]` needs an `id` and a `body`, both text.",
        ),
    ],
)
def test_what_is_no_manifest_is_said(said, message):
    with pytest.raises(ManifestError) as no:
        from_json(said)

    assert str(no.value) == message


def test_what_is_no_json_is_said():
    with pytest.raises(ManifestError, match=r"^manifest\.json is no JSON: "):
        parsed(b"{", "manifest.json")


def test_files_and_folders_of_graphql_are_documents_by_their_own_hash(tmp_path):
    folder = tmp_path / "queries"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "name.graphql").write_text(TEXT)
    (folder / "slug.gql").write_text(OTHER)
    (folder / "README.md").write_text("These are queries.")
    alone = tmp_path / "alone.graphql"
    alone.write_text(TEXT)

    assert read([folder, alone]) == [NewDocument(TEXT), NewDocument(OTHER), NewDocument(TEXT)]


def test_a_text_is_taken_byte_for_byte(tmp_path):
    file = tmp_path / "windows.graphql"
    file.write_bytes(b"{\r\n  tenant { name }\r\n}\r\n")

    assert read([file]) == [NewDocument("{\r\n  tenant { name }\r\n}\r\n")]


def test_files_that_can_not_be_read_are_said(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "latin.graphql").write_bytes(b"{ \xe9 }")
    messages = []

    for name in ("empty", "missing.json", "latin.graphql"):
        with pytest.raises(ManifestError) as no:
            read([tmp_path / name])
        messages.append(str(no.value).replace(str(tmp_path), ""))

    assert messages == [
        "/empty holds no file that ends in .graphql or .gql.",
        "/missing.json can't be read: No such file or directory.",
        "/latin.graphql is not written in UTF-8.",
    ]

"""Manifests: the files in which a client's build says which documents it will ask.

Understood are Relay's `persistConfig` file and graphql-codegen's `persisted-documents.json` (an object of ids and
texts, as is any plain manifest), Apollo's persisted query manifest, and files or folders of `.graphql`.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from tenants.documents import NewDocument

APOLLO = "apollo-persisted-query-manifest"
APOLLO_VERSION = 1
ENDINGS = (".graphql", ".gql")
LARGEST = 50_000_000
BOM = b"\xef\xbb\xbf"


class ManifestError(Exception):
    """What is wrong with a manifest, and with which."""


def read(paths: Iterable[Path]) -> list[NewDocument]:
    """The documents of all manifests together."""
    return [document for path in paths for document in _of(path)]


def _of(path: Path) -> Iterator[NewDocument]:
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix in ENDINGS and file.is_file())
        if not files:
            raise ManifestError(f"{path} holds no file that ends in {' or '.join(ENDINGS)}.")
        yield from (NewDocument(_text(file)) for file in files)
    elif path.suffix in ENDINGS:
        yield NewDocument(_text(path))
    else:
        yield from parsed(_bytes(path), str(path))


def parsed(content: bytes, name: str) -> list[NewDocument]:
    """The documents of a manifest in JSON. `name` is for messages."""
    try:
        said = orjson.loads(content.removeprefix(BOM))
    except orjson.JSONDecodeError as problem:
        raise ManifestError(f"{name} is no JSON: {problem}.") from None
    if not isinstance(said, dict):
        raise ManifestError(f"{name} is no manifest: a JSON object of ids and texts, or an {APOLLO}.")
    documents = list(_apollo(said, name) if said.get("format") == APOLLO else _plain(said, name))
    if not documents:
        raise ManifestError(f"{name} holds no documents.")
    return documents


def _apollo(said: dict[str, Any], name: str) -> Iterator[NewDocument]:
    if said.get("version") != APOLLO_VERSION:
        raise ManifestError(f"{name} is an {APOLLO} of a version that is not known here. Known is {APOLLO_VERSION}.")
    operations = said.get("operations")
    if not isinstance(operations, list):
        raise ManifestError(f"{name} has no list of `operations`.")
    for number, operation in enumerate(operations):
        parts = (operation.get("body"), operation.get("id")) if isinstance(operation, dict) else (None, None)
        text, id_ = parts
        if not isinstance(text, str) or not isinstance(id_, str) or not id_:
            raise ManifestError(f"{name}: `operations[{number}]` needs an `id` and a `body`, both text.")
        yield NewDocument(text, id_)


def _plain(said: dict[str, Any], name: str) -> Iterator[NewDocument]:
    for id_, text in said.items():
        if not isinstance(text, str) or not id_:
            raise ManifestError(f"{name}: '{id_[:60]}' stands for no text. Each id stands for one document, as text.")
        yield NewDocument(text, id_)


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError:
        raise ManifestError(f"{path} is not written in UTF-8.") from None


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise ManifestError(f"{path} is larger than {LARGEST:,} bytes, and no manifest.")
        return path.read_bytes()
    except OSError as problem:
        raise ManifestError(f"{path} can't be read: {problem.strerror}.") from None

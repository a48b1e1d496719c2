"""An app that is locked to its documents exports by these alone."""

from tests.e2e.documents.asking import an_app
from tests.e2e.exports.conftest import PEOPLE, START, started

SCOPES = frozenset({"exports:write", "people:read"})
REGISTERED = "query All { people { nodes { id } } }"


async def test_a_locked_app_exports_by_its_own_documents_alone(http, database, tenant):
    """The mutation itself is among them; what it exports has to be, too."""
    app, _ = await an_app(http, database, tenant, START, REGISTERED, scopes=SCOPES, locked=True)

    own, other = await started(app, REGISTERED), await started(app, PEOPLE)

    assert (own["__typename"], other["reason"], other["field"]) == ("Export", "NOT_EXPORTABLE", "document")
    assert other["message"] == ("This app is locked to the documents that it has registered, and this is none of them.")

"""Who may ask what.

An `Access` stands on every type (whose rows does a viewer see?), on every root field and on every mutation (who may
call it?). It is decided when a query is planned, so plans are cached per permission set.
"""

from dataclasses import dataclass

from tenants.keys import Role
from tenants.viewer import Viewer

ADMINS = frozenset({Role.TENANT_ADMIN})
STAFF = ADMINS | {Role.COORDINATOR}
TEACHING = STAFF | {Role.INSTRUCTOR}
MODERATING = TEACHING | {Role.MODERATOR}
EVERYONE = frozenset(Role)

AREAS = (
    "settings", "people", "programs", "cohorts", "sessions", "registrations", "attendance",
    "journeys", "communities", "questions", "evaluations", "history", "exports", "documents",
)  # fmt: skip
SCOPES = frozenset(f"{area}:{verb}" for area in AREAS for verb in ("read", "write"))


@dataclass(frozen=True)
class Access:
    """The roles that may, the scope that lets an app, and what is left to those without: `own`, a condition on `{t}`.

    `own=None`: nothing. `own="true"`: all that any signed-in viewer sees. `public`: nobody has to sign in.
    `reached`: scopes of other rows that lead here: an app that sees those sees these too. Who may write may also read.
    """

    roles: frozenset[Role]
    scope: str | None = None
    own: str | None = None
    public: bool = False
    reached: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if unknown := self.scopes - SCOPES:
            raise ValueError(f"unknown scope {min(unknown)}")

    def allows(self, viewer: Viewer) -> bool:
        """Whether the viewer may, without a condition."""
        if self.public or self.roles & viewer.roles:
            return True
        return viewer.app_id is not None and bool(self.scopes & viewer.scopes)

    @property
    def scopes(self) -> frozenset[str]:
        """Any of which lets an app."""
        named = self.reached if self.scope is None else self.reached | {self.scope}
        return named | {scope.replace(":read", ":write") for scope in named}

    def condition(self, viewer: Viewer) -> str | None:
        """What a row has to fulfill for this viewer; None where every row does."""
        if self.allows(viewer):
            return None
        return self.own if self.own and viewer.signed_in else "false"

    @property
    def words(self) -> str:
        """For the schema's descriptions."""
        if self.public:
            return "Anyone may ask, signed in or not."
        people = (
            "any signed-in person"
            if self.roles == EVERYONE
            else ", ".join(role.lower().replace("_", " ") for role in Role if role in self.roles)
        )
        apps = f"apps with the scope `{self.scope}`" if self.scope else ""
        return f"For: {'; '.join(filter(None, (people, apps)))}."


PUBLIC = Access(EVERYONE, public=True)


def signed_in(scope: str, *reached: str) -> Access:
    """Any person, and apps with the scope, or with one whose rows lead here."""
    return Access(EVERYONE, scope, reached=frozenset(reached))

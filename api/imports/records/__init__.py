"""One file per capability: how a plan speaks of its records, and how they are written."""

from typing import Annotated

from pydantic import Field

from api.imports.records.answers import AcceptanceShape, AnswerShape
from api.imports.records.cohorts import CohortShape, EnrollmentShape
from api.imports.records.communities import CommunityShape, MembershipShape
from api.imports.records.evaluations import EvaluationShape
from api.imports.records.head_counts import HeadCountShape
from api.imports.records.instruments import InstrumentShape
from api.imports.records.organizations import OrganizationShape
from api.imports.records.people import PersonShape
from api.imports.records.programs import ProgramShape
from api.imports.records.questions import QuestionShape
from api.imports.records.responses import ResponseShape
from api.imports.records.sessions import SessionShape

AnyShape = Annotated[
    AcceptanceShape
    | AnswerShape
    | CohortShape
    | CommunityShape
    | EnrollmentShape
    | EvaluationShape
    | HeadCountShape
    | InstrumentShape
    | MembershipShape
    | OrganizationShape
    | PersonShape
    | ProgramShape
    | QuestionShape
    | ResponseShape
    | SessionShape,
    Field(discriminator="record"),
]

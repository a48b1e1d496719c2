import uuid
from datetime import UTC, datetime, timedelta

import pytest

from domain.communities.answers import (
    Answer,
    AnswerRefusal,
    AnswerRefused,
    NewAnswer,
    acceptable,
    acceptance_of,
    checked,
)
from domain.communities.questions import Question

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
ADA, BEA = uuid.uuid4(), uuid.uuid4()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param({"body": " "}, "body", id="nothing"),
        pytest.param({"body": "a" * 20_001}, "body", id="too-much"),
        pytest.param({"score": -1_000_000_001}, "score", id="a-score-beyond-measure"),
        pytest.param({"external_ref": "a" * 201}, "externalRef", id="a-long-reference"),
        pytest.param({"answered_at": NOW + timedelta(seconds=1)}, "answeredAt", id="answered-in-the-future"),
    ],
)
def test_what_is_wrong_is_named(facts, field):
    with pytest.raises(AnswerRefused) as refusal:
        checked(NewAnswer(**{"body": "Like this.", **facts}), now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (AnswerRefusal.INVALID, field)


def test_without_a_date_it_is_answered_now():
    assert checked(NewAnswer(body="Like this."), now=NOW).answered_at == NOW


@pytest.mark.parametrize(
    ("author_id", "person_id", "moderator"),
    [
        pytest.param(ADA, ADA, False, id="who-asked"),
        pytest.param(ADA, BEA, True, id="a-moderator"),
        pytest.param(None, None, True, id="staff-in-nobodys-name"),
    ],
)
def test_who_may_accept(author_id, person_id, moderator):
    acceptable(Question(author_id=author_id), person_id, moderator=moderator)


@pytest.mark.parametrize(
    ("author_id", "person_id"),
    [
        pytest.param(ADA, BEA, id="another-learner"),
        pytest.param(ADA, None, id="nobody"),
        pytest.param(None, None, id="nobody-for-a-question-of-nobody"),
    ],
)
def test_who_may_not_accept(author_id, person_id):
    with pytest.raises(AnswerRefused) as refusal:
        acceptable(Question(author_id=author_id), person_id, moderator=False)

    assert refusal.value.reason == AnswerRefusal.ONLY_ASKER_OR_MODERATOR


def test_an_answer_was_accepted_when_it_was_accepted_elsewhere():
    assert acceptance_of(Answer(answered_at=NOW - timedelta(days=2)), NOW - timedelta(days=1), now=NOW) == (
        NOW - timedelta(days=1)
    )


@pytest.mark.parametrize(
    "accepted_at",
    [
        pytest.param(NOW - timedelta(days=3), id="before-it-was-given"),
        pytest.param(NOW + timedelta(seconds=1), id="in-the-future"),
    ],
)
def test_when_an_answer_can_not_have_been_accepted(accepted_at):
    with pytest.raises(AnswerRefused) as refusal:
        acceptance_of(Answer(answered_at=NOW - timedelta(days=2)), accepted_at, now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (AnswerRefusal.INVALID, "acceptedAt")

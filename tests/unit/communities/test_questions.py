from datetime import UTC, datetime, timedelta

import pytest

from domain.communities.questions import NewQuestion, QuestionRefusal, QuestionRefused, checked, normalized

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_tags_are_lower_case_joined_by_dashes_and_stand_once():
    assert normalized(["Feedback", " Peer  Review ", "feedback", "peer-review"]) == ["feedback", "peer-review"]


def test_ten_tags_are_enough():
    with pytest.raises(QuestionRefused) as refusal:
        normalized([f"tag{number}" for number in range(11)])

    assert (refusal.value.reason, refusal.value.field) == (QuestionRefusal.INVALID, "tags")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param({"title": " "}, "title", id="no-title"),
        pytest.param({"title": "a" * 201}, "title", id="a-long-title"),
        pytest.param({"body": ""}, "body", id="no-body"),
        pytest.param({"body": "a" * 20_001}, "body", id="a-long-body"),
        pytest.param({"body": "a\x00b"}, "body", id="a-nul"),
        pytest.param({"tags": ["fine", " "]}, "tags.1", id="an-empty-tag"),
        pytest.param({"tags": ["a" * 51]}, "tags.0", id="a-long-tag"),
        pytest.param({"score": 1_000_000_001}, "score", id="a-score-beyond-measure"),
        pytest.param({"external_ref": ""}, "externalRef", id="an-empty-reference"),
        pytest.param({"asked_at": NOW + timedelta(seconds=1)}, "askedAt", id="asked-in-the-future"),
    ],
)
def test_what_is_wrong_is_named(facts, field):
    with pytest.raises(QuestionRefused) as refusal:
        checked(NewQuestion(**{"title": "How?", "body": "How do you do it?", **facts}), now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (QuestionRefusal.INVALID, field)


def test_without_a_date_it_is_asked_now():
    assert checked(NewQuestion(title="How?", body="How?"), now=NOW).asked_at == NOW


def test_what_was_asked_elsewhere_keeps_its_date_and_may_be_disliked():
    asked = checked(NewQuestion(title="How?", body="How?", score=-3, asked_at=NOW - timedelta(days=9)), now=NOW)

    assert (asked.asked_at, asked.score) == (NOW - timedelta(days=9), -3)

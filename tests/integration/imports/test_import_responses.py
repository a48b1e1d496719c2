from datetime import UTC, datetime

import pytest

from api.imports import PlanError
from domain.evaluations.evaluations import Evaluation
from domain.evaluations.items import Item
from domain.evaluations.responses import ItemAnswer, Response
from tests.integration.importing import counts_of

SURVEY = """
[lists]
agreement = ["Disagree", "Neither", "Agree"]

[[records]]
record = "program"
external_ref = "feedback"
title = "Giving feedback"

[[records]]
record = "instrument"
external_ref = "survey"
name = "Survey"
level = "REACTION"
anonymous = true
items = [
  { kind = "RATING", code = "worth", prompt = "Worth it?", choices = "agreement", required = true },
  { kind = "RECOMMENDATION", code = "recommend", prompt = "Recommend?" },
  { kind = "SINGLE_CHOICE", code = "pace", prompt = "Pace?", choices = ["Slow", "Fast"] },
  { kind = "MULTIPLE_CHOICE", code = "parts", prompt = "Liked?", choices = ["Cases", "Peers"] },
  { kind = "TEXT", code = "more", prompt = "More?" },
]

[[records]]
record = "evaluation"
external_ref = "survey-2015"
instrument = "survey"
program = "feedback"
opened_at = 2015-01-01
closes_at = 2015-12-31

[[sources]]
file = "survey.csv"

[[sources.records]]
record = "response"
external_ref = "{#fingerprint}"
evaluation = "survey-2015"
submitted_at = { of = "{When}", date = "%d.%m.%Y %H:%M" }

[sources.records.answers]
parts = { of = "{What they liked}", split = "/" }
"""

RESPONSES = """worth,recommend,pace,What they liked,more,When
Agree,10,Fast,Cases / Peers,"Thanks, all",05.03.2015 10:20
1,0,,,,05.03.2015 10:21
Agree,10,Fast,Cases / Peers,"Thanks, all",05.03.2015 10:20
"""


async def test_responses_answer_items_by_label_place_and_choice(bring_in, every):
    report, rejects = await bring_in(SURVEY, survey_csv=RESPONSES)

    codes = {item.id: item.code for item in await every(Item)}
    said = {}
    for answer in await every(ItemAnswer):
        said.setdefault(answer.response_id, {})[codes[answer.item_id]] = answer.number or answer.choices or answer.text
    responses = await every(Response)
    assert rejects == []
    full = {"worth": 3, "recommend": 10, "pace": ["Fast"], "parts": ["Cases", "Peers"], "more": "Thanks, all"}
    assert [said[response.id] for response in responses] == [full, {"worth": 1, "recommend": None}, full]
    assert {response.submitted_at for response in responses} == {datetime(2015, 3, 5, tzinfo=UTC)}
    assert counts_of(report)["response"] == (3, 0, 0, 0, 0)


async def test_responses_are_brought_in_once_in_whichever_order_they_come(bring_in, every):
    await bring_in(SURVEY, survey_csv=RESPONSES)
    header, *lines = RESPONSES.splitlines()
    report, _ = await bring_in(SURVEY, survey_csv="\n".join([header, *reversed(lines), "Neither,5,,,,06.03.2015 9:00"]))

    assert len(await every(Response)) == 4
    assert counts_of(report)["response"] == (1, 0, 3, 0, 0)


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (",5,,,,05.03.2015 10:20", "answers", "'Worth it?' needs an answer."),
        ("Agree,11,,,,05.03.2015 10:20", "answers.1.number", "Give a whole number from 0 to 10."),
        ("Agreed,5,,,,05.03.2015 10:20", "worth", "'Agreed' is no whole number."),
        ("Agree,5,Slower,,,05.03.2015 10:20", "answers.2.choices", "Choose among: Slow, Fast."),
        ("Agree,5,,,,5 March", "submitted_at", "'5 March' is not a time written as %d.%m.%Y %H:%M."),
        ("Agree,5,,,,05.03.2115 10:20", "submitted_at", "A response can't have been given in the future."),
    ],
)
async def test_a_response_that_does_not_fit_is_rejected(bring_in, every, line, field, reason):
    _, [reject] = await bring_in(SURVEY, survey_csv=f"{RESPONSES}{line}\n")

    assert (reject["row"], reject["field"], reject["reason"]) == ("5", field, reason)
    assert len(await every(Response)) == 3


async def test_a_response_whose_file_says_something_else_now_is_kept(bring_in, every):
    plan = SURVEY.replace("{#fingerprint}", "row-{#row}")
    await bring_in(plan, survey_csv=RESPONSES)
    report, _ = await bring_in(plan, survey_csv=RESPONSES.replace("Agree,10", "Agree,9"))

    assert counts_of(report)["response"] == (0, 0, 1, 2, 0)
    assert [response.external_ref for response in await every(Response)] == ["row-2", "row-3", "row-4"]


async def test_an_evaluation_of_the_past_keeps_its_dates(bring_in, every):
    await bring_in(SURVEY, survey_csv=RESPONSES)

    [evaluation] = await every(Evaluation)
    assert (evaluation.opened_at, evaluation.closes_at) == (
        datetime(2015, 1, 1, tzinfo=UTC),
        datetime(2015, 12, 31, tzinfo=UTC),
    )


async def test_an_instrument_that_asks_something_else_needs_another_name(bring_in, every):
    await bring_in(SURVEY, survey_csv=RESPONSES)

    with pytest.raises(PlanError, match=r"records\[1\]\.external_ref: The instrument 'survey' asks something else"):
        await bring_in(SURVEY.replace('"Pace?"', '"The pace?"'), survey_csv=RESPONSES)
    assert len(await every(Response)) == 3

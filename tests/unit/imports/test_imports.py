from datetime import UTC, datetime

import pytest

from api.imports import PlanError, read
from api.imports.rows import Row, Unfit
from api.imports.sources import Cut
from api.imports.values import facts
from api.imports.values.conditions import holds
from api.imports.values.formulas import Formula
from api.imports.values.plain import plain
from api.imports.values.templates import Template
from domain.sessions.sessions import SessionFormat

PEOPLE = """
[[sources]]
file = "people.csv"
[[sources.records]]
record = "person"
external_ref = "{id}"
name = "{name}"
"""


@pytest.fixture
def plan_of(tmp_path):
    def plan_of(text):
        path = tmp_path / "plan.toml"
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        return read(path)

    return plan_of


def a_row(**cells):
    return Row(2, cells)


def a_value(**formula):
    return Formula.model_validate(formula, context={"tables": {"programs": {"SWC": "software", "DC": "data"}}})


# --- Plans ---


def test_a_plan_is_read(plan_of):
    plan = plan_of(PEOPLE)

    assert [(source.title, source.kind) for source in plan.sources] == [("people", "csv")]
    assert [shape.record for shape in plan.sources[0].records] == ["person"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("x = [", "this is no TOML: ", id="no-toml"),
        pytest.param("time_zone = 'UTC'", "a plan needs [[sources]], or [[records]] of its own", id="nothing-in-it"),
        pytest.param(f"time_zone = 'Mars'\n{PEOPLE}", "time_zone: 'Mars' is no IANA time zone", id="a-time-zone"),
        pytest.param(f"{PEOPLE}nam = 'x'", "sources[0].records[0].nam: there is no such key", id="an-unknown-key"),
        pytest.param(
            PEOPLE.replace('name = "{name}"', ""), "sources[0].records[0].name: this key is needed", id="a-missing-key"
        ),
        pytest.param(
            PEOPLE.replace('"person"', '"persn"'), "sources[0].records[0]: `record` says which kind", id="a-record"
        ),
        pytest.param(
            PEOPLE.replace('"{name}"', '{ of = "{name}", table = "names" }'),
            "sources[0].records[0].name.table: there is no table 'names' in the plan; it has: none",
            id="an-unknown-table",
        ),
        pytest.param(
            PEOPLE.replace('"{name}"', "[[]]"), "sources[0].records[0].name: a value is a text", id="no-value"
        ),
        pytest.param(
            PEOPLE.replace('"people.csv"', '"people.csv"\nencoding = "utf-99"'),
            "sources[0].encoding: there is no encoding 'utf-99'",
            id="an-unknown-encoding",
        ),
        pytest.param(
            PEOPLE.replace('"people.csv"', '"people"'),
            "sources[0]: the file's name doesn't tell its format",
            id="an-unknown-format",
        ),
        pytest.param(
            PEOPLE.replace('"people.csv"', '"people.csv"\ncut = [{ of = "{x}", pattern = "(" }]'),
            "sources[0].cut[0].pattern: ",
            id="no-pattern",
        ),
        pytest.param(
            "[[records]]\nrecord = 'program'\nexternal_ref = '{id}'\ntitle = 'x'",
            "records[0].external_ref: there is no column 'id'; [[records]] have no row",
            id="a-column-without-a-row",
        ),
        pytest.param(
            "[[records]]\nrecord = 'instrument'\nexternal_ref = 'i'\nname = 'i'\nlevel = 'REACTION'\n"
            "items = [{ kind = 'RATING', code = 'a', prompt = 'b', choices = 'agreement' }]",
            "records[0].items[0].choices: there is no list 'agreement' in the plan; it has: none",
            id="an-unknown-list",
        ),
    ],
)
def test_a_faulty_plan_says_where_the_fault_is(plan_of, tmp_path, text, fault):
    with pytest.raises(PlanError) as refusal:
        plan_of(text)

    assert str(refusal.value).startswith(f"{tmp_path / 'plan.toml'}: {fault}")


def test_every_fault_of_a_plan_is_told_at_once(plan_of):
    with pytest.raises(PlanError) as refusal:
        plan_of(PEOPLE.replace("name = ", "nam = "))

    assert len(str(refusal.value).splitlines()) == 2


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_plan_that_can_not_be_read_is_named(tmp_path, content):
    path = tmp_path / "plan.toml"
    if content:
        path.write_bytes(content)

    with pytest.raises(PlanError, match=r"plan\.toml"):
        read(path)


# --- Values ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("all the same", "all the same"),
        ("{first}", "Ada"),
        ("{first} {last}", "Ada Lovelace"),
        ("{first} {middle} {last}", None),
        ("{first} {middle?} {last}", "Ada  Lovelace"),
        ("{middle?}", None),
        ("{{first}}", "{first}"),
        ("", None),
        ("{tags}", ["a", "b"]),
        ("of {tags}", "of a, b"),
    ],
)
def test_a_text_takes_its_columns_in(text, said):
    row = a_row(first=" Ada ", middle=" ", last="Lovelace\u00a0", tags=["a", " ", "b"])

    assert Template(text).said_by(row) == said


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        pytest.param({"of": 5}, "5", id="a-number"),
        pytest.param({"of": True}, "true", id="a-truth"),
        pytest.param({"of": datetime(2026, 9, 1, tzinfo=UTC)}, "2026-09-01T00:00:00+00:00", id="a-date"),
        pytest.param({"of": ["{tag}", "{none}", "x"]}, ["WiSE, SWC ,DC", "x"], id="a-list"),
        pytest.param({"of": "{tag}", "split": ","}, ["WiSE", "SWC", "DC"], id="split"),
        pytest.param(
            {"of": "{tag}", "split": ",", "table": "programs"}, ["software", "data"], id="split-and-looked-up"
        ),
        pytest.param({"of": "{marked}", "find": "<([^<>]+)>"}, ["a-b", "c"], id="found"),
        pytest.param({"of": "{one}", "table": "programs"}, "data", id="looked-up"),
        pytest.param({"of": "{tag}", "table": "programs", "otherwise": "{one}"}, "DC", id="not-in-the-table"),
        pytest.param({"of": "{none}", "otherwise": "x"}, "x", id="otherwise"),
        pytest.param({"of": "{none}"}, None, id="nothing"),
        pytest.param({"of": "{one}", "when": {"tag": "*"}}, "DC", id="when-it-is-so"),
        pytest.param({"of": "{one}", "when": {"tag": ""}, "otherwise": "x"}, "x", id="when-it-is-not-so"),
        pytest.param({"of": "<p>a &amp; b</p>", "html": True}, "a & b", id="html"),
    ],
)
def test_a_value_says(formula, said):
    row = a_row(tag="WiSE, SWC ,DC", one="DC", none="", marked="<a-b><c>")

    assert a_value(**formula).said_by(row, "field") == said


def test_what_the_table_does_not_know_rejects_the_row():
    with pytest.raises(Unfit) as unfit:
        a_value(of="{tag}", table="programs").said_by(a_row(tag="XYZ"), "program")

    assert (unfit.value.field, unfit.value.reason) == ("program", "The plan's table has no 'XYZ'.")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, True),
        ({"country": ["CH"]}, True),
        ({"country": ["AT", "CH"]}, True),
        ({"country": ["AT"]}, False),
        ({"country": ["*"], "email": [""]}, True),
        ({"email": ["*"]}, False),
        ({"country": [""]}, False),
        ({"country": ["!W3"]}, True),
        ({"country": ["!W3", "!CH"]}, False),
        ({"country": ["*", "!CH"]}, False),
        ({"email": ["!W3"]}, True),
        ({"tags": ["b"]}, True),
        ({"tags": ["*", "!b"]}, False),
    ],
)
def test_a_condition_holds(condition, expected):
    assert holds(condition, a_row(country="CH", email=" ", tags=["a", "b"])) is expected


@pytest.mark.parametrize(("said", "number"), [("18", 18), (" 18  ", 18), ("-3", -3), ("18.0", 18), ("", None)])
def test_whole_numbers(said, number):
    assert facts.whole(a_value(of="{x}"), a_row(x=said), "people") == number


@pytest.mark.parametrize("said", ["27-22-20", "1.5", "1_000", "1,000", "ten", "9" * 19])
def test_what_is_no_whole_number(said):
    with pytest.raises(Unfit) as unfit:
        facts.whole(a_value(of="{x}"), a_row(x=said), "people")

    assert (unfit.value.field, unfit.value.reason) == ("people", f"'{said}' is no whole number.")


@pytest.mark.parametrize(("said", "number"), [("-79.395189", -79.395189), ("4", 4.0), ("7.1e-05", 7.1e-05), ("", None)])
def test_decimal_numbers(said, number):
    assert facts.decimal(a_value(of="{x}"), a_row(x=said), "latitude") == number


@pytest.mark.parametrize("said", ["nan", "inf", "47,3", "1e9999", "0x10"])
def test_what_is_no_decimal_number(said):
    with pytest.raises(Unfit) as unfit:
        facts.decimal(a_value(of="{x}"), a_row(x=said), "latitude")

    assert unfit.value.field == "latitude"


def test_true_and_false_and_words():
    assert [facts.truth(a_value(of=said), a_row(), "x") for said in ("Yes", False, "1", "")] == [
        True,
        False,
        True,
        None,
    ]
    assert facts.word(a_value(of="virtual"), SessionFormat, a_row(), "format") == SessionFormat.VIRTUAL
    with pytest.raises(Unfit, match="'maybe' is neither true nor false"):
        facts.truth(a_value(of="maybe"), a_row(), "x")
    with pytest.raises(Unfit, match="'party' is none of CLASSROOM, VIRTUAL, WORKSHOP, HYBRID"):
        facts.word(a_value(of="party"), SessionFormat, a_row(), "format")


@pytest.mark.parametrize(
    ("formula", "moment"),
    [
        pytest.param(
            {"of": "2026-09-01T12:00:00.720Z"}, datetime(2026, 9, 1, 12, 0, 0, 720000, UTC), id="its-own-zone"
        ),
        pytest.param({"of": "2026-09-01 12:00"}, datetime(2026, 9, 1, 10, tzinfo=UTC), id="the-plans-zone"),
        pytest.param({"of": "2026-01-01"}, datetime(2025, 12, 31, 23, tzinfo=UTC), id="a-day"),
        pytest.param(
            {"of": "9/8/18 15:29", "date": "%m/%d/%y %H:%M"}, datetime(2018, 9, 8, 13, 29, tzinfo=UTC), id="its-own-way"
        ),
        pytest.param({"of": ""}, None, id="nothing"),
    ],
)
def test_moments(formula, moment):
    assert facts.moment(a_value(**formula), a_row(), "asked_at", zone="Europe/Zurich") == moment


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ({"of": "yesterday"}, "'yesterday' is not a time such as 2026-11-24 09:00."),
        ({"of": "2026-09-01", "date": "%d.%m.%Y"}, "'2026-09-01' is not a time written as %d.%m.%Y."),
        ({"of": "2026-03-29 02:30"}, "In Europe/Zurich the clock jumps over 2026-03-29 02:30. Choose another time."),
        ({"of": "0001-01-01T00:00+14:00"}, "0001-01-01 00:00:00+14:00 is beyond all calendars."),
    ],
)
def test_what_is_no_moment(formula, reason):
    with pytest.raises(Unfit) as unfit:
        facts.moment(a_value(**formula), a_row(), "asked_at", zone="Europe/Zurich")

    assert (unfit.value.field, unfit.value.reason) == ("asked_at", reason)


@pytest.mark.parametrize("said", ["a\x00b", "a\udcffb"])
def test_no_record_is_called_by_what_is_no_text(said):
    with pytest.raises(Unfit):
        facts.reference(a_value(of="{x}"), a_row(x=said), "external_ref")


def test_html_becomes_what_a_reader_sees():
    html = (
        "<p>Grind &amp; brew,<br>see <a href='https://example.org/a'>this</a>.</p>\n\n"
        "<ul><li>one</li><li>two</li></ul><script>alert(1)</script><img src='x' alt='a cup'><p>1 < 2</p>"
    )

    assert plain(html) == ("Grind & brew,\nsee this (https://example.org/a).\n\n- one\n\n- two\n\na cup\n\n1 < 2")


def test_a_cut_makes_columns_of_a_text():
    cut = Cut.model_validate({"of": "{Registered}", "pattern": r"(?P<Registered>\d+)-(?P<Day1>\d+)"})

    assert cut.made_in(a_row(Registered="27-22", Day1="")).cells == {"Registered": "27", "Day1": "22"}
    assert cut.made_in(a_row(Registered="27", Day1="22")).cells == {"Registered": "27", "Day1": "22"}

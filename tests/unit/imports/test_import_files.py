import io
import json

import pytest

from api.imports.batches import in_plan
from api.imports.readers import BLOCK, csv_rows, jsonl_rows, xml_rows
from api.imports.rejects import Reject, Rejects
from api.imports.rows import Broken, ImportStoppedError, Row, SourceError, fingerprint


def csv_of(text, **more):
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    return list(csv_rows(file, **{"encoding": "utf-8-sig", "delimiter": ",", **more}))


def test_a_ragged_table_is_filled_up():
    assert csv_of("a,b,c\n1\n1,2,3,,\n\n,,\n4,5\n") == [
        Row(2, {"a": "1", "b": "", "c": ""}),
        Row(3, {"a": "1", "b": "2", "c": "3"}),
        Row(6, {"a": "4", "b": "5", "c": ""}),
    ]


def test_what_stands_beyond_the_header_needs_a_name():
    [broken] = csv_of("a,b\n1,2,3,4\n")
    [named] = csv_of("a,b\n1,2,3,4\n", more_columns=["c", "d"])

    assert isinstance(broken, Broken)
    assert (broken.number, broken.cells["(beyond the header)"]) == (2, ["3", "4"])
    assert named == Row(2, {"a": "1", "b": "2", "c": "3", "d": "4"})


def test_quoted_cells_keep_delimiters_and_lines():
    assert csv_of('a,b\r\n"5,6","two\r\nlines ""quoted"""\r\nx,y\r\n') == [
        Row(2, {"a": "5,6", "b": 'two\r\nlines "quoted"'}),
        Row(3, {"a": "x", "b": "y"}),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_column():
    assert csv_of(b"\xef\xbb\xbfid,name\n1,Ad\xc3\xa1\n") == [Row(2, {"id": "1", "name": "Adá"})]


def test_other_delimiters_and_encodings():
    assert csv_of("id;name\n1;Zoë\n".encode("cp1252"), encoding="cp1252", delimiter=";") == [
        Row(2, {"id": "1", "name": "Zoë"})
    ]
    assert csv_of("id;name\n1;Zoë\n".encode("utf-16"), encoding="utf-16", delimiter=";") == [
        Row(2, {"id": "1", "name": "Zoë"})
    ]


def test_bytes_that_are_no_text_cost_one_cell():
    assert csv_of(b"id,name\n1,\xff\n2,b\n") == [
        Row(2, {"id": "1", "name": "\udcff"}),
        Row(3, {"id": "2", "name": "b"}),
    ]


def test_an_endless_cell_costs_one_row():
    first, *others = csv_of(f"id,name\n1,{'a' * 200_000}\n2,b\n")

    assert isinstance(first, Broken)
    assert (first.number, others) == (2, [Row(3, {"id": "2", "name": "b"})])


def test_two_columns_of_one_name_end_the_reading():
    with pytest.raises(SourceError, match="More than one column is called 'a'"):
        csv_of("a,b,a\n1,2,3\n")


def test_json_lines_are_flattened():
    lines = b'\xef\xbb\xbf{"id": 1, "a": {"b": true, "c": {"d": null}}, "tags": ["x", 2], "f": 1.5}\n\n{"id": 2}\n'

    assert list(jsonl_rows(io.BytesIO(lines))) == [
        Row(1, {"id": "1", "a.b": "true", "a.c.d": "", "tags": ["x", "2"], "f": "1.5"}),
        Row(3, {"id": "2"}),
    ]


@pytest.mark.parametrize("line", [b"{", b"[1]", b'{"a": "\xff"}', b"[" * 100_000, b'{"a": NaN}'])
def test_a_line_that_is_no_object_costs_one_row(line):
    first, second = jsonl_rows(io.BytesIO(line + b'\n{"id": 2}\n'))

    assert isinstance(first, Broken)
    assert (first.number, second) == (1, Row(2, {"id": "2"}))


def test_a_line_that_does_not_end_costs_one_row(monkeypatch):
    monkeypatch.setattr("api.imports.readers.LONGEST", 20)
    first, second = jsonl_rows(io.BytesIO(b'{"a": "' + b"x" * 100 + b'"}\n{"id": 2}\n'))

    assert isinstance(first, Broken)
    assert second == Row(2, {"id": "2"})


def test_the_attributes_of_elements_are_rows():
    rows = b'<row Id="1" Tags="&lt;a&gt;&lt;b&gt;"/><other Id="x"/><row Id="2"/>'
    xml = b'\xef\xbb\xbf<?xml version="1.0"?><posts>' + rows + b"</posts>"

    assert list(xml_rows(io.BytesIO(xml), element="row")) == [
        Row(1, {"Id": "1", "Tags": "<a><b>"}),
        Row(2, {"Id": "2"}),
    ]


@pytest.mark.parametrize(
    "entity",
    ['<!ENTITY a "b">', '<!ENTITY a SYSTEM "file:///etc/hostname">', ""],
)
def test_a_document_type_is_refused(entity):
    xml = f'<!DOCTYPE posts [{entity}]><posts><row Id="1"/></posts>'.encode()

    with pytest.raises(SourceError, match="DOCTYPE"):
        list(xml_rows(io.BytesIO(xml), element="row"))


def test_what_stands_before_a_fault_in_the_xml_is_read():
    rows = xml_rows(io.BytesIO(b'<posts><row Id="1"/><row Id="2" Body="&#0;"/></posts>'), element="row")

    assert next(rows) == Row(1, {"Id": "1"})
    with pytest.raises(SourceError, match="After row 1"):
        next(rows)


def test_a_file_of_something_else_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr("api.imports.readers.LONGEST", 3 * BLOCK)
    file = io.BytesIO(b"<posts>" + b"<x/>" * 4 * BLOCK)

    with pytest.raises(SourceError, match="there is no 'row'"):
        list(xml_rows(file, element="row"))
    assert file.tell() <= 5 * BLOCK


@pytest.mark.parametrize(
    ("reader", "head", "one"),
    [
        (lambda file: csv_rows(file, encoding="utf-8-sig", delimiter=","), b"id\n", b"1\n"),
        (jsonl_rows, b"", b'{"id": 1}\n'),
        (lambda file: xml_rows(file, element="row"), b"<posts>", b'<row id="1"/>'),
    ],
)
def test_a_file_is_read_only_as_far_as_its_rows_are_asked_for(reader, head, one):
    file = io.BytesIO(head + one * 500_000)
    next(reader(file))

    assert file.tell() <= BLOCK


def test_a_fingerprint_is_that_of_what_is_said():
    assert fingerprint({"a": "1", "b": ""}) == fingerprint({"a": "1"})
    assert len({fingerprint(said) for said in ({"a": "1"}, {"a": "2"}, {"b": "1"}, {"a": "1", "b": "\udcff"})}) == 4


# --- Rejects ---

REJECT = Reject("people", 7, "person", "name", "It can't be.", {"name": "Zoë", "tags": ["a"], "odd": "\udcff"})


def test_rejects_are_written_as_a_spreadsheet(tmp_path):
    path = tmp_path / "rejects.csv"
    with Rejects(path) as rejects:
        rejects.write(REJECT)

    header, row = csv_of(path.read_bytes())[0].cells.keys(), csv_of(path.read_bytes())[0].cells
    assert list(header) == ["source", "row", "record", "field", "reason", "data"]
    assert (row["source"], row["row"], row["field"], row["reason"]) == ("people", "7", "name", "It can't be.")
    assert json.loads(row["data"].replace("\\udcff", "?")) == {"name": "Zoë", "tags": ["a"], "odd": "?"}


def test_rejects_are_written_as_json_lines(tmp_path):
    path = tmp_path / "rejects.jsonl"
    with Rejects(path) as rejects:
        rejects.write(REJECT)

    assert json.loads(path.read_text()) == {
        "source": "people",
        "row": 7,
        "record": "person",
        "field": "name",
        "reason": "It can't be.",
        "data": {"name": "Zoë", "tags": ["a"], "odd": "\udcff"},
    }


def test_a_file_of_rejects_that_can_not_be_written_is_named(tmp_path):
    with pytest.raises(ImportStoppedError, match="can't be written"), Rejects(tmp_path / "nowhere" / "rejects.csv"):
        pass


@pytest.mark.parametrize(
    ("field", "spelled"),
    [
        ("externalRef", "external_ref"),
        ("hostOrganizationId", "host_organization"),
        ("meetings.0.localStart", "meetings.0.starts"),
        ("meetings.0.timeZone", "meetings.0.time_zone"),
        ("tags.3", "tags.3"),
    ],
)
def test_a_field_is_called_as_the_plan_calls_it(field, spelled):
    assert in_plan(field) == spelled

"""The files of exports over HTTP: whole, in parts, compressed; by key or by link; to nobody else."""

import gzip
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from api.exports.turns import Turns
from tenants import registry
from tenants.registry import TenantStatus, wall
from tests.e2e.answered import problem
from tests.e2e.exports.conftest import lines_of, paged, read, started


@pytest.fixture
async def done(admin, hundreds, engine, tenant, kept):
    """An export whose file is kept in several parts."""
    turns, export = Turns(engine, largest=1), await started(admin)
    while await turns.take(tenant, wall()):
        pass
    assert await kept() == 3
    return {**export, **await read(admin, export)}


@pytest.fixture
async def file(admin, done, get):
    return (await get(admin, done["url"])).content


async def test_a_file_is_the_same_by_key_by_link_and_compressed(admin, done, get):
    by_key = await get(admin, f"/exports/{done['id']}")
    by_link = await get(admin, done["url"], key=False)
    packed = await get(admin, done["url"], key=False, accept_encoding="br, gzip;q=0.5")

    assert by_key.content == by_link.content == packed.content
    assert lines_of(by_key) == await paged(admin)
    assert [answer.headers.get("content-encoding") for answer in (by_key, by_link, packed)] == [None, None, "gzip"]
    assert int(packed.headers["content-length"]) < int(by_key.headers["content-length"]) / 4
    assert packed.headers["etag"] != by_key.headers["etag"]
    assert by_key.headers["cache-control"] == "private, no-cache"
    assert by_key.headers["content-disposition"].startswith('attachment; filename="people-')


async def test_who_refuses_compression_gets_the_lines_as_they_are(admin, done, get):
    answers = [await get(admin, done["url"], accept_encoding=said) for said in ("gzip;q=0", "br", "*;q=0.1")]

    assert [answer.headers.get("content-encoding") for answer in answers] == [None, None, None]


RANGES = {
    "bytes=0-0": (0, 1),
    "bytes=0-": (0, None),
    "bytes=100-20000": (100, 20_001),
    "bytes=9000-9000000": (9_000, None),
    "bytes=-10": (-10, None),
    "bytes=-9000000": (0, None),
}


@pytest.mark.parametrize("asked", RANGES)
async def test_a_download_goes_on_from_any_byte(admin, done, file, get, asked):
    start, stop = RANGES[asked]

    answer = await get(admin, done["url"], range=asked)

    first, last = range(len(file))[start], range(len(file))[start:stop][-1]
    assert answer.status_code == 206
    assert answer.content == file[start:stop]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(file)}"


async def test_the_compressed_file_goes_on_from_any_byte_too(admin, done, file, get, http):
    shown = {"host": admin.host, "accept-encoding": "gzip"}
    raw = []
    for asked in ("bytes=0-499", "bytes=500-"):
        async with http.stream("GET", done["url"], headers={**shown, "range": asked}) as answer:
            raw.append(b"".join([piece async for piece in answer.aiter_raw()]))

    assert len(raw[0]) == 500
    assert gzip.decompress(b"".join(raw)) == file


IGNORED = ["bytes=1-2,4-5", "bytes=-", "lines=1-2", "bytes=a-b"]


@pytest.mark.parametrize("asked", IGNORED)
async def test_what_is_no_single_range_gets_the_whole_file(admin, done, file, get, asked):
    answer = await get(admin, done["url"], range=asked)

    assert (answer.status_code, answer.content) == (200, file)


@pytest.mark.parametrize("asked", ["bytes=9000000-", "bytes=5-4", "bytes=-0"])
async def test_a_range_outside_of_the_file_is_told_so(admin, done, file, get, asked):
    answer = await get(admin, done["url"], range=asked)

    assert problem(answer)[:2] == (416, "RANGE_NOT_SATISFIABLE")
    assert answer.headers["content-range"] == f"bytes */{len(file)}"


async def test_who_has_the_file_is_not_sent_it_again(admin, done, get):
    etag = (await get(admin, done["url"])).headers["etag"]

    answers = [await get(admin, done["url"], if_none_match=tags) for tags in (etag, f'"other", W/{etag}', '"other"')]

    assert [answer.status_code for answer in answers] == [304, 304, 200]
    assert answers[0].content == b""


async def test_a_part_of_another_file_is_not_continued(admin, done, file, get):
    etag = (await get(admin, done["url"])).headers["etag"]

    same = await get(admin, done["url"], range="bytes=10-", if_range=etag)
    other = await get(admin, done["url"], range="bytes=10-", if_range='"other"')

    assert (same.status_code, same.content) == (206, file[10:])
    assert (other.status_code, other.content) == (200, file)


async def test_head_tells_the_size_and_sends_nothing(admin, done, file, http):
    answer = await http.head(done["url"], headers={"host": admin.host, "accept-encoding": "identity"})

    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, str(len(file)), b"")
    assert (await http.post(done["url"], headers={"host": admin.host})).status_code == 405


def changed(url, **said):
    parts = urlsplit(url)
    return f"{parts.path}?{urlencode({**dict(parse_qsl(parts.query)), **said})}"


async def test_a_link_that_was_changed_opens_nothing(admin, done, get):
    until = int(dict(parse_qsl(urlsplit(done["url"]).query))["until"])
    other = (
        {"until": str(until + 1)},
        {"seal": "x"},
        {"seal": ""},
        {"tenant": "nobody"},
        {"until": "x"},
        {"until": "9" * 40},
    )
    links = [changed(done["url"], **said) for said in other]
    links.append(done["url"].replace(done["id"], "exp_" + "0" * 32))

    assert {problem(await get(admin, link, key=False)) for link in links} == {
        (404, "NOT_FOUND", "There is no such export, or it is not yours to see.")
    }


async def test_a_link_is_over_after_an_hour_and_another_can_be_had(admin, done, get, database, tenant):
    async with database.transaction(tenant.id) as db:
        await registry.move_clock(db, tenant.id, to=tenant.now(wall()) + timedelta(minutes=61), wall=wall())

    again = (await read(admin, done))["url"]

    assert problem(await get(admin, done["url"], key=False))[:2] == (410, "LINK_EXPIRED")
    assert (await get(admin, again, key=False)).status_code == 200


async def test_a_visitor_a_stranger_and_a_suspended_tenant_get_nothing(admin, visitor, done, get, database, tenant):
    path = f"/exports/{done['id']}"
    nobody = problem(await get(visitor, path))
    stranger = problem(await get(visitor, path, authorization="Bearer clg_x_y"))
    async with database.transaction(tenant.id) as db:
        await registry.set_status(db, tenant.id, TenantStatus.SUSPENDED)
    suspended = [problem(await get(admin, url))[:2] for url in (path, done["url"])]

    assert (nobody[:2], stranger[:2]) == ((401, "UNAUTHENTICATED"), (401, "UNAUTHENTICATED"))
    assert suspended == [(403, "TENANT_SUSPENDED")] * 2


async def test_a_file_that_is_being_written_is_waited_for(admin, hundreds, turns, tenant, get):
    export = await started(admin)

    answer = await get(admin, f"/exports/{export['id']}")

    assert problem(answer)[:2] == (409, "NOT_FINISHED")
    assert answer.headers["retry-after"] == "2"

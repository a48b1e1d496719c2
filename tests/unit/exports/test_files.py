import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as some

from domain.exports.files import Before, pack, unpack

PARTS = some.lists(some.binary(max_size=2_000), min_size=1, max_size=6)


def packed(parts):
    """Each part after what came before it."""
    before, done = Before(0, 0, 0), []
    for number, part in enumerate(parts):
        piece, checksum = pack(part, before, last=number == len(parts) - 1)
        done.append(piece)
        before = Before(before.length + len(part), checksum, before.packed + len(piece))
    return done


@given(PARTS)
def test_the_parts_are_one_gzip_file_of_one_member(parts):
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)

    assert reader.decompress(b"".join(packed(parts))) == b"".join(parts)
    assert (reader.eof, reader.unused_data) == (True, b"")


@given(PARTS)
def test_each_part_is_unpacked_by_itself(parts):
    pieces = packed(parts)

    assert [unpack(piece, first=number == 0) for number, piece in enumerate(pieces)] == parts


def test_a_file_longer_than_its_trailer_can_count_says_its_length_modulo_4_gib():
    piece, _ = pack(b"abc", Before(2**32 - 1, 0, 50), last=True)

    assert int.from_bytes(piece[-4:], "little") == 2


def test_an_empty_file_is_a_gzip_file_too():
    assert gzip.decompress(packed([b""])[0]) == b""

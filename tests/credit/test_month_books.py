from __future__ import annotations

import pandas as pd
import pytest

from credit.book_files import book_from_bytes, book_to_bytes
from credit.books import Books
from credit.dossier import Dossier
from credit.dossiers import common_of, dossiers_of
from credit.month_books import book_of, context_of
from credit.side_facts import SideTables
from features.context_files import context_from_bytes, context_to_bytes
from features.errors import InputError
from features.instants import month_ends


@pytest.fixture(scope="module")
def dossiers(demo_packed) -> list[Dossier]:
    return list(dossiers_of(demo_packed))


@pytest.fixture(scope="module")
def books(demo_packed, demo_release) -> Books:
    return Books(demo_packed, demo_release)


@pytest.fixture(scope="module")
def common(demo_packed, books):
    return common_of(demo_packed, SideTables(demo_packed), books)


@pytest.mark.parametrize("moment", ["2026-05-05", "2024-02-10"])
def test_a_book_of_dossiers_is_that_of_the_folder_also_from_bytes(
    dossiers, books, common, demo_release, moment
):
    expected = books.before(pd.Timestamp(moment))
    found = book_of(reversed(dossiers), common, demo_release, expected.as_of)

    assert repr(found) == repr(expected)
    assert found.exposures == pytest.approx(expected.exposures, nan_ok=True, rel=0, abs=0)
    again = book_from_bytes(book_to_bytes(found))
    assert repr(again) == repr(found)
    assert again.peers.cells == found.peers.cells
    assert book_to_bytes(again) == book_to_bytes(found)


def test_the_context_of_dossiers_is_that_of_the_folder_also_from_bytes(demo_packed, dossiers, common):
    until = demo_packed.observed_until + pd.Timedelta(seconds=1)
    ends = month_ends(demo_packed.observed_from, until, demo_packed.seller.timezone)

    found = context_of(dossiers, common, [end.to_pydatetime() for end in ends])

    for context in (found, context_from_bytes(context_to_bytes(found))):
        assert context.month_end.tolist() == demo_packed.context.month_end.tolist()
        assert context.values.tobytes() == demo_packed.context.values.tobytes()


def test_damaged_bytes_are_refused(dossiers, demo_packed, books):
    kept = {
        Dossier.from_bytes: dossiers[0].to_bytes(),
        context_from_bytes: context_to_bytes(demo_packed.context),
        book_from_bytes: book_to_bytes(books.before(pd.Timestamp("2026-05-05"))),
    }
    for read, data in kept.items():
        read(data)
        for at in range(0, len(data), max(1, len(data) // 60)):
            with pytest.raises(InputError, match="make it again"):
                read(data[:at])
            with pytest.raises(InputError, match="make it again"):
                read(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])

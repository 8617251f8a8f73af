from __future__ import annotations

import numpy as np

from credit.peers import ANY, fit_peers, usual_terms

NAN = np.nan


def make_table():
    size = np.array([1.0, 1.0, 1.0, 4.0, 4.0, NAN])
    section = np.array([2.0, 2.0, 6.0, 2.0, NAN, 2.0])
    owed = np.array([10.0, 30.0, 50.0, 900.0, 700.0, 20.0])
    return fit_peers(size, section, owed, np.ones(6, bool))


def test_the_closest_cell_with_enough_buyers_speaks():
    table = make_table()

    assert (table.of(1.0, 2.0, 2).buyers, table.of(1.0, 2.0, 2).median) == (2, 20.0)
    assert table.of(1.0, 2.0, 3).section == ANY
    assert table.of(1.0, 2.0, 3).buyers == 3
    assert table.of(3.0, 2.0, 4).size_class == ANY
    assert table.of(3.0, 2.0, 4).buyers == 4
    assert table.of(NAN, NAN, 6).buyers == 6
    assert table.of(NAN, NAN, 7) is None


def test_buyers_of_unknown_size_do_not_stand_for_all_sizes():
    # given one buyer without a size in the industry of three others
    assert make_table().cells[ANY, 2].buyers == 4


def test_all_buyers_are_peers_only_where_that_is_allowed():
    assert make_table().of(NAN, NAN, 2, may_be_all=False) is None
    assert make_table().of(1.0, NAN, 2, may_be_all=False).size_class == 1


def test_who_is_in_default_or_owed_nothing_is_no_example():
    table = fit_peers(np.ones(3), np.ones(3), np.array([10.0, 20.0, 0.0]), np.array([True, False, True]))

    assert table.of(1.0, 1.0, 1).median == 10.0
    assert table.of(1.0, 1.0, 2) is None


def test_usual_terms_of_an_industry_need_enough_buyers():
    section, terms = np.array([2.0, 2.0, 2.0, 6.0, NAN]), np.array([30.0, 60.0, 45.0, 14.0, 90.0])

    assert usual_terms(section, terms, 3) == {2: 45.0}

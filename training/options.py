"""What a training and a measurement may be asked for, checked before anything is read."""

from __future__ import annotations

from collections.abc import Iterable

from features.catalog import FEATURES
from features.columns import TABLES
from features.errors import InputError
from features.instants import start_of_day

__all__ = [
    "LARGEST_POPULATION_RATE",
    "SMALLEST_POPULATION_RATE",
    "check_days",
    "check_options",
    "references_of",
]

SMALLEST_POPULATION_RATE = 0.0001
LARGEST_POPULATION_RATE = 0.5


def check_options(
    test_from: str | None = None, population_rate: float | None = None, without: Iterable[str] = ()
) -> None:
    """Refuse options of a training that are not legal, whatever the portfolio.

    Parameters
    ----------
    test_from : str, optional
        A day.
    population_rate : float, optional
        A share.
    without : iterable of str
        Names to leave out, see `references_of`.

    Raises
    ------
    InputError
        Naming the option.

    Examples
    --------
    >>> check_options(population_rate=0.02)
    >>> check_options(population_rate=float("nan"))
    Traceback (most recent call last):
    features.errors.InputError: expected a --population-rate between 0.0001 and 0.5; found ...
    """
    if test_from is not None:
        check_days(test_from, of="a date like 2026-01-31 for --test-from")
    rate = population_rate
    if rate is not None and not SMALLEST_POPULATION_RATE <= rate <= LARGEST_POPULATION_RATE:
        expected = f"a --population-rate between {SMALLEST_POPULATION_RATE} and {LARGEST_POPULATION_RATE}"
        raise InputError.of(expected, "another number", "write it as a share, such as 0.02 for 2 %")
    for name in without:
        references_of(name)


def check_days(*days: str | None, of: str = "dates like 2026-01-31 for --from and --to") -> None:
    """Refuse a day that cannot be read (InputError).

    Parameters
    ----------
    *days : str or None
    of : str
        What was expected, with the name of the option.
    """
    try:
        for day in days:
            if day is not None:
                start_of_day(day, "UTC")
    except ValueError as error:
        raise InputError.of(of, "other text", "correct it") from error


def references_of(name: str) -> set[str]:
    """Return the features and the ``table.column`` references that a name to leave out stands for.

    Raises
    ------
    InputError
        Where it is neither a feature nor a column of any table.

    Examples
    --------
    >>> references_of("buyers.country")
    {'buyers.country'}
    """
    references = {f"{table}.{column.name}" for table, rule in TABLES.items() for column in rule.columns}
    meant = {each for each in references if name in (each, each.partition(".")[2])}
    if name in FEATURES:
        meant.add(name)
    if not meant:
        raise InputError.of(
            "the name of a feature or of a table's column", f"'{name}'", "see docs/features.md"
        )
    return meant

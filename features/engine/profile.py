"""Who a buyer is, as known at a moment: age, kind, country, industry, size, group and outside PD."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import kernel

if TYPE_CHECKING:
    from features.block import SubjectArrays

__all__ = ["PROFILE", "TRAITS", "Profiles", "profile", "section_of_buyer"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

TRAITS: tuple[str, ...] = (
    "natural_person",
    "public_body",
    "is_foreign",
    "industry_section",
    "size_class",
    "population_default_rate",
)
"""Columns of `Profiles.traits`: three flags, the ISIC section from 0 (A) to 20 (U), the size from 1 (micro)
to 4 (large), and the yearly default rate of country, section and size; NaN is unknown."""

PROFILE: tuple[str, ...] = ("company_age_years", *TRAITS, "group_size", "external_pd")
"""Columns that `profile` fills, in order."""

_SECTION = TRAITS.index("industry_section")


class Profiles(NamedTuple):
    """What the books say of buyers themselves, one row a version.

    Parameters
    ----------
    start : int64 ndarray, shape (buyers + 1,)
        Rows of buyer b are ``start[b]:start[b + 1]``.
    known_from, known_until : int64 ndarray, shape (rows,)
        Seconds since 1970 between which the version counts.
    founded_day : float64 ndarray, shape (rows,)
        Days since 1970; NaN is unknown.
    traits : float64 ndarray, shape (rows, len(TRAITS))
    group : int64 ndarray, shape (rows,)
        Number of the group; -1 for none.
    group_start : int64 ndarray, shape (groups + 1,)
    group_known_from, group_known_until : int64 ndarray
        When members of each group came to be known and ceased to be, each sorted within its group.
    rating_start : int64 ndarray, shape (buyers + 1,)
        Outside PDs of buyer b are ``rating_start[b]:rating_start[b + 1]``.
    rating_known_from, rating_known_until : int64 ndarray, shape (ratings,)
        Seconds since 1970 between which each counts.
    rating_expires : int32 ndarray, shape (ratings,)
        Last day on which it counts, days since 1970.
    rating_pd : float64 ndarray, shape (ratings,)
        Between 0 and 1.
    """

    start: Ints
    known_from: Ints
    known_until: Ints
    founded_day: Floats
    traits: Floats
    group: Ints
    group_start: Ints
    group_known_from: Ints
    group_known_until: Ints
    rating_start: Ints
    rating_known_from: Ints
    rating_known_until: Ints
    rating_expires: npt.NDArray[np.int32]
    rating_pd: Floats


def profile(profiles: Profiles, subjects: SubjectArrays, out: np.ndarray) -> None:
    """Fill what is known of each subject's buyer itself.

    Parameters
    ----------
    profiles : Profiles
    subjects : SubjectArrays
        n subjects.
    out : float64 ndarray, shape (len(PROFILE), n), C order
        Age in years of 365.25 days (NaN where the foundation is unknown or ahead), the `TRAITS`, how many
        buyers are known to be of its group, itself included (NaN without a group), and the outside PD that
        became known last of those that have not expired, the highest of several at once (NaN: none).
    """
    _sweep(profiles, subjects.buyer, subjects.as_of, subjects.day, out)


def section_of_buyer(profiles: Profiles, as_of: int) -> Ints:
    """Return the ISIC section of every buyer as known at a moment.

    Parameters
    ----------
    profiles : Profiles
    as_of : int
        Seconds since 1970.

    Returns
    -------
    int64 ndarray, shape (buyers,)
        From 0 (A) to 20 (U); -1 where it is unknown.
    """
    sections = np.full(len(profiles.start) - 1, -1, np.int64)
    _sections(profiles, as_of, sections)
    return sections


@kernel
def _sweep(profiles, buyer, as_of, day, out):  # type: ignore[no-untyped-def]
    group, outside = len(out) - 2, len(out) - 1
    for s in range(len(buyer)):
        row = _known_row(profiles, buyer[s], as_of[s]) if buyer[s] >= 0 else -1
        out[outside, s] = _external_pd(profiles, buyer[s], as_of[s], day[s]) if buyer[s] >= 0 else np.nan
        if row < 0:
            for column in range(outside):
                out[column, s] = np.nan
            continue
        age_days = day[s] - profiles.founded_day[row]
        out[0, s] = age_days / 365.25 if age_days >= 0.0 else np.nan
        for trait in range(group - 1):
            out[1 + trait, s] = profiles.traits[row, trait]
        out[group, s] = _group_size(profiles, profiles.group[row], as_of[s])


@kernel
def _known_row(profiles, buyer, as_of):  # type: ignore[no-untyped-def]
    for row in range(profiles.start[buyer], profiles.start[buyer + 1]):
        if profiles.known_from[row] <= as_of < profiles.known_until[row]:
            return row
    return -1


@kernel
def _external_pd(profiles, buyer, as_of, day):  # type: ignore[no-untyped-def]
    latest, found = np.int64(0), np.nan
    for row in range(profiles.rating_start[buyer], profiles.rating_start[buyer + 1]):
        known = profiles.rating_known_from[row]
        if known <= as_of < profiles.rating_known_until[row] and day <= profiles.rating_expires[row]:
            pd = profiles.rating_pd[row]
            # Reason: of several that became known at once the order of rows must not decide.
            if np.isnan(found) or known > latest or (known == latest and pd > found):
                latest, found = known, pd
    return found


@kernel
def _group_size(profiles, group, as_of):  # type: ignore[no-untyped-def]
    if group < 0:
        return np.nan
    first, last = profiles.group_start[group], profiles.group_start[group + 1]
    joined = np.searchsorted(profiles.group_known_from[first:last], as_of, side="right")
    left = np.searchsorted(profiles.group_known_until[first:last], as_of, side="right")
    return float(joined - left)


@kernel
def _sections(profiles, as_of, sections):  # type: ignore[no-untyped-def]
    for buyer in range(len(sections)):
        row = _known_row(profiles, buyer, as_of)
        if row >= 0 and not np.isnan(profiles.traits[row, _SECTION]):
            sections[buyer] = int(profiles.traits[row, _SECTION])

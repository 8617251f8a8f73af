"""Registration schemes as data: how a number is written, and what proves it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from stdnum import lei
from stdnum.exceptions import ValidationError
from stdnum.util import NumberValidationModule, get_cc_module

from features.identifiers.uscc import is_uscc

__all__ = ["SCHEMES", "VAT_COUNTRIES", "Scheme", "clean_id", "scheme_of"]

VAT_COUNTRIES = frozenset(
    """AT BE BG CH CY CZ DE DK EE EL ES FI FR GB GR HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK XI
    """.split()
)
"""Prefixes of VAT numbers whose check is public: the European Union's, GB, XI, CH and NO."""

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015./·_]+")
_LEI_FORM = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
_DUNS_FORM = re.compile(r"[0-9]{9}")
_DUNS_LENGTH = 9


@dataclass(frozen=True)
class Scheme:
    """A register's numbers.

    Parameters
    ----------
    code : str
        Its name in reports.
    proof : {"check digits", "form"}
        What `holds` looks at. A form alone lets every typing error of a digit through.
    holds : callable
        Whether a number in its normal form may exist.
    mend : callable
        Takes a cleaned number and the buyer's country to the normal form.
    """

    code: str
    proof: Literal["check digits", "form"]
    holds: Callable[[str], bool]
    mend: Callable[[str, str], str] = lambda number, _country: number


def clean_id(text: str) -> str:
    r"""Return a number without separators, in half-width capitals.

    Examples
    --------
    >>> clean_id(" 9111 0108-5514 922x\uff11")
    '911101085514922X1'
    """
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def scheme_of(name: str) -> Scheme | None:
    """Return the scheme that a source calls `name`; None where it is none of `SCHEMES`.

    Examples
    --------
    >>> [scheme_of(name).code for name in ("统一社会信用代码", "D-U-N-S", "vat id")]
    ['USCC', 'DUNS', 'VAT']
    >>> scheme_of("our own number") is None
    True
    """
    return SCHEMES.get(_NAMES.get(clean_id(name), ""))


def _is_lei(number: str) -> bool:
    # Reason: the library tests the remainder alone, which shorter numbers pass as well.
    return bool(_LEI_FORM.fullmatch(number)) and lei.is_valid(number)


def _is_duns(number: str) -> bool:
    return bool(_DUNS_FORM.fullmatch(number))


def _mend_duns(number: str, _country: str) -> str:
    return number.zfill(_DUNS_LENGTH) if number.isdigit() else number


def _is_vat(number: str) -> bool:
    module = _vat_module(number[:2])
    if module is None:
        return False
    try:
        module.validate(number if number[:2] == "CH" else number[2:])
    except ValidationError:
        return False
    return True


def _vat_module(prefix: str) -> NumberValidationModule | None:
    if prefix not in VAT_COUNTRIES:
        return None
    country = {"EL": "GR", "XI": "GB"}.get(prefix, prefix)
    return get_cc_module(country.lower(), "vat")


def _mend_vat(number: str, country: str) -> str:
    """Put the country's prefix before a number that lacks it; Swiss numbers begin with CHE anyway."""
    if number[:2] in VAT_COUNTRIES or country not in VAT_COUNTRIES:
        return number
    return {"GR": "EL"}.get(country, country) + number


SCHEMES: dict[str, Scheme] = {
    "USCC": Scheme("USCC", "check digits", is_uscc),
    "LEI": Scheme("LEI", "check digits", _is_lei),
    "VAT": Scheme("VAT", "check digits", _is_vat, _mend_vat),
    "DUNS": Scheme("DUNS", "form", _is_duns, _mend_duns),
}
"""Every scheme that can be judged, by code. DUNS numbers have had no check digit since 2006: form only."""

_NAMES = {
    clean_id(name): code
    for code, names in {
        "USCC": (
            "USCC",
            "统一社会信用代码",
            "社会信用代码",
            "信用代码",
            "CN USCC",
            "unified social credit code",
        ),
        "LEI": ("LEI", "legal entity identifier", "ISO 17442"),
        "VAT": ("VAT", "VAT ID", "VATIN", "VAT number", "USt-IdNr", "UID", "TVA", "增值税号"),
        "DUNS": ("DUNS", "D-U-N-S", "DUNS number", "邓白氏编码"),
    }.items()
    for name in names
}

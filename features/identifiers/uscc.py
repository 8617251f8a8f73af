"""The unified social credit code 统一社会信用代码 (GB 32100-2015), with both of its check digits."""

from __future__ import annotations

import re

from stdnum.cn import uscc

__all__ = ["is_natural_person", "is_uscc", "organisation_check"]

_FORM = re.compile(r"[1-9A-HJ-NP-RTUWXY][1-9A-HJ-NP-RTUWXY][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SOLE_TRADER = "92"


def is_uscc(number: str) -> bool:
    """Whether a code is well-formed and both check digits are right.

    The last character checks all others (GB 32100); the ninth of the organisation code within, position 17,
    checks the eight before it (GB 11714). Two letters of the form I, O, S, V, Z are never in a code.

    Parameters
    ----------
    number : str
        Capitals and digits, without separators.

    Notes
    -----
    The library's own test knows the outer digit only and refuses the classes that begin with a letter (Y1,
    other bodies); its sum is used, the form and the inner digit are tested here. Sole traders registered
    before 2015 and all classes alike have an organisation code.

    Examples
    --------
    >>> is_uscc("91350100M000100Y43"), is_uscc("91350100M000100Y4Z")
    (True, False)
    """
    if not _FORM.fullmatch(number):
        return False
    return number[17] == uscc.calc_check_digit(number[:17]) and number[16] == organisation_check(number[8:16])


def organisation_check(body: str) -> str:
    """Return the check character of an organisation code (GB 11714).

    c = 11 - sum(w_i v_i) mod 11 with weights 3, 7, 9, 10, 5, 8, 4, 2 and A = 10 ... Z = 35; 10 is written X,
    11 is written 0.

    Parameters
    ----------
    body : str
        Its eight characters, capitals and digits.

    Examples
    --------
    >>> organisation_check("79965505")
    '8'
    """
    total = sum(
        weight * int(character, 36) for weight, character in zip(_ORGANISATION_WEIGHTS, body, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def is_natural_person(number: str) -> bool:
    """Whether a code is a sole trader's (个体工商户): a natural person by law, whatever the shop is called.

    Examples
    --------
    >>> is_natural_person("92110105MA00ABCD1X"), is_natural_person("91110000802100433B")
    (True, False)
    """
    return number.startswith(_SOLE_TRADER)

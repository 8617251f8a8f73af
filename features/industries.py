"""Industry codes of four schemes as sections of ISIC Rev. 4, and size classes as ranks."""

from __future__ import annotations

from functools import cache

__all__ = ["SECTIONS", "SIZE_CLASSES", "section_of", "size_rank"]

SECTIONS: dict[str, str] = {
    "A": "Agriculture, forestry and fishing",
    "B": "Mining and quarrying",
    "C": "Manufacturing",
    "D": "Electricity, gas, steam and air conditioning supply",
    "E": "Water supply, sewerage, waste management and remediation",
    "F": "Construction",
    "G": "Wholesale and retail trade, repair of motor vehicles",
    "H": "Transportation and storage",
    "I": "Accommodation and food service",
    "J": "Information and communication",
    "K": "Financial and insurance activities",
    "L": "Real estate activities",
    "M": "Professional, scientific and technical activities",
    "N": "Administrative and support service activities",
    "O": "Public administration and defence, compulsory social security",
    "P": "Education",
    "Q": "Human health and social work",
    "R": "Arts, entertainment and recreation",
    "S": "Other service activities",
    "T": "Households as employers",
    "U": "Extraterritorial organisations",
}
"""Sections of ISIC Rev. 4 (and NACE Rev. 2) by letter; their positions from 0 on are `industry_section`."""

_ISIC = """A 01-03 A, B 05-09 B, C 10-33 C, D 35 D, E 36-39 E, F 41-43 F, G 45-47 G, H 49-53 H, I 55-56 I,
J 58-63 J, K 64-66 K, L 68 L, M 69-75 M, N 77-82 N, O 84 O, P 85 P, Q 86-88 Q, R 90-93 R, S 94-96 S,
T 97-98 T, U 99 U"""

_SIC = """01-09 A, 10-14 B, 15-17 F, 20-39 C, 40-47 H, 48 J, 49 D, 494-497 E, 50-59 G, 58 I, 60-64 K, 65 L,
67 K, 70 I, 72 S, 73 N, 731 M, 737 J, 75 G, 751-752 N, 76 S, 78 J, 79 R, 80 Q, 81 M, 82 P, 83 Q, 84 R, 86 S,
87 M, 88 T, 89 M, 91-97 O, 972 U"""

_GB = """A 01-05 A, B 06-12 B, C 13-43 C, D 44-45 D, 46 E, E 47-50 F, F 51-52 G, G 53-60 H, H 61-62 I,
I 63-65 J, J 66-69 K, K 70 L, L 71-72 N, M 73-75 M, N 76-77 E, 78 N, 79 L, O 80-82 S, P 83 P, Q 84-85 Q,
R 88-90 R, 86-87 J, S 91-94 O, 95 S, 96 O, T 97 U"""

_RULES: dict[str, str] = {"ISIC": _ISIC, "NACE": _ISIC, "SIC": _SIC, "GB/T 4754": _GB}
"""By scheme: letters, ranges of leading digits and the section that both stand for. SIC is the American
scheme of 1987; its codes of five digits are the British one of 2007, which has the divisions of ISIC. GB/T
4754 is that of 2017."""

_UK_SIC_DIGITS = 5
_UNKNOWN = -1

SIZE_CLASSES: dict[str, int] = {
    "micro": 1, "small": 2, "medium": 3, "large": 4, "微型": 1, "小型": 2, "中型": 3, "大型": 4,
    "微型企业": 1, "小型企业": 2, "中型企业": 3, "大型企业": 4,
}  # fmt: skip
"""Rank of each size class; words that are not here are unknown sizes."""


def section_of(code: str, scheme: str) -> int:
    """Return the position of a code's ISIC section, from 0 (A) to 20 (U); -1 where it is unknown.

    Parameters
    ----------
    code : str
        With or without its letter and dots. Leading digits decide; a bare letter is its scheme's section. The
        longest rule that fits counts. Anything else is unknown.
    scheme : str
        ``ISIC``, ``NACE``, ``SIC`` or ``GB/T 4754``; another one is unknown.

    Examples
    --------
    >>> [section_of(code, "NACE") for code in ("C", "28.11", "C2811", "96", "34", "Cars")]
    [2, 2, 2, 18, -1, -1]
    >>> section_of("7372", "SIC"), section_of("62012", "SIC"), section_of("E", "GB/T 4754")
    (9, 9, 5)
    """
    text = "".join(letter for letter in code.upper() if letter.isalnum())
    digits = text[1:] if text[:1].isalpha() else text
    if digits and not digits.isdecimal():
        return _UNKNOWN
    if scheme == "SIC" and len(digits) == _UK_SIC_DIGITS:
        scheme = "ISIC"
    rules = _prefixes(scheme)
    sought = digits or text[:1]
    found = next((rules[sought[:n]] for n in range(len(sought), 0, -1) if sought[:n] in rules), "")
    return ord(found) - ord("A") if found else _UNKNOWN


def size_rank(size_class: str) -> int:
    """Return the rank of a size class, from 1 (micro) to 4 (large); 0 where it is unknown.

    Examples
    --------
    >>> size_rank("Medium"), size_rank("大型"), size_rank("gigantic")
    (3, 4, 0)
    """
    return SIZE_CLASSES.get(size_class.strip().lower(), 0)


@cache
def _prefixes(scheme: str) -> dict[str, str]:
    """Return the section of each letter and of each group of leading digits."""
    prefixes: dict[str, str] = {}
    for rule in _RULES.get(scheme, "").replace("\n", " ").split(","):
        *sources, section = rule.split() or [""]
        for source in sources:
            first, _, last = source.partition("-")
            if first.isdigit():
                numbers = range(int(first), int(last or first) + 1)
                prefixes |= {str(number).zfill(len(first)): section for number in numbers}
            else:
                prefixes[first] = section
    return prefixes

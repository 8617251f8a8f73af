"""Values of a pack with the place that each stands at, so that what is shown can be held against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from training.report.document.markup import Content, Html, tag

__all__ = ["UNSAID", "Told", "amount", "count", "estimate", "number", "said", "share", "spelled", "tiny"]

UNSAID = "cannot say"
"""What stands where a value is null."""

_UNBROKEN = 14


@dataclass(frozen=True)
class Told:
    """A value of a pack and where it stands.

    Parameters
    ----------
    value : object
        Of JSON.
    path : str
        Its JSON pointer (RFC 6901); empty for the whole pack.

    Examples
    --------
    >>> whole = Told({"a/b": [{"n": 5}]})
    >>> part = whole["a/b"][0]["n"]
    >>> part.value, part.path
    (5, '/a~1b/0/n')
    >>> whole["a/b"][0]["n"]["deeper"].value is None
    True
    """

    value: Any
    path: str = ""

    def __getitem__(self, key: str | int) -> Told:
        """Return what stands below; null where there is nothing."""
        step = str(key).replace("~", "~0").replace("/", "~1")
        return Told(_below(self.value, key), f"{self.path}/{step}")

    def __iter__(self) -> Iterator[Told]:
        """Go through the entries of a list; nothing for null."""
        return (self[place] for place in range(len(self.value or [])))

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return self.value not in (None, [], {}, "")

    def items(self) -> list[tuple[str, Told]]:
        """Return the entries of an object; none for null."""
        return [(name, self[name]) for name in self.value or {}]

    @property
    def text(self) -> str:
        """The value as a text; ``cannot say`` for null."""
        return UNSAID if self.value is None else str(self.value)


def said(told: Told, shown: str | None = None) -> Html:
    """Return a text of the pack as it is, or what is shown in its place.

    Examples
    --------
    >>> str(said(Told("<b>", "/who")))
    '<span data-path="/who">&lt;b&gt;</span>'
    """
    if told.value is None:
        return _unsaid(told)
    if shown is not None:
        return tag("span", shown, data_path=told.path, data_means=told.text)
    if isinstance(told.value, bool):
        return tag("span", "yes" if told.value else "no", data_path=told.path)
    return tag("span", _breakable(told.text), data_path=told.path)


def spelled(told: Told) -> Html:
    """Return a code of the pack as words.

    Examples
    --------
    >>> str(spelled(Told("not_asked", "/s")))
    '<span data-path="/s" data-means="not_asked">not asked</span>'
    """
    return said(told, None if told.value is None else told.text.replace("_", " "))


def count(told: Told) -> Html:
    """Return a number of things.

    Examples
    --------
    >>> str(count(Told(12345, "/n")))
    '<span data-path="/n">12,345</span>'
    """
    return _shown(told, lambda value: f"{value:,.0f}")


def share(told: Told, decimals: int = 1) -> Html:
    r"""Return a share in percent.

    Examples
    --------
    >>> str(share(Told(0.1234, "/rate")))
    '<span data-path="/rate">12.3\xa0%</span>'
    """
    return _shown(told, lambda value: f"{_plain(100 * value, decimals)}\u00a0%")


def number(told: Told, decimals: int = 3, *, signed: bool = False) -> Html:
    """Return a number with so many decimals.

    Examples
    --------
    >>> str(number(Told(-0.00001, "/x"))), str(number(Told(0.25, "/x"), 2, signed=True))
    ('<span data-path="/x">0.000</span>', '<span data-path="/x">+0.25</span>')
    """
    return _shown(told, lambda value: _plain(value, decimals, "+" if signed else ""))


def tiny(told: Told, digits: int = 2) -> Html:
    """Return a number that may be very small, with so many digits.

    Examples
    --------
    >>> [tiny(Told(value, "/p")).split(">")[1].split("<")[0] for value in (0.0, 3.14e-11, 0.042)]
    ['0', '3.1e-11', '0.042']
    """
    return _shown(told, lambda value: f"{value:.{digits}g}".replace("-", "−", value < 0))


def amount(told: Told) -> Html:
    """Return an amount of money in whole units."""
    return _shown(told, lambda value: _plain(value, 0))


def estimate(told: Told, decimals: int = 3, *, as_share: bool = False) -> Html:
    """Return a value with its interval, ``[low, high]`` where there is one.

    Parameters
    ----------
    told : Told
        An object with ``value``, ``low`` and ``high``.
    decimals : int
    as_share : bool
        In percent.
    """
    show = share if as_share else number
    if told["value"].value is None:
        return _unsaid(told["value"])
    if told["low"].value is None or told["high"].value is None:
        return show(told["value"], decimals)
    ends = ("[", show(told["low"], decimals), ", ", show(told["high"], decimals), "]")
    return Html(f"{show(told['value'], decimals)} {tag('span', ends, class_='interval')}")


def _breakable(text: str) -> Content:
    """Return a long name with places at which a narrow column may break it."""
    first, *rest = text.split("_")
    if " " in text or len(text) <= _UNBROKEN:
        return text
    return [first, *(part for each in rest for part in (tag("wbr"), f"_{each}"))]


def _below(value: Any, key: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int):
        return value[key]
    return None


def _shown(told: Told, write: Callable[[float], str]) -> Html:
    if told.value is None:
        return _unsaid(told)
    return tag("span", write(told.value), data_path=told.path)


def _unsaid(told: Told) -> Html:
    return tag("span", UNSAID, class_="said", data_path=told.path)


def _plain(value: float, decimals: int, sign: str = "") -> str:
    rounded = round(value, decimals)
    # Reason: a value that rounds to 0 has no sign that anybody could see.
    written = f"{rounded if rounded else 0.0:{sign if rounded else ''},.{decimals}f}"
    return written.replace("-", "−")

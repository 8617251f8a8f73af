"""Markup built from elements, so that no text of a customer can become part of it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__ = ["NOTHING", "Content", "Html", "joined", "tag"]

_EMPTY = frozenset({"br", "col", "hr", "img", "meta", "wbr"})


class Html(str):
    """Markup that is written as it is; every other text is escaped."""

    __slots__ = ()


Content = str | Iterable["str | Html"] | None
"""A text, markup, several of them, or nothing."""

NOTHING = Html("")


def tag(name: str, /, *content: Content, **attributes: str | None) -> Html:
    """Return an element.

    Parameters
    ----------
    name : str
        Of the element.
    *content : str, Html, iterable of them or None
        What is inside; texts are escaped, None is left out.
    **attributes : str or None
        Underscores are written as hyphens and one at the end is dropped (``class_``); None is left out.

    Examples
    --------
    >>> str(tag("td", "<b>&", class_="text", data_path="/n"))
    '<td class="text" data-path="/n">&lt;b&gt;&amp;</td>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    head = f"<{name}{written}>"
    return Html(head if name in _EMPTY else f"{head}{joined(*content)}</{name}>")


def joined(*content: Content) -> Html:
    """Return contents one after the other, texts escaped.

    Examples
    --------
    >>> str(joined("1 < 2", None, [tag("br"), "3"]))
    '1 &lt; 2<br>3'
    """
    return Html("".join(_parts(content)))


def _parts(content: Iterable[Content]) -> Iterable[str]:
    for each in content:
        if each is None:
            continue
        if isinstance(each, Html):
            yield each
        elif isinstance(each, str):
            yield escape(each)
        else:
            yield from _parts(each)

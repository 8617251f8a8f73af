"""The page that reports are written on: one file that loads nothing, on a screen and on A4 paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from training.report.document.markup import NOTHING, Content, Html, joined, tag

__all__ = ["Section", "figure", "how_to_read", "light", "page", "subheading"]

_LIGHTS = {"green": "●", "amber": "▲", "red": "■", "grey": "○"}
"""A shape of its own for each colour: printed in grey or seen without colours it says the same."""

_MEANS = {"green": "fine", "amber": "watch", "red": "stop", "grey": "note"}


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Parameters
    ----------
    name : str
        Its address in the page.
    title : str
    body : Html
    number : str
        In front of the title, in text and contents; empty for none.
    is_fresh : bool
        Whether it begins a printed page.
    """

    name: str
    title: str
    body: Html
    number: str = ""
    is_fresh: bool = False


def page(title: str, first: Content, sections: Sequence[Section], *, foot: str = "") -> str:
    """Return a whole page: what comes first, the contents, the sections.

    Parameters
    ----------
    title : str
        Of the window and in the head of printed pages.
    first : str, Html or iterable of them
        The first page, which answers what most readers came for.
    sections : sequence of Section
    foot : str
        At the end, and at the foot of printed pages.

    Examples
    --------
    >>> written = page("A & B", tag("h1", "A & B"), [Section("one", "First", tag("p", "1 < 2"), "1")])
    >>> "<title>A &amp; B</title>" in written, '<a href="#one">1 First</a>' in written
    (True, True)
    >>> "1 &lt; 2" in written, "<script" in written
    (True, False)
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
        tag("title", title),
        tag("style", Html(_style(title, foot))),
    )
    main = tag(
        "main",
        tag("header", first, class_="first"),
        _contents(sections),
        [_written(section) for section in sections],
        tag("footer", foot) if foot else None,
    )
    return "<!doctype html>\n" + tag("html", head, "\n", tag("body", main), lang="en") + "\n"


def figure(drawing: Html, title: str, reading: str) -> Html:
    """Return a drawing with its title and how to read it."""
    return tag("figure", tag("figcaption", title), drawing, how_to_read(reading))


def how_to_read(text: str) -> Html:
    """Return the sentence that helps to read a table or a figure."""
    return tag("p", tag("b", "How to read this. "), text, class_="how")


def light(color: str, said: Content = None) -> Html:
    """Return a verdict: a colour, which is also a shape and a word, and what is said.

    Parameters
    ----------
    color : {"green", "amber", "red", "grey"}
        Grey is "cannot say".
    said : str, Html or iterable of them, optional
        Without it those who cannot see the shape are told what it means.

    Examples
    --------
    >>> str(light("amber", "watch"))
    '<span class="light amber"><i aria-hidden="true">▲</i>watch</span>'
    """
    if said is None:
        return tag(
            "span", tag("i", _LIGHTS[color], role="img", aria_label=_MEANS[color]), class_=f"light {color}"
        )
    return tag("span", tag("i", _LIGHTS[color], aria_hidden="true"), said, class_=f"light {color}")


def subheading(text: str) -> Html:
    """Return a heading inside a section."""
    return tag("h3", text)


def _contents(sections: Sequence[Section]) -> Html:
    if not sections:
        return NOTHING
    entries = [tag("li", tag("a", _headed(section), href=f"#{section.name}")) for section in sections]
    return tag("nav", tag("h2", "Contents"), tag("ol", entries), aria_label="Contents")


def _written(section: Section) -> Html:
    heading, fresh = tag("h2", _headed(section)), "fresh" if section.is_fresh else None
    return joined("\n", tag("section", heading, section.body, id=section.name, class_=fresh))


def _headed(section: Section) -> str:
    return f"{section.number} {section.title}" if section.number else section.title


def _style(title: str, foot: str) -> str:
    style = files("training.report.document").joinpath("frame.css").read_text(encoding="utf-8")
    margins = {"top-left": title, "bottom-left": foot}
    written = " ".join(f"@{place} {{ content: {_quoted(text)}; }}" for place, text in margins.items())
    return f"{style}\n@page {{ {written} }}\n"


def _quoted(text: str) -> str:
    """Return a text as a string of CSS that it cannot leave, whatever it holds."""
    safe = (each if each.isalnum() or each == " " else f"\\{ord(each):x} " for each in text)
    return f'"{"".join(safe)}"'

"""Markup that no text can leave."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from training.report.document.markup import Html, joined, tag

# Reason: a parser of HTML changes line ends and drops NUL, which is no matter of escaping.
texts = st.text(st.characters(blacklist_characters="\r\0", blacklist_categories=("Cs",)))


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(inside=texts, attribute=texts)
def test_texts_come_out_as_they_went_in(inside: str, attribute: str) -> None:
    reader = Reader()
    reader.feed(tag("p", inside, data_x=attribute))
    reader.close()
    assert reader.tags == [("p", {"data-x": attribute})]
    assert reader.text == inside


def test_only_markup_is_written_as_it_is() -> None:
    assert joined("<i>", Html("<i>"), None, [["<"], None]) == "&lt;i&gt;<i>&lt;"
    assert type(joined("a")) is Html


def test_an_element_without_content_has_no_end() -> None:
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'
    assert tag("i", class_=None) == "<i></i>"

"""The page that reports are written on."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.report.document.frame import Section, figure, light, page
from training.report.document.markup import Html, tag


@given(title=st.text(), foot=st.text())
def test_no_title_leaves_the_style_sheet(title: str, foot: str) -> None:
    written = page(title, None, [], foot=foot)
    style = re.search(r"<style>(.*?)</style>", written, re.DOTALL)
    assert style is not None
    margins = style[1].split("@page")[-1]
    assert re.fullmatch(
        r' \{ @top-left \{ content: "[^"<]*"; \} @bottom-left \{ content: "[^"<]*"; \} \}\n', margins
    )


def test_a_section_that_begins_a_page_says_so() -> None:
    sections = [Section("a", "A", Html("1")), Section("b", "B", Html("2"), "A1", is_fresh=True)]
    written = page("t", "first", sections)
    assert '<section id="a"><h2>A</h2>1</section>' in written
    assert '<section id="b" class="fresh"><h2>A1 B</h2>2</section>' in written


def test_a_page_without_sections_has_no_contents() -> None:
    assert "<nav" not in page("t", "first", [])


@pytest.mark.parametrize("color", ["green", "amber", "red", "grey"])
def test_each_colour_has_a_shape_and_a_name_of_its_own(color: str) -> None:
    others = {"green", "amber", "red", "grey"} - {color}
    shape = re.sub(r"<[^>]+>", "", light(color, ""))
    assert all(shape != re.sub(r"<[^>]+>", "", light(each, "")) for each in others)
    assert re.search(r'role="img" aria-label="\w+"', light(color))


def test_a_figure_says_how_to_read_it() -> None:
    written = figure(tag("svg"), "A & B", "up is good")
    assert "A &amp; B" in written
    assert "How to read this. </b>up is good" in written

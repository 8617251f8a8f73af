from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.page_text import WIDTH, text_width, wrapped


@given(st.text(alphabet="额度（），。；EUR 5,0%", max_size=400))
def test_no_line_begins_with_what_closes_or_ends_with_what_opens(text):
    lines = wrapped("额" + text.replace("（（", "（").strip("（"), "- ")

    bodies = [line[2:] for line in lines]
    assert not [line for line in bodies[1:] if line.startswith(tuple("，。；）"))]
    assert "".join(bodies).replace(" ", "") == ("额" + text.replace("（（", "（").strip("（")).replace(
        " ", ""
    )


@pytest.mark.parametrize("filler", range(40, 50))
def test_punctuation_after_a_figure_stays_on_its_line(filler):
    lines = wrapped("额" * filler + "（EUR 5,000），超过", "")

    assert max(map(text_width, lines)) <= WIDTH
    assert not any(line.startswith(("，", "）")) or line.endswith("（") for line in lines)

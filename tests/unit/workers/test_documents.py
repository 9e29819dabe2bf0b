"""Styles of pages, made once for each theme and kept within a bound."""

from types import SimpleNamespace

from workers.render import documents
from workers.render.documents import ASSETS_MAX, build_assets

FACE = {"mode": "dark", "header": None, "font": "system"}


def test_styles_are_kept_within_a_bound_when_owners_choose_ever_other_accents():
    # Given a process that draws a page in one accent after the other
    made = documents._build_assets

    # When there are more of them than it keeps
    for number in range(ASSETS_MAX + 2):
        build_assets(SimpleNamespace(**FACE, accent=f"#5b9d{number:02x}"))

    # Then it keeps so many, and no more
    assert made.cache_info().currsize == ASSETS_MAX

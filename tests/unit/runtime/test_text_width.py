"""Widths of texts: the table, and the sums of badge-maker."""

from hashlib import sha256

from domain.runtime.text_width import _STARTS, _WIDTHS, badge_width, text_width


def test_width_keeps_badge_makers_float_error_when_the_exact_sum_is_whole() -> None:
    assert text_width("Systems Login All") == 97.99999999999997  # exactly 98 would become 99
    assert badge_width("Systems Login All") == 97


def test_width_of_every_character_is_what_was_measured():
    widths = sha256(repr(list(zip(_STARTS, _WIDTHS, strict=True))).encode()).hexdigest()
    assert widths == "38df993cf4e6a789480628640b02f0b45e2ba1bfb5e58b6b4be6dab0ec3ee365"

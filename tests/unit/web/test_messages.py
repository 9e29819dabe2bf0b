"""The work that the messages of one screen may cost."""

from domain.runtime.markdown_rules import MARKS_MAX
from domain.runtime.messages import render_message, render_plain_text
from web.dashboard.messages import WORK_MAX, WORK_OF_ONE, MessageRenderer


def test_a_usual_timeline_is_rendered_as_a_whole():
    messages = [f"Update **{number}**: `eu-{number}` is slow." for number in range(50)]
    renderer = MessageRenderer()
    assert [renderer.render(text) for text in messages] == list(map(render_message, messages))


def test_what_is_beyond_a_screens_work_is_text():
    # Given messages that cost as much as one may
    heavy = [f"{number} " + "*a* " * (MARKS_MAX // 2) for number in range(20)]

    # When a screen shows them twice
    first, second = MessageRenderer(), MessageRenderer()
    shown = [first.render(text) for text in heavy]

    # Then few are rendered, the newest ones, and the rest is told as text, each time the same
    rendered = [html == render_message(text) for text, html in zip(heavy, shown, strict=True)]
    assert 1 <= sum(rendered) <= WORK_MAX // MARKS_MAX
    assert rendered == sorted(rendered, reverse=True)
    assert shown[-1] == render_plain_text(heavy[-1])
    assert shown == [second.render(text) for text in heavy]


def test_empty_messages_are_bounded_too():
    renderer = MessageRenderer()
    shown = [renderer.render("*a*") for _ in range(2 * WORK_MAX // WORK_OF_ONE)]
    assert shown[0] == "<p><em>a</em></p>\n"
    assert shown[-1] == "<p>*a*</p>\n"

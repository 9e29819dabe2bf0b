"""A month of the archive with as many incidents as it shows, and with one more.

Source: docs/behaviour.md, "Public endpoints".
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.page.state import Incident, Page
from domain.runtime.new_ids import new_id
from domain.status import Impact, IncidentState
from domain.store.postgres.save import save_page
from tests.property.test_page_store_laws import RolledBack
from workers.render.eager import build_render_context
from workers.render.on_demand import MONTH_MAX, render_month

pytestmark = pytest.mark.usefixtures("store")

FIRST = datetime(2026, 2, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 31)
SENTENCE = f"Only the newest {MONTH_MAX} of this month are shown, newest start first."


def incident(number):
    at = FIRST + timedelta(minutes=number)
    return Incident(
        id=new_id("i"),
        title=f"Number {number}.",
        impact=Impact.NONE,
        state=IncidentState.RESOLVED,
        started_at=at,
        posted_at=at,
        updated_at=at,
        resolved_at=at + timedelta(minutes=1),
    )


@pytest.mark.parametrize("more", [0, 1])
def test_limit_and_order_are_stated_only_when_a_month_has_more(more):
    # given a month with so many incidents
    page = Page(new_id("p"), "a_1", "Acme", created_at=FIRST, changed_at=FIRST)
    incidents = [incident(number) for number in range(MONTH_MAX + more)]
    whole = replace(page, incidents={i.id: i for i in incidents})
    with RolledBack() as conn:
        save_page(conn, Page(page.id), whole, 1)
        # when the month is rendered
        html = render_month(conn, build_render_context(page, TODAY), "2026-02").decode()
    # then it says what it leaves out, if anything
    assert html.count("<article") == MONTH_MAX
    assert (SENTENCE in html) is bool(more)
    assert ("Number 0." in html) is not bool(more)

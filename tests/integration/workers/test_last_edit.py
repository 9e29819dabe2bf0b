"""The last edit, for an emptied Redis. Source: docs/architecture.md, "An older artifact is served
for a minute".
"""

import pytest

from domain.page import commands as c
from domain.status import Status
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from tests.support.drained_page import DrainedPage
from workers.drain import drain_stream

pytestmark = pytest.mark.usefixtures("store")


def edited_of(page):
    return int(artifacts.cache_redis().hget(keys.page_key(page.id), "edited"))


def test_older_artifacts_than_the_last_edit_alone_are_refused_when_redis_lost_a_page():
    # given a page whose incident was edited, and two writes after that
    page = DrainedPage("api")
    page.append(c.OpenIncident("i_" + page.id, "u_" + page.id, "Down", None, "We look."))
    edit = page.append(c.EditUpdate("i_" + page.id, "u_" + page.id, "We look on."))
    page.drain()
    for status in (Status.DEGRADED, Status.OPERATIONAL):
        page.append(c.SetStatus("api", status))
        page.drain()
    # when Redis evicts the page, and it is published again
    artifacts.cache_redis().delete(keys.page_key(page.id))
    drain_stream(page.id)
    # then what was rendered since the edit may be served
    assert edited_of(page) == edit

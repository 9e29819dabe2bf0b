"""What was saved and not shown is counted, and its drain does not say that it is published."""

import pytest
from prometheus_client import REGISTRY

from domain.account.commands import AddPage
from domain.page.commands import SetStatus
from domain.runtime.new_ids import new_id
from domain.status import Status
from domain.store.redis import publisher as artifacts
from tests.support.drained_page import DrainedPage, drain_all
from workers import drain

pytestmark = pytest.mark.usefixtures("store")


def failures():
    return REGISTRY.get_sample_value("hepstatus_publications_failed_total")


@pytest.mark.parametrize("epoch", [None, "of an emptied Redis"])
@pytest.mark.parametrize("is_page", [True, False])
def test_nothing_counts_as_shown_when_redis_is_gone_or_emptied_during_a_drain(epoch, is_page):
    # given a command that is applied, of a page or of an account
    page, before = DrainedPage("api"), failures()
    if is_page:
        stream_id = page.id
        page.append(SetStatus("api", Status.OUTAGE))
    else:
        stream_id, added = page.account_id, new_id("p")
        page.append_to_account(AddPage(added, "Second", f"{added[2:]}.localhost"))
    batch = drain.apply_halving(stream_id, 10)
    # when Redis does not answer, or holds another epoch than the one at the drain's start
    assert drain.show(stream_id, batch, epoch) is False
    # then that counts, and the page shows what it showed
    assert failures() == before + 1
    assert page.published()[1]["status"]["indicator"] == "operational"
    # and what is shown the next time counts no more
    if is_page:
        assert drain.show(stream_id, batch, artifacts.epoch()) is True
        assert page.published()[1]["status"]["indicator"] == "outage"
    drain_all(stream_id)
    assert failures() == before + 1

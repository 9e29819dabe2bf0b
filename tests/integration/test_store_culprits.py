"""Drains that meet at a command which can't be saved, on a real store (rule 4)."""

from unittest import mock

import pytest

from domain.log import Outcome
from domain.page.commands import AddComponent, SetStatus
from domain.status import Status
from tests.support.drained_page import DrainedPage
from workers import drain

pytestmark = pytest.mark.usefixtures("store")


def test_good_command_is_not_failed_when_another_drain_has_failed_the_bad_one():
    # given a bad command before a good one, and a drain that has seen the bad one fail alone
    page = DrainedPage("api")
    theirs = next(iter(DrainedPage("theirs").leaves.values()))
    bad = page.append(AddComponent(theirs, "Stolen"))
    good = page.append(SetStatus("api", Status.OUTAGE))
    fail_alone = drain.fail_alone

    def another_is_faster(stream_id, seq):
        fail_alone(stream_id, seq)
        return fail_alone(stream_id, seq)

    # when another settles that one before it does
    with mock.patch.object(drain, "fail_alone", side_effect=another_is_faster):
        drain.drain_stream(page.id)
    page.drain()
    # then the next one is not settled in its place
    assert [page.receipt(seq).outcome for seq in (bad, good)] == [Outcome.FAILED, Outcome.APPLIED]
    assert page.published()[1]["components"][0]["status"] == "outage"

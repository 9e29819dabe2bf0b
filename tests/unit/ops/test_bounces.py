"""Bounces: which messages report that an address takes no mail any more."""

import pytest

from ops.cli.mail.bounces import Bounce, read_bounce
from tests.support.bounces import bounce

FROM = "status@localhost"


def test_permanent_failure_is_a_bounce_and_its_reason_names_no_address():
    assert read_bounce(bounce("b_1"), FROM) == Bounce(
        "b_1", "the mail came back: 550 5.1.1 <(address)>: Recipient address rejected"
    )


@pytest.mark.parametrize(
    "report",
    [
        bounce("b_1", action="delayed", status="4.4.1"),
        bounce("b_1", action="delivered", status="2.0.0"),
        bounce("b_1", status="4.2.2"),
        # the refusal of a sender, not of an address
        bounce("b_1", status="5.7.1"),
        bounce("b_1").replace(b"status+b-", b"status-"),
        # an absence note
        b"To: status+b-b_1@localhost\nAuto-Submitted: auto-replied\n\nI am away, 550 5.1.1\n",
        b"",
        b"\xff\xfe\x00 status+b-b_1@localhost",
        b"Content-Type: message/delivery-status\n\nstatus+b-b_1@localhost",
    ],
)
def test_other_message_is_no_bounce(report):
    assert read_bounce(report, FROM) is None

"""What a write is answered with when the rest of it can't be read."""

import asyncio

import pytest

from domain.account.commands import BuySlot
from domain.results import Remarks
from web.http.responses import complete_data, remarks_data
from web.writes.submit import WriteOutcome

WRITTEN = WriteOutcome("r_1", BuySlot("s_1"), is_published=True)
KNOWN = {"slot": "s_1", "balance": None}


def test_rest_is_read_by_the_receipt_when_the_write_is_published():
    async def complete(command, receipt_id):
        return {"slot": command.slot_id, "receipt": receipt_id}

    data, written = asyncio.run(complete_data(KNOWN, WRITTEN, complete))
    assert data == {"slot": "s_1", "receipt": "r_1"}
    assert written is WRITTEN


def test_write_counts_as_on_its_way_when_the_rest_can_not_be_read():
    # It is stored for good: a 503 would promise that nothing was accepted.
    async def complete(command, receipt_id):
        raise OSError("no way to Postgres")

    data, written = asyncio.run(complete_data(KNOWN, WRITTEN, complete))
    assert data == KNOWN
    assert not written.is_published


@pytest.mark.parametrize(
    ("remarks", "told"),
    [
        (Remarks(), {}),
        (Remarks(("Gone",)), {"ignored": ("Gone",)}),
        (Remarks(unchanged=True, update_id="u_1"), {"id": "u_1", "unchanged": True}),
        (Remarks(("Gone",), unchanged=True), {"id": None, "unchanged": True, "ignored": ("Gone",)}),
    ],
)
def test_answer_has_remarks_only_when_there_are_any(remarks, told):
    assert remarks_data(remarks) == told

"""Payloads of every kind of command, stored by an older release and drained by this one.

`recorded_payloads.json` is a record: what an older release wrote stays as it is. A newer kind or
field needs no payload; fields of the state that the record doesn't know are not compared, nor are
instants and ids of the run.
"""

import json
from pathlib import Path
from unittest import mock

import msgspec
import pytest

from domain.store.postgres.command_codec import KINDS
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.load import load_account, load_page
from domain.store.postgres.receipts import receipt_at
from tests.support.drained_page import DrainedPage, append_as, drain_all

pytestmark = pytest.mark.usefixtures("store")

FILE = Path(__file__).parent / "recorded_payloads.json"
RECORD = json.loads(FILE.read_text())


def append_recorded(stream_id, rows):
    """Append rows as they were stored; returns the seqs."""
    for row in rows:
        stored = (row["kind"], json.dumps(row["payload"]))
        with mock.patch("domain.store.postgres.command_log.encode_command", return_value=stored):
            yield append_as("system", "test", stream_id, None).seq


def drained(stream_id, rows):
    """The outcome of each row, after one drain of all."""
    seqs = list(append_recorded(stream_id, rows))
    drain_all(stream_id)
    with sync_engine().connect() as conn:
        return [str(receipt_at(conn, stream_id, seq).outcome) for seq in seqs]


def to_lasting(value):
    """JSON without instants, hosts and ids of this run."""
    if isinstance(value, list):
        return [to_lasting(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {name: to_lasting(part) for name, part in value.items() if lasts(name, part)}


def lasts(name, part):
    ids = [word for word in (name, part) if isinstance(word, str) and word[1:2] == "_"]
    is_instant = name == "at" or name.endswith(("_at", "host"))
    return all("recorded" in word for word in ids) and not is_instant


def as_recorded(found, recorded):
    """What was found, without fields that are newer than the record; ids are no fields."""
    if isinstance(found, list) and isinstance(recorded, list) and len(found) == len(recorded):
        return [as_recorded(*pair) for pair in zip(found, recorded, strict=True)]
    if not (isinstance(found, dict) and isinstance(recorded, dict)):
        return found
    known = {name for name in found if name in recorded or "recorded" in name}
    return {name: as_recorded(found[name], recorded.get(name)) for name in known}


def test_every_recorded_kind_is_known_when_these_payloads_are_drained():
    streams = (*RECORD["page"]["commands"], *RECORD["account"]["commands"])
    endings = (*RECORD["endings"]["page"], *RECORD["endings"]["account"])
    assert {row["kind"] for row in (*streams, *endings)} <= set(KINDS)


@pytest.mark.parametrize("stream", ["page", "account"])
def test_state_is_as_it_was_when_recorded_payloads_are_drained(stream):
    page, recorded = DrainedPage(), RECORD[stream]
    stream_id = page.id if stream == "page" else page.account_id
    found = {"outcomes": drained(stream_id, recorded["commands"])}
    with sync_engine().connect() as conn:
        state, _ = (
            load_page(conn, page.id) if stream == "page" else load_account(conn, page.account_id)
        )
    found["state"] = to_lasting(json.loads(msgspec.json.encode(state)))
    wanted = {name: recorded[name] for name in found}
    assert as_recorded(found, wanted) == wanted
    assert set(drained(stream_id, RECORD["endings"][stream])) == {"applied"}

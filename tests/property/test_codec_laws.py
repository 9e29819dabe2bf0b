"""Laws of the codec: a log row outlives the code that wrote it, and means what it meant."""

import json
from dataclasses import MISSING, fields
from enum import Enum

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import commands as ac
from domain.account import commands as mc
from domain.account.domains import MountKind
from domain.page import commands as pc
from domain.page import state as s
from domain.page.commands import AddTemplate, ChangeTemplate, DeleteTemplate
from domain.results import Code, Rejection
from domain.status import Impact, IncidentKind, IncidentState
from domain.store.postgres.command_codec import (
    KINDS,
    UnknownKindError,
    decode_command,
    encode_command,
)
from domain.store.redis.subscriber import Announcement, decode, encode
from tests.property.strategies import entitlements, instants, statuses, texts

words = texts(40)
maybe = st.none() | words
given_statuses = st.lists(st.builds(pc.StatusGiven, words, statuses), max_size=3).map(tuple)
wordings = st.dictionaries(statuses.map(str), words, max_size=3)
rewordings = st.none() | wordings
flags = st.booleans()
looks = st.builds(
    s.Appearance, wordings, wordings, st.sampled_from(s.Mode), maybe, flags, flags, flags
)
template_states = (st.none() | st.sampled_from(IncidentState), st.none() | st.sampled_from(Impact))

COMMANDS = {
    pc.CreatePage: (words, words, entitlements, maybe),
    pc.SetEntitlement: (entitlements,),
    pc.SetHosts: (maybe,),
    pc.DeletePage: (),
    pc.ChangePage: (
        maybe, st.none() | st.booleans(), maybe, maybe, st.none() | looks, rewordings, rewordings,
        st.none() | st.sampled_from(s.Mode), maybe, st.none() | st.booleans(),
        st.none() | st.booleans(), maybe, maybe,
    ),
    pc.AddComponent: (
        words, words, st.sampled_from(s.ComponentKind), maybe, st.none() | st.integers(0, 2**31),
        maybe, st.none() | statuses, st.booleans(),
    ),
    pc.ChangeComponent: (
        words, maybe, maybe, maybe, st.none() | st.integers(0, 2**31), st.none() | statuses,
        st.booleans(), st.none() | st.booleans(),
    ),
    pc.DeleteComponent: (words,),
    pc.SetStatus: (words, statuses),
    pc.OpenIncident: (
        words, words, words, st.none() | st.sampled_from(Impact), maybe, given_statuses,
        st.sampled_from(IncidentState), st.none() | instants(),
    ),
    pc.PostUpdate: (words, words, st.sampled_from(IncidentState), maybe, given_statuses),
    pc.ScheduleMaintenance: (
        words, words, words, instants(), instants(), maybe, st.lists(words, max_size=3).map(tuple),
        st.booleans(), st.booleans(),
    ),
    pc.StartMaintenance: (words, words, maybe, st.none() | instants()),
    pc.FinishMaintenance: (words, words, maybe, st.none() | instants()),
    pc.ChangeIncident: (
        words, maybe, st.none() | st.sampled_from(Impact), *(st.none() | instants(),) * 3,
        *(st.none() | st.booleans(),) * 2,
    ),
    pc.EditUpdate: (words, words, words),
    pc.DeleteUpdate: (words, words),
    pc.DeleteIncident: (words,),
    pc.CreateKey: (words, words, words),
    pc.ChangeKey: (words, maybe, st.none() | st.booleans(), maybe),
    pc.DeleteKey: (words,),
    AddTemplate: (
        words, words, maybe, maybe, *template_states, st.sampled_from(IncidentKind),
    ),
    ChangeTemplate: (
        words, maybe, maybe, maybe, *template_states, st.none() | st.sampled_from(IncidentKind),
        st.booleans(), st.booleans(),
    ),
    DeleteTemplate: (words,),
    ac.DeleteAccount: (),
    pc.SuspendPage: (maybe,),
    pc.UnsuspendPage: (),
    ac.AddPage: (words, words, maybe),
    ac.RemovePage: (words,),
    ac.SetTier: (st.sampled_from(s.Tier), st.none() | instants()),
    ac.GrantTokens: (st.integers(-(2**62), 2**62),),
    ac.BuySlot: (words,),
    ac.RenewSlot: (words,),
    ac.ExpireSlot: (words, instants()),
    ac.EndPrime: (instants(),),
    ac.Probe: (),
    mc.MountHost: (words, words, words, st.sampled_from(MountKind), words, st.booleans()),
    mc.VerifyMount: (words, words),
    mc.ActivateMount: (words, instants()),
    mc.NoteMountCheck: (words, instants(), maybe, st.booleans()),
    mc.LapseMount: (words, instants(), maybe),
    mc.UnmountHost: (words, words),
    mc.SetPrimary: (words, words),
}  # fmt: skip

# Made once, for all examples: making and checking them anew takes longer than drawing from them.
BUILT = {kind: st.builds(kind, *parts) for kind, parts in COMMANDS.items()}


def test_every_kind_of_command_is_tried_when_these_laws_run():
    assert set(COMMANDS) == set(KINDS.values())


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_command_comes_back_as_it_was_when_decoded(kind, data):
    command = data.draw(BUILT[kind])
    name, payload = encode_command(command)
    assert name == kind.__name__
    assert decode_command(name, payload) == command


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_old_payload_still_means_its_command_when_newer_fields_are_missing(kind, data):
    command = data.draw(BUILT[kind])
    newer = {field.name: field.default for field in fields(kind) if field.default is not MISSING}
    missing = data.draw(st.sets(st.sampled_from(sorted(newer)))) if newer else set()
    name, payload = encode_command(command)
    old = {n: value for n, value in json.loads(payload).items() if n not in missing}
    found = decode_command(name, json.dumps(old))
    for field in fields(kind):
        wanted = newer[field.name] if field.name in missing else getattr(command, field.name)
        assert getattr(found, field.name) == wanted


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_payload_is_understood_when_newer_code_wrote_fields_that_are_unknown_here(kind, data):
    command = data.draw(BUILT[kind])
    name, payload = encode_command(command)
    newer = {**json.loads(payload), "a field of tomorrow": {"deep": [1]}}
    assert decode_command(name, json.dumps(newer)) == command


# The shape of every payload, as the first code wrote it. A change that breaks one of these breaks
# rows that are in people's logs: add a field with a default instead.
FIRST_PAYLOADS = {
    "CreatePage": '{"account_id":"a","name":"n","entitlement":{}}',
    "SetEntitlement": '{"entitlement":{"tier":"prime","served_until":"2026-03-01T00:00:00Z"}}',
    "SetHosts": '{"host":null}',
    "DeletePage": "{}",
    "ChangePage": '{"is_public":true}',
    "AddComponent": '{"component_id":"c","name":"n"}',
    "ChangeComponent": '{"component_id":"c"}',
    "DeleteComponent": '{"component_id":"c"}',
    "SetStatus": '{"reference":"c","status":"outage"}',
    "OpenIncident": '{"incident_id":"i","update_id":"u","title":"t"}',
    "PostUpdate": '{"incident_id":"i","update_id":"u","state":"resolved"}',
    "ScheduleMaintenance": '{"incident_id":"i","update_id":"u","title":"t",'
    '"scheduled_start":"2026-03-01T00:00:00Z","scheduled_end":"2026-03-01T01:00:00Z"}',
    "StartMaintenance": '{"incident_id":"i","update_id":"u"}',
    "FinishMaintenance": '{"incident_id":"i","update_id":"u"}',
    "ChangeIncident": '{"incident_id":"i"}',
    "EditUpdate": '{"incident_id":"i","update_id":"u","body":"b"}',
    "DeleteUpdate": '{"incident_id":"i","update_id":"u"}',
    "DeleteIncident": '{"incident_id":"i"}',
    "CreateKey": '{"key_id":"k","name":"n","hash":"h"}',
    "ChangeKey": '{"key_id":"k"}',
    "DeleteKey": '{"key_id":"k"}',
    "AddTemplate": '{"template_id":"t","title":"t"}',
    "ChangeTemplate": '{"template_id":"t"}',
    "DeleteTemplate": '{"template_id":"t"}',
    "DeleteAccount": "{}",
    "SuspendPage": "{}",
    "UnsuspendPage": "{}",
    "AddPage": '{"page_id":"p","name":"n"}',
    "RemovePage": '{"page_id":"p"}',
    "SetTier": '{"tier":"prime"}',
    "GrantTokens": '{"amount":1}',
    "BuySlot": '{"slot_id":"s"}',
    "RenewSlot": '{"slot_id":"s"}',
    "ExpireSlot": '{"slot_id":"s","due_at":"2026-03-01T00:00:00Z"}',
    "EndPrime": '{"due_at":"2026-03-01T00:00:00Z"}',
    "Probe": "{}",
    "MountHost": '{"mount_id":"m","page_id":"p","host":"status.acme.com","kind":"domain"}',
    "VerifyMount": '{"page_id":"p","mount_id":"m"}',
    "ActivateMount": '{"mount_id":"m","asked_at":"2026-03-01T00:00:00Z"}',
    "NoteMountCheck": '{"mount_id":"m","asked_at":"2026-03-01T00:00:00Z"}',
    "LapseMount": '{"mount_id":"m","asked_at":"2026-03-01T00:00:00Z"}',
    "UnmountHost": '{"page_id":"p","mount_id":"m"}',
    "SetPrimary": '{"page_id":"p","mount_id":"m"}',
}


@pytest.mark.parametrize("kind", sorted(FIRST_PAYLOADS))
def test_row_of_the_first_day_is_understood_when_read_by_todays_code(kind):
    assert type(decode_command(kind, FIRST_PAYLOADS[kind])).__name__ == kind


def test_look_of_an_older_row_is_understood_when_a_change_carries_only_what_is_given():
    payload = '{"name":null,"is_public":null,"look":{"labels":{"outage":"Down"},"mode":"dark"}}'
    found = decode_command("ChangePage", payload)
    assert found == pc.ChangePage(look=s.Appearance({"outage": "Down"}, mode=s.Mode.DARK))


@given(st.text(max_size=20))
def test_unknown_kind_raises_when_decoded(kind):
    if kind not in KINDS:
        with pytest.raises(UnknownKindError):
            decode_command(kind, "{}")


@pytest.mark.parametrize("payload", ['{"reference":1}', "[]", "{", '{"reference":"a"}', "null"])
def test_payload_that_does_not_fit_raises_when_decoded(payload):
    with pytest.raises(msgspec.DecodeError):
        decode_command("SetStatus", payload)


refusals = st.builds(
    Rejection, st.sampled_from(Code), words, st.dictionaries(words, words, max_size=2)
)
seqs = st.integers(1, 2**40)
announcements = st.builds(
    Announcement,
    words,
    seqs,
    seqs,
    st.dictionaries(seqs, refusals, max_size=3),
    st.dictionaries(seqs, st.lists(st.tuples(words, seqs), max_size=2), max_size=2),
)


@given(announcements)
def test_announcement_comes_back_as_it_was_when_decoded(announcement):
    assert decode(encode(announcement)) == announcement


@given(entitlements)
def test_wire_names_are_written_when_enums_are_encoded(entitlement):
    _, payload = encode_command(pc.SetEntitlement(entitlement))
    tier = json.loads(payload)["entitlement"]["tier"]
    assert tier == entitlement.tier.value
    assert not isinstance(tier, Enum)

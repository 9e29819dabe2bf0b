"""One bad command fails alone, and an outage fails none.

Source: docs/architecture.md, "A bad command fails alone" and
"Facts across pages belong to the account".
"""

from dataclasses import dataclass

import pytest

from domain.account.commands import AddPage, Probe
from domain.page.commands import AddComponent, CreateKey
from domain.page.commands import SetStatus as Toggle
from domain.runtime.new_ids import new_id
from domain.status import Status
from tests.support.faults.breaking import HEALS_S, Behind, receipt_id

pytestmark = pytest.mark.system


@dataclass(frozen=True, slots=True)
class Levitate:
    """A kind of command that no code knows."""

    height: int = 1


@dataclass(frozen=True, slots=True)
class SetStatus:
    """A known kind with a payload that does not fit."""

    reference: str = "api"
    status: str = "purple"


def unknown_kind(_actors, _page):
    return Levitate()


def unreadable_payload(_actors, _page):
    return SetStatus()


def own_component(_actors, page):
    """The core raises: a minted id can't be in use already."""
    return AddComponent(page.leaf("Mine"), "Again")


def component_of_another_page(actors, _page):
    """The table's primary key refuses it."""
    return AddComponent(actors.page().leaf("Theirs"), "Stolen")


def hash_of_another_key(actors, page):
    """A unique index refuses it."""
    page.key()
    hash_ = Behind(actors.system).sql("SELECT hash FROM keys WHERE page_id = :id", id=page.id)
    return CreateKey(new_id("k"), "copy", hash_[0].hash)


POISONS = [
    unknown_kind, unreadable_payload, own_component, component_of_another_page, hash_of_another_key,
]  # fmt: skip


@pytest.mark.parametrize("poison", POISONS)
def test_poison_fails_alone_when_it_stands_between_good_ones(system, actors, poison):
    # given a page, and in one batch good commands around a bad one
    page = actors.page("First", "Second", "Third")
    mon, behind = actors.monitor(page), Behind(system)
    first, bad, second, third = behind.append(
        page.id,
        Toggle("first", Status.OUTAGE),
        poison(actors, page),
        Toggle("second", Status.OUTAGE),
        Toggle("third", Status.DEGRADED),
    )
    # then its neighbours apply, and it alone is settled as failed, for good
    for good in (first, second, third):
        behind.wait_for(good, "published", limit_s=2 * HEALS_S)
    assert behind.receipt(bad).state == "failed"
    receipt = mon.get(f"/api/v1/receipts/{bad}").json()["data"]
    assert (receipt["state"], receipt["refusal"]["code"]) == ("failed", "FAILED")
    shown = actors.visitor(page).statuses()
    assert (shown["First"], shown["Second"], shown["Third"]) == ("outage", "outage", "degraded")
    assert not {"Again", "Stolen"} & set(shown)
    # and the stream goes on
    assert mon.toggle("first", "operational").status_code == 200


def test_two_poisons_fail_alone_when_they_meet_in_one_batch(system, actors):
    page = actors.page("API")
    theirs, behind = actors.page().leaf("Theirs"), Behind(system)
    steal = AddComponent(theirs, "Stolen")
    commands = [
        Toggle("api", Status.OUTAGE),
        steal,
        Levitate(),
        steal,
        Toggle("api", Status.PARTIAL),
    ]
    ids = behind.append(page.id, *commands)
    behind.wait_for(ids[-1], "published")
    states = [behind.receipt(id_).state for id_ in ids]
    assert states == ["published", "failed", "failed", "failed", "published"]
    assert actors.visitor(page).json()["status"]["indicator"] == "partial"


def test_account_goes_on_when_a_command_of_it_fails(system, actors):
    # given a poisoned account
    ada, behind = actors.owner(), Behind(system)
    (bad,) = behind.append(ada.id, Levitate())
    behind.wait_for(bad, "failed")
    # then its next command is applied
    page = ada.page()
    assert actors.visitor(page).get("/").status_code == 200


def test_good_command_is_not_failed_when_postgres_ends_its_drain(system, actors):
    # given a drain that stands still in its middle
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    with behind.held("pages", page.id):
        answer = mon.toggle("api", "outage", headers={"Prefer": "respond-async"})
        behind.wait_until_draining()
        # when Postgres ends its connection
        behind.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND query ~ '^UPDATE pages SET account_id'"
        )
    # then the command is not to blame: it is applied as soon as there is a connection
    behind.wait_for(receipt_id(answer), "published", "failed", limit_s=2 * HEALS_S)
    assert behind.receipt(receipt_id(answer)).state == "published"


def test_cause_fails_when_its_follow_up_fails(system, actors):
    # given an account, and a page id that is taken without the account knowing
    ada, behind, page_id = actors.owner(), Behind(system), new_id("p")
    behind.sql(
        "INSERT INTO pages (id, account_id, name, time_zone, is_public, tier, created_at,"
        " changed_at) VALUES (:id, 'a_nobody', 'Taken', 'UTC', false, 'free', now(), now())",
        id=page_id,
    )
    # when a page of that id is added
    (cause, neighbour) = behind.append(ada.id, AddPage(page_id, "Mine"), Probe())
    # then its creation fails, and with it what caused it
    behind.wait_for(cause, "failed")
    behind.wait_for(neighbour, "published")
    receipt = ada.get(f"/api/v1/receipts/{cause}").json()["data"]
    assert (receipt["state"], receipt["refusal"]["code"]) == ("failed", "FAILED")

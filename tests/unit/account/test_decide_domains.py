"""What becomes of mounts: limits, proofs, take-overs, and which host is primary."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.account import commands as c
from domain.account.allocations import follow_ups
from domain.account.apply import apply_all
from domain.account.commands import AddPage, RemovePage
from domain.account.decide.domains import WAITING, host_to_claim
from domain.account.decide.table import Facts, decide
from domain.account.domains import MountKind, MountState, first_mount_id, mounts_of
from domain.account.events import HostFreed
from domain.account.state import Account
from domain.page.commands import CreatePage, SetHosts
from domain.page.state import Tier
from domain.results import Code, DuplicateIdError, Rejection

AT = datetime(2026, 3, 1, tzinfo=UTC)
LATER = AT + timedelta(days=1)
SUBDOMAIN, DOMAIN = MountKind.SUBDOMAIN, MountKind.DOMAIN
OURS, TAKEN = Facts(host_is_ours=True), Facts(host_is_ours=False)


class Told:
    """An account that is told commands, and what it made its pages do and freed meanwhile."""

    def __init__(self, *commands):
        self.account = Account("a_1", Tier.PRIME)
        self.pairs, self.freed = [], []
        for command in commands or (AddPage("p_1", "Acme"),):
            self.tell(command)

    def tell(self, command, at=AT, facts=OURS):
        events = decide(self.account, command, at, facts)
        assert not isinstance(events, Rejection), events
        self.account = apply_all(self.account, events)
        self.pairs += follow_ups(self.account, events)
        self.freed += [event.host for event in events if isinstance(event, HostFreed)]
        return self

    def refusal(self, command, facts=OURS):
        refused = decide(self.account, command, AT, facts)
        assert isinstance(refused, Rejection), refused
        return refused

    def domain(self, number, *, active=False, **more):
        """Mount status<number>.acme.com as m_<number>."""
        host = f"status{number}.acme.com"
        self.tell(c.MountHost(f"m_{number}", "p_1", host, DOMAIN, f"token{number}", **more))
        if active:
            self.tell(c.ActivateMount(f"m_{number}", self[number].asked_at))
        return self

    def __getitem__(self, number):
        return self.account.mounts[f"m_{number}"]

    @property
    def primary(self):
        found = [mount.host for mount in self.account.mounts.values() if mount.is_primary]
        assert len(found) <= 1
        return found[0] if found else None

    @property
    def canonical(self):
        """The host that the page was told last."""
        hosts = [cmd.host for _, cmd in self.pairs if isinstance(cmd, SetHosts | CreatePage)]
        return hosts[-1] if hosts else None


def test_subdomain_is_the_primary_mount_when_a_page_begins_with_it():
    told = Told(AddPage("p_1", "Acme", "acme.hep.gg"))
    (mount,) = mounts_of(told.account.mounts, "p_1")
    assert (mount.id, mount.state, mount.is_primary) == ("m_1", MountState.ACTIVE, True)
    assert mount.id == first_mount_id("p_1")
    assert [type(command) for _, command in told.pairs] == [CreatePage]


def test_subdomain_is_bound_at_once_when_it_is_free():
    told = Told().tell(c.MountHost("m_1", "p_1", "acme.hep.gg", SUBDOMAIN))
    assert (told[1].state, told[1].reason, told.primary) == (MountState.ACTIVE, None, "acme.hep.gg")
    assert told.canonical == "acme.hep.gg"


def test_domain_waits_for_its_proof_when_it_is_mounted():
    told = Told().domain(1)
    assert (told[1].state, told[1].reason, told[1].token) == (MountState.PENDING, WAITING, "token1")
    assert told.primary is None
    told.tell(c.ActivateMount("m_1", AT), LATER)
    assert (told[1].state, told[1].reason, told[1].verified_at) == (MountState.ACTIVE, None, LATER)
    assert told.canonical == told.primary == "status1.acme.com"


@pytest.mark.parametrize("kind", MountKind)
def test_host_is_refused_when_it_is_taken(kind):
    refused = Told().refusal(c.MountHost("m_1", "p_1", "x.hep.gg", kind), TAKEN)
    assert (refused.code, list(refused.fields)) == (Code.CONFLICT, ["host"])
    assert "taken" in refused.error


def test_second_subdomain_is_refused_when_there_is_one():
    told = Told(AddPage("p_1", "Acme", "acme.hep.gg"))
    refused = told.refusal(c.MountHost("m_2", "p_1", "more.hep.gg", SUBDOMAIN))
    assert (refused.code, "subdomain already" in refused.error) == (Code.CONFLICT, True)


def test_sixth_domain_is_refused_when_there_are_five_in_any_state():
    told = Told(AddPage("p_1", "Acme", "acme.hep.gg"))
    for number in range(2, 7):
        told.domain(number, active=number % 2 == 0)
    refused = told.refusal(c.MountHost("m_7", "p_1", "more.acme.com", DOMAIN))
    assert (refused.code, "5 domains" in refused.error) == (Code.CONFLICT, True)
    told.tell(c.UnmountHost("p_1", "m_3")).domain(7)


def test_same_host_is_refused_when_it_is_mounted_on_the_page():
    told = Told().domain(1)
    refused = told.refusal(c.MountHost("m_2", "p_1", "status1.acme.com", DOMAIN), TAKEN)
    assert "already" in refused.error


def test_pending_mounts_block_nobody_when_two_pages_want_one_host():
    told = Told(AddPage("p_1", "Acme"), AddPage("p_2", "More")).domain(1)
    told.tell(c.MountHost("m_2", "p_2", "status1.acme.com", DOMAIN, "token2"))
    assert {mount.state for mount in told.account.mounts.values()} == {MountState.PENDING}


def test_proof_is_not_enough_when_somebody_was_faster():
    told = Told().domain(1).tell(c.ActivateMount("m_1", AT), LATER, TAKEN)
    assert told[1].state is MountState.PENDING
    assert "active on another page" in told[1].reason


@pytest.mark.parametrize(
    "command",
    [
        c.VerifyMount("p_1", "m_9"),
        c.UnmountHost("p_1", "m_9"),
        c.SetPrimary("p_1", "m_9"),
        c.VerifyMount("p_2", "m_1"),
        c.UnmountHost("p_2", "m_1"),
        c.SetPrimary("p_2", "m_1"),
        c.ActivateMount("m_9", AT),
        c.NoteMountCheck("m_9", AT),
        c.LapseMount("m_9", AT),
        c.MountHost("m_5", "p_9", "x.acme.com", DOMAIN),
    ],
)
def test_nothing_is_found_when_the_mount_or_page_is_not_there(command):
    told = Told(AddPage("p_1", "Acme"), AddPage("p_2", "More")).domain(1)
    assert told.refusal(command).code is Code.NOT_FOUND


@pytest.mark.parametrize("kind", [c.ActivateMount, c.NoteMountCheck, c.LapseMount])
def test_finding_is_refused_when_the_owner_asked_anew_meanwhile(kind):
    told = Told().domain(1).tell(c.VerifyMount("p_1", "m_1"), LATER)
    assert told.refusal(kind("m_1", AT)).code is Code.CONFLICT


def test_reason_changes_and_nothing_else_when_a_lookup_finds_something_new():
    told = Told().domain(1).tell(c.NoteMountCheck("m_1", AT, "no TXT record found"))
    assert (told[1].state, told[1].reason) == (MountState.PENDING, "no TXT record found")
    assert decide(told.account, c.NoteMountCheck("m_1", AT, told[1].reason), AT, OURS) == ()
    told.tell(c.NoteMountCheck("m_1", AT, "still none", has_failed=True))
    assert (told[1].state, told[1].reason) == (MountState.FAILED, "still none")


@pytest.mark.parametrize("ending", ["failed", "lapsed"])
def test_all_begins_anew_when_the_owner_verifies_what_ended(ending):
    told = Told().domain(1, active=ending == "lapsed")
    lapse, fail = (
        c.LapseMount("m_1", AT, "gone"),
        c.NoteMountCheck("m_1", AT, "gone", has_failed=True),
    )
    told.tell(lapse if ending == "lapsed" else fail)
    assert (told[1].state, told[1].reason, told.primary) == (MountState(ending), "gone", None)
    told.tell(c.VerifyMount("p_1", "m_1"), LATER)
    assert (told[1].state, told[1].asked_at, told[1].reason) == (MountState.PENDING, LATER, WAITING)


def test_active_mount_stays_so_when_it_is_verified_or_fails_a_lookup():
    told = Told().domain(1, active=True).tell(c.VerifyMount("p_1", "m_1"), LATER)
    assert (told[1].state, told[1].asked_at) == (MountState.ACTIVE, LATER)
    told.tell(c.NoteMountCheck("m_1", LATER, "gone", has_failed=True))
    assert (told[1].state, told[1].reason) == (MountState.ACTIVE, "gone")
    told.tell(c.ActivateMount("m_1", LATER), facts=TAKEN)
    assert (told[1].state, told[1].reason) == (MountState.ACTIVE, None)


def test_host_is_free_when_an_active_mount_ends():
    told = Told().domain(1, active=True).domain(2, active=True).domain(3)
    told.tell(c.LapseMount("m_1", AT, "gone")).tell(c.UnmountHost("p_1", "m_2"))
    told.tell(c.UnmountHost("p_1", "m_3")).tell(c.UnmountHost("p_1", "m_1"))
    assert told.freed == ["status1.acme.com", "status2.acme.com"]
    assert (told.canonical, dict(told.account.mounts)) == (None, {})


def test_pending_mount_does_not_lapse_when_it_is_told_so():
    told = Told().domain(1)
    assert decide(told.account, c.LapseMount("m_1", AT, "x"), AT, OURS) == ()


def test_oldest_active_mount_is_primary_when_the_primary_goes():
    told = Told(AddPage("p_1", "Acme", "acme.hep.gg")).domain(2).domain(3, active=True)
    told.domain(4, active=True)
    assert told.canonical == "acme.hep.gg"
    told.tell(c.SetPrimary("p_1", "m_4"))
    assert told.canonical == told.primary == "status4.acme.com"
    told.tell(c.UnmountHost("p_1", "m_1")).tell(c.UnmountHost("p_1", "m_4"))
    assert told.canonical == told.primary == "status3.acme.com"


def test_primary_is_refused_when_the_mount_is_not_active():
    assert Told().domain(1).refusal(c.SetPrimary("p_1", "m_1")).code is Code.CONFLICT


def test_domain_is_primary_once_active_when_that_was_wished():
    told = Told(AddPage("p_1", "Acme", "acme.hep.gg")).domain(2, wants_primary=True)
    assert told.primary == "acme.hep.gg"
    told.tell(c.ActivateMount("m_2", AT))
    assert told.canonical == told.primary == "status2.acme.com"
    assert told[2].wants_primary is False


def test_wish_is_over_when_another_is_made_primary():
    told = Told(AddPage("p_1", "Acme", "acme.hep.gg")).domain(2, wants_primary=True)
    told.domain(3, active=True).tell(c.SetPrimary("p_1", "m_3")).tell(c.ActivateMount("m_2", AT))
    assert told.primary == "status3.acme.com"


def test_mount_that_is_there_is_preferred_when_its_domain_is_set():
    told = Told(AddPage("p_1", "Acme", "acme.hep.gg")).domain(2).domain(3, active=True)
    for number in (2, 3):
        host = told[number].host
        told.tell(c.MountHost("m_9", "p_1", host, DOMAIN, "x", wants_primary=True))
    assert told.primary == "status3.acme.com"
    assert "m_9" not in told.account.mounts


def test_mounts_are_gone_when_their_page_is():
    told = Told(AddPage("p_1", "Acme", "acme.hep.gg"), AddPage("p_2", "More", "b.hep.gg"))
    told.domain(3, active=True).tell(RemovePage("p_1"))
    assert set(told.account.mounts) == {"m_2"}


def test_only_claims_need_a_free_host_when_commands_are_told():
    told = Told().domain(1).domain(2, active=True)
    subdomain = c.MountHost("m_3", "p_1", "acme.hep.gg", SUBDOMAIN)
    assert host_to_claim(told.account, subdomain) == ("acme.hep.gg", "p_1")
    assert host_to_claim(told.account, c.ActivateMount("m_1", AT)) == ("status1.acme.com", "p_1")
    for command in (
        c.ActivateMount("m_2", AT),
        c.ActivateMount("m_9", AT),
        c.MountHost("m_3", "p_1", "x.acme.com", DOMAIN),
        c.VerifyMount("p_1", "m_1"),
    ):
        assert host_to_claim(told.account, command) is None


def test_id_is_never_used_twice_when_a_mount_has_it():
    told = Told().domain(1)
    with pytest.raises(DuplicateIdError):
        decide(told.account, c.MountHost("m_1", "p_1", "x.acme.com", DOMAIN), AT, OURS)

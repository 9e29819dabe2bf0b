"""Domains proven in real DNS by real workers, and what visitors of them get.

Source: docs/behaviour.md, "Mounting a host".
"""

from contextlib import closing
from urllib.parse import quote

import pytest

from ops.local import processes
from tests.integration.http import wire
from tests.support.actors import Actors, Caller, unique
from tests.support.faults.breaking import NOBODY, SOON_S, Behind
from tests.support.figures import figure
from tests.support.inside import hepstatus
from tests.support.name_server import name_server
from tests.support.stack import System, wait_until

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def zone():
    with name_server() as zone:
        yield zone


@pytest.fixture(scope="module")
def dns_system(tmp_path_factory, stack_template, zone):
    """The whole product, whose workers ask our name server, every half second at first."""
    env = {
        "DNS_SERVERS": "127.0.0.1",
        "DNS_PORT": str(zone.port),
        "DNS_TIMEOUT_S": "3",
        "MOUNT_CHECK_S": "0.5",
        "EDGE_ADDRESSES": "192.0.2.7, 2001:db8::7",
        "WORKER_METRICS_PORT": str(processes.choose_port()),
    }
    folder = tmp_path_factory.mktemp("mounts")
    with System(folder, template=stack_template, env=env) as system:
        yield system.start_all(webs=2)


@pytest.fixture
def cast(dns_system):
    with Actors(dns_system) as actors:
        yield actors


def new_domain() -> str:
    return f"{unique('status')}.acme.test"


def mount(page, host):
    """Mount a host; return the mount as it was answered."""
    answer = page.owner.post(f"{page.path}/mount", {"host": host})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def mounts(page):
    """A page's mounts by host."""
    answer = page.owner.get(f"{page.path}/mounts")
    assert answer.status_code == 200, answer.text
    return {found["host"]: found for found in answer.json()["data"]}


def wait_for(page, host, limit_s=SOON_S, **wanted):
    """Until a mount is as wanted; a text is looked for in the reason."""

    def is_so():
        found = mounts(page)[host]
        told = wanted.get("told")
        return all(found[name] == value for name, value in wanted.items() if name != "told") and (
            told is None or told in (found["reason"] or "")
        )

    wait_until(is_so, f"{host} is {wanted}", limit_s)
    return mounts(page)[host]


def record(found, kind):
    """The record of a kind that the owner is told to make."""
    return next(r for r in found["dns"] if r["type"] == kind)


def make(zone, found, kind):
    """Make the record that a mount asks for."""
    wanted = record(found, kind)
    zone.put(wanted["name"], kind, wanted["value"])


def verify(page, found):
    answer = page.owner.post(f"{page.path}/mounts/{found['id']}/verify")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.mark.parametrize("kind", ["CNAME", "TXT"])
def test_domain_leads_to_the_page_when_its_record_is_made(cast, zone, kind):
    # given a domain that is asked for, and not proven
    page, host = cast.page("API"), new_domain()
    found = mount(page, host)
    assert (found["state"], found["kind"], found["primary"]) == ("pending", "domain", False)
    caller = cast.caller(host, web=1)
    assert caller.get("/").status_code == 302
    wait_for(page, host, told="no TXT record found")
    # when the record is made
    make(zone, found, kind)
    # then the host shows the page, by itself
    found = wait_for(page, host, state="active", reason=None)
    assert found["verifiedAt"]
    for web in (0, 1):
        assert cast.caller(host, web=web).get("/status.json").status_code == 200
        assert cast.caller(web=web).get(f"/internal/tls/allow?domain={host}").status_code == 200
    # and the subdomain stays the canonical one
    assert cast.visitor(page).json()["page"]["url"].startswith(f"http://{page.host}:")


def test_reason_tells_what_was_found_when_the_record_is_another(cast, zone):
    page, host = cast.page(), new_domain()
    found = mount(page, host)
    zone.put(host, "CNAME", "elsewhere.example")
    wait_for(page, host, told="found elsewhere.example instead")
    zone.put(host, "CNAME")
    zone.put(f"_hepstatus.{host}", "TXT", "hepstatus-verify=stale")
    wait_for(page, host, told="found hepstatus-verify=stale instead")
    make(zone, found, "TXT")
    wait_for(page, host, state="active")


def test_checks_are_counted_by_their_result_when_domains_are_looked_up(cast, zone, dns_system):
    # given what is counted so far
    port = int(dns_system.env["WORKER_METRICS_PORT"])

    def counted(result):
        return figure(port, "mount_checks_total", {"result": result}) or 0

    missing, silent, proved = map(counted, ("missing", "no_answer", "proved"))
    # when a domain has no record, then an unwell server, then its record
    page, host = cast.page("API"), new_domain()
    found = mount(page, host)
    wait_until(lambda: counted("missing") > missing, "a missing proof counts", SOON_S)
    zone.fail(host, "SERVFAIL")
    wait_until(lambda: counted("no_answer") > silent, "so does no answer", SOON_S)
    zone.fail(host, "")
    make(zone, found, "CNAME")
    # then each is counted, and none is overdue
    wait_until(lambda: counted("proved") > proved, "so does the proof", SOON_S)
    assert figure(port, "mount_checks_overdue", {}) == 0


def test_claim_is_refused_when_it_copies_anothers_record(cast, zone):
    # given Ada's domain, and Bo who points his own mount of it at nothing but Ada's record
    ada, bo, host = cast.page(), cast.page(), new_domain()
    of_ada, of_bo = mount(ada, host), mount(bo, host)
    assert record(of_ada, "CNAME")["value"] != record(of_bo, "CNAME")["value"]
    make(zone, of_ada, "CNAME")
    wait_for(ada, host, state="active")
    # then his stays pending and hers answers
    wait_for(bo, host, state="pending", told="instead")
    assert record(of_ada, "CNAME")["value"] in mounts(bo)[host]["reason"]
    # and a third is told at once that it is taken
    third = cast.page()
    refused = third.owner.post(f"{third.path}/mount", {"host": host})
    assert (refused.status_code, list(refused.json()["fields"])) == (409, ["host"])


def test_second_proof_waits_when_the_host_is_active_elsewhere(cast, zone):
    # given two who both proved it, one by CNAME and one by TXT
    ada, bo, host = cast.page(), cast.page(), new_domain()
    of_ada, of_bo = mount(ada, host), mount(bo, host)
    make(zone, of_ada, "CNAME")
    wait_for(ada, host, state="active")
    make(zone, of_bo, "TXT")
    wait_for(bo, host, state="pending", told="active on another page")
    # when Ada unmounts
    assert ada.owner.delete(f"{ada.path}/mounts/{of_ada['id']}").status_code == 200
    # then it is Bo's
    wait_for(bo, host, state="active", reason=None)


def test_page_follows_when_a_domain_was_set_and_becomes_active(cast, zone):
    page, host = cast.page(), new_domain()
    answer = page.owner.patch(page.path, {"domain": host.upper()})
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data["id"], data["domain"], data["mount"]["state"]) == (page.id, host, "pending")
    make(zone, data["mount"], "CNAME")
    wait_for(page, host, state="active", primary=True)
    cast.visitor(page).wait_for(lambda told: f"//{host}:" in told["page"]["url"], "its url")
    assert page.owner.get(page.path).json()["data"]["host"] == host
    assert mounts(page)[page.host]["primary"] is False


def test_host_is_free_when_its_proof_is_missing_for_seven_days(cast, zone, dns_system):
    # given an active domain whose record disappears
    ada, host = cast.page(), new_domain()
    of_ada = mount(ada, host)
    make(zone, of_ada, "CNAME")
    wait_for(ada, host, state="active")
    zone.put(host, "CNAME")
    verify(ada, of_ada)
    told = wait_for(ada, host, state="active", told="no TXT record found")
    assert cast.caller(host).get("/").status_code == 200
    # when seven days have passed
    behind = Behind(dns_system)
    with closing(behind.redis):
        behind.sql(
            "UPDATE mount_checks SET failing_since = failing_since - interval '7 days',"
            " next_at = now() WHERE mount_id = :id",
            id=told["id"],
        )
        wait_for(ada, host, state="lapsed", primary=False)
        # then it leads there no more, and Bo, who proves it, gets it
        assert cast.caller(host).get("/").status_code == 302
        assert cast.caller().get(f"/internal/tls/allow?domain={host}").status_code == 404
        bo = cast.page("Bo's")
        make(zone, mount(bo, host), "TXT")
        wait_for(bo, host, state="active")
        assert "Bo's" in cast.visitor(bo).statuses()
        # and Ada, who asks again, is told so
        make(zone, of_ada, "CNAME")
        assert verify(ada, of_ada)["state"] == "pending"
        wait_for(ada, host, state="pending", told="active on another page")


def test_mount_fails_when_nothing_was_found_for_72_hours(cast, zone, dns_system):
    page, host = cast.page(), new_domain()
    found = mount(page, host)
    behind = Behind(dns_system)
    with closing(behind.redis):
        behind.sql(
            # Due at once: a lookup that is under way leaves what was asked for since as it is.
            "WITH aged AS (UPDATE mounts SET asked_at = asked_at - interval '72 hours'"
            " WHERE id = :id RETURNING id) UPDATE mount_checks SET next_at = clock_timestamp()"
            " FROM aged WHERE mount_id = aged.id",
            id=found["id"],
        )
    failed = wait_for(page, host, state="failed", told="no TXT record found")
    assert failed["nextCheckAt"] is None
    # and begins anew when its owner asks for it
    make(zone, found, "CNAME")
    assert verify(page, found)["state"] == "pending"
    wait_for(page, host, state="active")


def test_every_spelling_shows_the_page_when_an_idn_is_mounted(cast, zone, dns_system):
    # given an active domain that is no ASCII
    page, shown = cast.page(), f"{unique('status')}.bücher.test"
    found = mount(page, shown)
    make(zone, found, "TXT")
    wait_for(page, found["host"], state="active")
    # then it is one host, however visitors and the proxy spell it
    spellings = (shown, shown.upper(), found["host"].upper(), f"{shown}.:8443", f"{found['host']}.")
    for spelling in spellings:
        assert wire.read(dns_system, "GET", "/status.json", spelling)[0] == 200
    allow = f"/internal/tls/allow?domain={quote(shown)}"
    assert wire.read(dns_system, "GET", allow, "localhost")[0] == 200


def test_certificates_are_allowed_when_redis_is_gone(cast, dns_system):
    page = cast.page()
    web = dns_system.start_web({"CACHE_URL": NOBODY, "BROKER_URL": NOBODY})
    with closing(Caller(web)) as proxy:
        for domain, status in ((page.host, 200), ("nobody.localhost", 404)):
            assert proxy.get(f"/internal/tls/allow?domain={domain}").status_code == status


def test_operator_sees_and_verifies_mounts_when_asked(cast, zone, dns_system):
    page, host = cast.page(), new_domain()
    found = mount(page, host)
    listed = hepstatus(dns_system, "mount", "list", page.host).stdout
    assert page.host in listed
    assert found["id"] in listed
    done = hepstatus(dns_system, "mount", "verify", found["id"])
    assert (done.returncode, host in done.stdout) == (0, True), done.stderr
    unknown = hepstatus(dns_system, "mount", "verify", "m_x")
    assert (unknown.returncode, "no mount m_x" in unknown.stderr) == (1, True)


def test_apex_domain_is_told_our_addresses_when_the_operator_says_them(cast):
    page, host = cast.page(), f"{unique('acme')}.test"
    kinds = {r["type"]: r["value"] for r in mount(page, host)["dns"]}
    assert set(kinds) == {"CNAME", "TXT", "A", "AAAA"}
    assert (kinds["A"], kinds["AAAA"]) == ("192.0.2.7", "2001:db8::7")

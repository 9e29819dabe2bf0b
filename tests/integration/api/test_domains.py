"""The hosts of a page over HTTP: who may have which, and that it counts at once.

Source: docs/behaviour.md, "Mounting a host".
"""

from domain.page.commands import SuspendPage, UnsuspendPage
from ops.cli.writes import write
from tests.integration.http import wire
from tests.support.actors import unique
from tests.support.inside import inside
from tests.support.stack import wait_until

AT_ONCE_S = 2.0  # 50 ms are promised; a busy machine is given more, and looked at without a pause


def subdomain() -> str:
    return f"{unique('host')}.localhost"


def bare_page(owner, name="Acme"):
    """A public page without any host; return its path."""
    made = owner.post("/api/v1/status", {"name": name}).json()["data"]
    path = f"/api/v1/status/{made['id']}"
    assert owner.patch(path, {"isPublic": True}).status_code == 200
    return path


def mounted(owner, path, host):
    answer = owner.post(f"{path}/mount", {"host": host})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def refused(answer, status, field=None):
    told = answer.json()
    assert (answer.status_code, told["ok"]) == (status, False), answer.text
    assert field is None or list(told["fields"]) == [field]
    return told["error"]


def test_subdomain_counts_on_the_next_request_when_it_is_mounted_and_unmounted(actors):
    # given two web processes, both of which know that the host is nobody's
    ada, host = actors.owner(), subdomain()
    path = bare_page(ada)
    here, there = actors.caller(host), actors.caller(host, web=1)
    for vi in (here, there):
        assert vi.get("/").status_code == 404
    for _ in range(3):
        # when it is mounted, then the process that answered shows the page at once
        found = mounted(ada, path, host)
        assert (found["state"], found["reason"], found["primary"]) == ("active", None, True)
        assert here.get("/status.json").json()["page"]["url"].startswith(f"http://{host}:")
        # and the other one in a moment
        wait_until(lambda: there.get("/").status_code == 200, "the other shows it", AT_ONCE_S)
        # when it is unmounted, then it is gone likewise
        assert ada.delete(f"{path}/mounts/{found['id']}").json()["data"] == {"id": found["id"]}
        assert here.get("/").status_code == 404
        wait_until(lambda: there.get("/").status_code == 404, "the other knows it", AT_ONCE_S)
    assert ada.get(path).json()["data"]["host"] is None


def test_mounts_are_listed_with_what_proves_them_when_the_owner_asks(actors):
    page = actors.page()
    host = f"{unique('status')}.bücher.test"
    found = mounted(page.owner, page.path, f"https://{host.upper()}/")
    ascii_host = host.encode("idna").decode()
    assert (found["host"], found["hostUnicode"]) == (ascii_host, host)
    assert (found["state"], found["kind"], found["primary"]) == ("pending", "domain", False)
    assert found["reason"].endswith(".")
    (cname, txt) = found["dns"]
    assert (cname["type"], cname["name"]) == ("CNAME", ascii_host)
    token, _, target = cname["value"].partition(".")
    assert target == "cname.localhost"
    assert txt == {
        "type": "TXT", "name": f"_hepstatus.{ascii_host}", "value": f"hepstatus-verify={token}",
    }  # fmt: skip
    first, second = page.owner.get(f"{page.path}/mounts").json()["data"]
    assert (first["host"], first["primary"], first["dns"]) == (page.host, True, [])
    assert (second["id"], second["dns"]) == (found["id"], found["dns"])


def test_owner_learns_what_is_wrong_when_dns_does_not_answer(actors):
    page = actors.page()
    found = mounted(page.owner, page.path, f"{unique('status')}.acme.test")

    def reason():
        return page.owner.get(f"{page.path}/mounts").json()["data"][1]["reason"]

    wait_until(lambda: "could not answer" in reason() or "timeout" in reason(), "it is looked up")
    answer = page.owner.post(f"{page.path}/mounts/{found['id']}/verify")
    assert (answer.status_code, answer.json()["data"]["id"]) == (200, found["id"])


def test_second_of_anything_is_a_conflict_when_the_page_has_enough(actors):
    page = actors.page()
    ada, path = page.owner, page.path
    assert "subdomain already" in refused(ada.post(f"{path}/mount", {"host": subdomain()}), 409)
    assert "already" in refused(ada.post(f"{path}/mount", {"host": page.host.upper()}), 409, "host")
    for number in range(5):
        mounted(ada, path, f"{unique('status')}-{number}.acme.test")
    more = {"host": f"{unique('status')}.acme.test"}
    assert "5 domains" in refused(ada.post(f"{path}/mount", more), 409, "host")


def test_host_is_a_conflict_when_it_is_anothers(actors):
    taken = actors.page().host
    bo = actors.owner("bo")
    path = bare_page(bo)
    refused(bo.post(f"{path}/mount", {"host": taken}), 409, "host")
    refused(bo.patch(path, {"domain": taken}), 409)
    assert bo.get(f"{path}/mounts").json()["data"] == []


def test_nothing_is_there_when_the_page_or_mount_is_anothers(actors):
    page, bo = actors.page(), actors.owner("bo")
    (of_ada,) = page.owner.get(f"{page.path}/mounts").json()["data"]
    own = bare_page(bo)
    for path in (page.path, own, "/api/v1/status/p_nobody"):
        one = f"{path}/mounts/{of_ada['id']}"
        for answer in (
            bo.post(f"{one}/verify"),
            bo.patch(one, {"primary": True}),
            bo.delete(one),
        ):
            refused(answer, 404)
    refused(bo.get(f"{page.path}/mounts"), 404)
    refused(bo.post(f"{page.path}/mount", {"host": subdomain()}), 404)
    refused(bo.patch(page.path, {"domain": subdomain()}), 404)
    stranger = actors.caller()
    assert stranger.get(f"{page.path}/mounts").status_code == 401
    assert page.owner.get(f"{page.path}/mounts").json()["data"] == [of_ada]


def test_domain_is_set_when_it_comes_alone(actors):
    ada, host = actors.owner(), subdomain()
    path = bare_page(ada)
    answer = ada.patch(path, {"domain": host})
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data["domain"], data["mount"]["state"], data["mount"]["primary"]) == (
        host, "active", True,
    )  # fmt: skip
    assert actors.caller(host).get("/").status_code == 200
    # a second time changes nothing, and with anything else it is refused
    assert ada.patch(path, {"domain": host}).json()["data"]["mount"] == data["mount"]
    refused(ada.patch(path, {"domain": host, "name": "More"}), 400, "domain")
    refused(ada.patch(path, {"domain": host}, headers={"If-Match": '"x"'}), 400, "domain")


def test_primary_is_refused_when_the_mount_is_pending_or_it_is_switched_off(actors):
    page = actors.page()
    found = mounted(page.owner, page.path, f"{unique('status')}.acme.test")
    one = f"{page.path}/mounts/{found['id']}"
    refused(page.owner.patch(one, {"primary": True}), 409)
    refused(page.owner.patch(one, {"primary": False}), 400, "primary")
    refused(page.owner.patch(one, {}), 400, "primary")


def test_first_outcome_is_told_again_when_a_mount_is_repeated(actors):
    page = actors.page()
    body, once = {"host": f"{unique('status')}.acme.test"}, {"Idempotency-Key": unique("key")}
    first, second = (page.owner.post(f"{page.path}/mount", body, headers=once) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["data"]["id"] == second.json()["data"]["id"]
    assert len(page.owner.get(f"{page.path}/mounts").json()["data"]) == 2


def test_records_are_told_when_nobody_waits_for_the_mount(actors):
    page = actors.page()
    answer = page.owner.post(
        f"{page.path}/mount",
        {"host": f"{unique('status')}.acme.test"},
        headers={"Prefer": "respond-async"},
    )
    assert answer.status_code == 202
    data = answer.json()["data"]
    assert (data["state"], [record["type"] for record in data["dns"]]) == (
        "pending", ["CNAME", "TXT"],
    )  # fmt: skip


def test_only_the_id_is_told_when_nobody_waits_for_a_change_of_a_mount(actors):
    page = actors.page()
    mount = page.owner.get(f"{page.path}/mounts").json()["data"][0]
    path, later = f"{page.path}/mounts/{mount['id']}", {"Prefer": "respond-async"}
    for asked in (
        page.owner.patch(path, {"primary": True}, headers=later),
        page.owner.post(f"{path}/verify", headers=later),
    ):
        assert (asked.status_code, asked.json()["data"]) == (202, {"id": mount["id"]})


def test_retry_after_is_true_when_an_account_takes_too_many_subdomains(actors):
    # given Ada, who took the ten of a day
    ada = actors.owner()
    path = bare_page(ada)
    for _ in range(10):
        mount = mounted(ada, path, subdomain())
        ada.done(ada.delete(f"{path}/mounts/{mount['id']}"), 200)
    # when she asks for another, then she is told when she can have it
    answer = ada.post(f"{path}/mount", {"host": subdomain()})
    assert "within 24 hours" in refused(answer, 429, "host")
    assert answer.json()["code"] == "RATE_LIMITED"
    assert 86_400 - 300 < int(answer.headers["retry-after"]) <= 86_400
    # and Bo, whom that does not concern, is told of hers that it is kept
    bo = actors.owner("bo")
    told = refused(bo.post(f"{bare_page(bo)}/mount", {"host": mount["host"]}), 409, "host")
    assert "belonged to another account" in told


def test_certificates_are_for_active_hosts_when_the_proxy_asks(actors):
    page = actors.page()
    pending = f"{unique('status')}.acme.test"
    mounted(page.owner, page.path, pending)

    def status(domain, host="localhost"):
        return wire.read(actors.system, "GET", f"/internal/tls/allow?domain={domain}", host)[0]

    for domain in (page.host, page.host.upper(), f"{page.host}.", "localhost"):
        for host in ("localhost", "nobody.example", page.host):
            assert status(domain, host) == 200
    for domain in (pending, "nobody.localhost", "foreign.example", "", "a%20b", "[::1]", "%00"):
        assert status(domain) == 404
    assert wire.read(actors.system, "GET", "/internal/tls/allow", "localhost")[0] == 404
    assert wire.read(actors.system, "POST", "/internal/tls/allow", "localhost")[0] == 405
    # and none while visitors may not see the page, or when it is gone
    for is_public in (False, True):
        page.owner.done(page.owner.patch(page.path, {"isPublic": is_public}), 200)
        assert (status(page.host) == 200) is is_public
    with inside(actors.system):
        write(page.id, SuspendPage())
    wait_until(lambda: status(page.host) == 404, "a suspended page has no certificate")
    with inside(actors.system):
        write(page.id, UnsuspendPage())
    wait_until(lambda: status(page.host) == 200, "a page that goes on has one")
    assert page.owner.delete(page.path).status_code == 200
    assert status(page.host) == 404

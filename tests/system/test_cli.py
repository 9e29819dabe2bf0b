"""The operator's command: every verb, on a running system, and what it says when things are bad."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.actors import PASSWORD, Actors, unique
from tests.support.faults.breaking import Behind
from tests.support.inside import hepstatus
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

HEPSTATUS = str(Path(sys.executable).parent / "hepstatus")
NOWHERE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}


def process(system, *args: str, env: Mapping[str, str] | None = None):
    """Run the command as operators do, to its end; whatever happens, nobody sees a traceback."""
    done = system.run(HEPSTATUS, *args, env=env)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def told(system, *args: str, by=hepstatus) -> str:
    """What the command prints when it succeeds."""
    done = by(system, *args)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def complaint(system, *args: str, by=hepstatus, **env: str) -> str:
    """The one sentence that the command prints when it does not."""
    done = by(system, *args, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    sentence = done.stderr.strip()
    assert "\n" not in sentence
    assert sentence.endswith((".", ".`")), sentence
    return sentence


def test_page_is_ready_for_a_monitor_when_the_operator_has_made_it(actors, system):
    # given an account and a page, made by the operator
    email, subdomain = f"{unique('ada')}@example.com", unique("Page")
    account_id, said, *_ = told(
        system, "account", "create", email, "--password", PASSWORD, by=process
    ).split()
    assert (account_id[:2], said) == ("a_", email)
    made = told(
        system, "page", "create", email, " Acme ", "--subdomain", subdomain, "--public", by=process
    )
    page_id, url = made.split()
    host = f"{subdomain.lower()}.localhost"
    assert url == f"http://{host}:{system.webs[0].port}/"
    # when components and a key are added, by host, subdomain and id
    group = told(system, "component", "add", host, "Backend", "--category")
    leaf = told(
        system, "component", "add", subdomain.lower(), "API", "--parent", group,
        "--description", "Requests",
    )  # fmt: skip
    secret = told(system, "key", "create", page_id, by=process)
    # then a monitor writes, visitors see it, and the owner logs in
    mon, vi = actors.caller(Authorization=f"Bearer {secret}"), actors.caller(host)
    toggle = f"/api/v1/status-api/components/{leaf}/status"
    assert mon.post(toggle, {"status": "outage"}).status_code == 200
    shown = vi.get("/status.json").json()
    assert (shown["page"]["name"], shown["components"][0]["group"]) == ("Acme", "Backend")
    assert "Requests" in vi.get("/").text
    login = actors.caller().post("/api/v1/auth/login", {"email": email, "password": PASSWORD})
    assert login.status_code == 200
    assert f"{page_id}  {host}" in told(system, "page", "list")


def test_password_is_made_up_when_none_is_given(actors, system):
    email = f"{unique('ada')}@example.com"
    password = told(system, "account", "create", email).rpartition("password: ")[2]
    login = actors.caller().post("/api/v1/auth/login", {"email": email, "password": password})
    assert login.status_code == 200


def test_tier_is_as_told_when_the_operator_sets_it(actors, system):
    ada = actors.owner()

    def tier() -> tuple[str, str | None]:
        me = ada.get("/api/v1/auth/me").json()["data"]
        return me["tier"], me["tierUntil"]

    assert told(system, "tier", "set", ada.email, "prime") == f"{ada.email} is prime."
    assert tier() == ("prime", None)
    said = told(system, "tier", "set", ada.email.upper(), "prime", "--until", "2099-01-31")
    assert said.endswith("until 2099-01-31 00:00 UTC.")
    assert tier() == ("prime", "2099-01-31T00:00:00.000Z")
    told(system, "tier", "set", ada.email, "free")
    assert tier() == ("free", None)


def test_tokens_are_as_told_when_the_operator_grants_them(actors, system):
    ada = actors.owner()
    assert told(system, "tokens", "balance", ada.email) == "0"
    assert told(system, "tokens", "grant", ada.email, "500") == f"{ada.email} has 500 tokens."
    assert told(system, "tokens", "grant", ada.email.upper(), "80").endswith(" has 580 tokens.")
    slot = ada.post("/api/v1/status/purchases/trade", {}).json()["data"]["slot"]
    assert told(system, "tokens", "balance", ada.email) == "100"
    rows = [line.split() for line in told(system, "tokens", "ledger", ada.email).splitlines()]
    assert [row[2:5] for row in rows] == [
        ["buy", "-480", "100"], ["grant", "+80", "580"], ["grant", "+500", "500"],
    ]  # fmt: skip
    assert slot in rows[0]


def test_page_is_not_there_when_the_operator_suspends_it(actors, system):
    page = actors.page()
    subdomain, vi = page.host.partition(".")[0], actors.visitor(page)
    said = told(system, "page", "suspend", subdomain, "--reason", "Spam")
    assert said == f"{subdomain} is suspended."
    assert vi.get("/").status_code == 404
    assert page.owner.get(page.path).json()["data"]["suspendedReason"] == "Spam"
    assert re.search(rf"{page.id} .* suspended ", told(system, "page", "list"))
    assert told(system, "page", "unsuspend", page.id) == f"{page.id} is not suspended."
    assert vi.get("/").status_code == 200


def test_demo_is_the_same_when_it_is_made_twice(actors, system):
    first = told(system, "demo")
    assert told(system, "demo") == first
    secret = re.search(r"hyd_status_\S+", first)[0]
    mon = actors.caller(Authorization=f"Bearer {secret}")
    components = mon.get("/api/v1/status-api/status").json()["data"]["components"]
    assert len(components) == 12
    assert "API" in {leaf["name"] for leaf in components}
    assert actors.caller("demo.localhost").get("/").status_code == 200


def test_forgotten_password_is_another_when_the_operator_resets_it(actors, system):
    # given Ada, who is logged in and has forgotten her password
    ada, nobody = actors.owner(), actors.caller()

    def status_of(password: str) -> int:
        body = {"email": ada.email, "password": password}
        return nobody.post("/api/v1/auth/login", body).status_code

    # when the operator has one made, then it is printed once, and it alone opens the account
    email, _, chosen = told(system, "account", "reset-password", ada.email.upper()).split()
    assert email == ada.email.upper()
    assert [status_of(PASSWORD), status_of(chosen)] == [401, 200]
    assert ada.get("/api/v1/auth/me").status_code == 401
    # and so it is when she told him one
    verb = (HEPSTATUS, "account", "reset-password", ada.email, "--password-stdin")
    done = subprocess.run(
        verb,
        input="her own password\n",
        env=system.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, ada.email, "")
    assert [status_of(chosen), status_of("her own password")] == [401, 200]


def test_migrating_changes_nothing_when_the_schema_is_up_to_date(system):
    assert told(system, "migrate") == "The schema is up to date."


def test_sentence_says_why_when_a_verb_is_refused(actors, system):
    page = actors.page()
    email, subdomain = page.owner.email, page.host.partition(".")[0]
    for expected, args in (
        ("an account for", ("account", "create", email)),
        ("e-mail", ("account", "create", "nobody")),
        ("password", ("account", "create", "a@example.com", "--password", "short")),
        ("no account for", ("account", "reset-password", "nobody@example.com")),
        ("Enter a password", ("account", "reset-password", email, "--password-stdin")),
        ("no account for", ("page", "create", "nobody@example.com", "Acme")),
        ("plan includes one page", ("page", "create", email, "Acme")),
        ("subdomain has", ("page", "create", email, "Acme", "--subdomain", "a.b")),
        ("name has", ("component", "add", subdomain, "x" * 101)),
        ("description", ("component", "add", subdomain, "x", "--description", "x" * 1001)),
        ("parent", ("component", "add", subdomain, "x", "--parent", "c_nobody")),
        ("no page", ("key", "create", "nobody")),
        ("one or more", ("tokens", "grant", email, "0")),
        ("one or more", ("tokens", "grant", email, "--", "-480")),
        ("one or more", ("tokens", "grant", email, "-5")),
        ("at most", ("tokens", "grant", email, "9" * 30)),
        ("no account for", ("tokens", "grant", "nobody@example.com", "480")),
        ("no account for", ("tokens", "balance", "nobody@example.com")),
        ("no account for", ("tokens", "ledger", "nobody@example.com")),
        ("Only Prime", ("tier", "set", email, "free", "--until", "2099-01-31")),
        ("in the future", ("tier", "set", email, "prime", "--until", "2020-01-31")),
        ("no page", ("page", "suspend", "nobody")),
        ("no page", ("page", "unsuspend", "nobody")),
        ("reason", ("page", "suspend", subdomain, "--reason", "x" * 1001)),
    ):
        assert expected in complaint(system, *args), args


def test_sentence_says_why_when_an_argument_is_no_text(system):
    garbage = b"\xff".decode(errors="surrogateescape")
    assert "Argument 3" in complaint(
        system, "account", "create", f"{garbage}@example.com", by=process
    )


def test_usage_is_shown_when_a_verb_is_mistyped(system):
    done = process(system, "nonsense")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: hepstatus" in done.stderr


def test_sentence_says_why_when_the_database_is_gone(system):
    assert "The database does not answer" in complaint(
        system, "page", "list", by=process, **NOWHERE
    )


def test_sentence_says_what_to_start_when_there_is_no_stack(system, tmp_path):
    nothing = {"DATABASE_URL": "", "REDIS_URL": "", "BROKER_URL": "", "CACHE_URL": ""}
    nothing |= {"HEPSTATUS_DATA_DIR": str(tmp_path)}
    sentence = complaint(system, "doctor", by=process, **nothing)
    assert "make run" in sentence


@pytest.fixture
def healthy(system):
    """The system, in which nothing failed since yesterday: other tests share it."""
    ago = "received_at - interval '1 day'"
    Behind(system).sql(f"UPDATE commands SET received_at = {ago} WHERE outcome = 'failed'")
    return system


OUTBOX = {"OUTBOX": "on"}


def test_doctor_finds_nothing_when_all_is_well(healthy):
    done = process(healthy, "doctor", env=OUTBOX)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == done.stdout.count("ok  ") == 13
    # and so it tells a program
    report = json.loads(hepstatus(healthy, "doctor", "--json", env=OUTBOX).stdout)
    assert report["ok"]
    assert [finding["name"] for finding in report["findings"] if finding["ok"]] == [
        line.split()[1] for line in done.stdout.splitlines()
    ]
    assert {finding["advice"] for finding in report["findings"]} == {""}


def test_doctor_says_what_is_bad_when_a_part_does_not_answer(healthy):
    nowhere = "redis://127.0.0.1:1/0"
    for by, env, bad in (
        (process, NOWHERE, {"postgres"}),  # its figures are not looked for
        (hepstatus, {"CACHE_URL": nowhere}, {"redis", "worker", "unpublished"}),
        (hepstatus, {"BROKER_URL": nowhere}, {"broker", "queues"}),
    ):
        # then it says so, and of nothing else once what is under way is done
        wait_until(lambda by=by, env=env, bad=bad: found_bad(by, healthy, env) == bad, str(bad))


def test_doctor_asks_for_tables_alone_when_the_database_is_empty(healthy):
    # given a database that nothing was migrated into
    empty = healthy.urls.database_url.rpartition("/")[0] + "/postgres"
    # when the doctor looks
    done = hepstatus(healthy, "doctor", env={"DATABASE_URL": empty, **OUTBOX})
    # then it says what to do, and no row complains of what that will mend
    assert (done.returncode, done.stderr) == (1, "")
    sentences = "BAD postgres     has no tables\n" + " " * 17 + "Run `hepstatus migrate`.\n"
    assert sentences in done.stdout
    assert done.stdout.count("BAD") == 1
    assert "unapplied" not in done.stdout


def found_bad(by, system, env) -> set[str]:
    """The parts that the doctor finds ill."""
    done = by(system, "doctor", env={**env, **OUTBOX})
    assert (done.returncode, done.stderr) == (1, "")
    return set(re.findall(r"^BAD (\w+)", done.stdout, re.MULTILINE))


def state_of(page, receipt: str) -> str:
    return page.owner.get(f"/api/v1/receipts/{receipt}").json()["data"]["state"]


@pytest.mark.slow
def test_write_is_stored_but_not_shown_when_no_worker_runs(own_system):
    # given a page, and then no worker
    with Actors(own_system) as actors:
        page = actors.page("API")
        worker = own_system.child("worker1")
        worker.kill()
        # when the operator writes, then the sentence holds the receipt
        sentence = complaint(own_system, "component", "add", page.host, "Website")
        receipt = re.search(r"receipt (r_\w+)", sentence)[1]
        assert "not published after 10 s" in sentence
        assert state_of(page, receipt) == "accepted"
        # and the doctor says what is missing
        done = hepstatus(own_system, "doctor")
        assert done.returncode == 1
        assert re.findall(r"^BAD (\w+)", done.stdout, re.MULTILINE)[0] == "worker"
        # and it shows by itself once a worker is back
        own_system.restart(worker)
        vi = actors.visitor(page)
        wait_until(lambda: "Website" in vi.statuses(), "what was written shows")
        wait_until(lambda: state_of(page, receipt) == "published", "the receipt says so")

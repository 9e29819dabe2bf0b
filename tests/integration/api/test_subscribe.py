"""`POST /subscribe`: the same answer for new and known, consent, limits, and bad input.

Source: docs/behaviour.md, "Subscribers" and "Consent and leaving".
"""

from email.utils import parseaddr

import pytest

from tests.support.actors import unique
from tests.support.answers import data
from tests.support.browser import ADDRESSES
from tests.support.inside import hepstatus
from tests.support.subscriptions import mailing_web, mails_to, path_in, rows, subscribers_of

HOOK = "https://93.184.215.15/{}"
CHATS = {
    "webhook": "https://93.184.215.16:8443/{}",
    "slack": "https://hooks.slack.com/services/{}",
    "discord": "https://discord.com/api/webhooks/1/{}",
    "teams": "https://eu.logic.azure.com/workflows/{}",
}


@pytest.fixture(scope="module")
def web(system):
    with mailing_web(system) as number:
        yield number


@pytest.fixture
def page(actors):
    return actors.page("API")


@pytest.fixture
def vi(actors, page, web):
    """A visitor of the page, at an address of its own."""
    return actors.caller(page.host, web, **{"X-Forwarded-For": next(ADDRESSES)})


@pytest.fixture
def address():
    return f"{unique('vi')}@example.com"


def accepted(answer):
    assert data(answer, 202) == {}
    return answer


def test_address_is_active_once_the_link_of_its_mail_was_used(actors, page, vi, address):
    accepted(vi.post("/subscribe", {"address": f" {address} ", "impact": "major"}))
    # Given a mail with a link on a line of its own
    [mail] = mails_to(actors.system, address)
    assert (mail.kind, mail.status) == ("confirm", "waiting")
    assert mail.subject == "Confirm updates from Acme"
    lines = mail.body.splitlines()
    assert [line for line in lines if line.startswith("http")] == [
        f"http://localhost:{actors.system.webs[0].port}{path_in(mail.body)}"
    ]
    assert path_in(mail.html) == path_in(mail.body)
    [row] = subscribers_of(actors.system, page.id)
    assert (row.confirmed_at, row.impact, row.components) == (None, "major", None)
    # when its button is pressed, then the address has consented
    done = actors.caller().http.post(path_in(mail.body), data={"use": "confirm"})
    assert done.status_code == 200
    [row] = subscribers_of(actors.system, page.id)
    assert row.confirmed_at
    assert row.consented_at


def test_answer_is_the_same_for_a_new_and_for_a_known_address(actors, page, vi, address):
    first = accepted(vi.post("/subscribe", {"address": address}))
    for known in ({"address": address}, {"address": address.upper()}):
        again = accepted(vi.post("/subscribe", known))
        assert again.content == first.content
    # and one mail is sent within ten minutes
    [mail] = mails_to(actors.system, address)
    actors.caller().http.post(path_in(mail.body), data={"use": "confirm"})
    passed = "UPDATE mails SET created_at = created_at - interval '11 minutes'"
    rows(actors.system, f"{passed} WHERE recipient = :address", address=address)
    # and a confirmed one gets the way to its choices
    again = accepted(vi.post("/subscribe", {"address": address, "impact": "critical"}))
    assert again.content == first.content
    _, mail = mails_to(actors.system, address)
    assert mail.subject == "You get updates from Acme"
    assert "Updates from Acme" in actors.caller().get(path_in(mail.body)).text
    [row] = subscribers_of(actors.system, page.id)
    assert row.impact == "none"


def test_five_confirmations_a_day_go_to_one_address_over_all_pages(actors, vi, address, web):
    passed = "UPDATE mails SET created_at = created_at - interval '11 minutes'"
    for _ in range(6):
        other = actors.caller(actors.page().host, web, **{"X-Forwarded-For": next(ADDRESSES)})
        accepted(other.post("/subscribe", {"address": address}))
        rows(actors.system, f"{passed} WHERE recipient = :address", address=address)
    assert len(mails_to(actors.system, address)) == 5


def test_form_of_a_browser_is_answered_in_the_face_of_the_page(actors, page, vi, address):
    accept = {"Accept": "text/html", "Origin": "https://elsewhere.example"}
    form = {"address": address, "components": "", "kinds": "incidents"}
    ways = ({"data": form}, {"files": {name: (None, value) for name, value in form.items()}})
    answers = [vi.http.post("/subscribe", headers=accept, **way) for way in ways]
    for answer in answers:
        assert answer.status_code == 202
        assert "Look into your mailbox" in answer.text
        assert "Acme" in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert len(mails_to(actors.system, address)) == 1
    wrong = vi.http.post("/subscribe", data={"address": "vi"}, headers=accept)
    assert wrong.status_code == 400
    assert "Enter an e-mail address, such as ada@example.com." in wrong.text


@pytest.mark.parametrize("channel", CHATS)
def test_test_message_is_due_when_a_chat_subscribes(actors, page, vi, channel):
    address = CHATS[channel].format(unique("hook"))
    accepted(vi.post("/subscribe", {"channel": channel, "address": address}))
    [row] = subscribers_of(actors.system, page.id)
    assert (row.channel, row.address, row.confirmed_at) == (channel, address, None)
    assert row.due_at
    assert (row.secret is not None) == (channel == "webhook")


def test_test_messages_to_one_ip_address_are_twenty_an_hour(actors, page, vi):
    # Given two hosts of one IP address
    hosts = ("https://vi.example", "https://ada.example")
    hooks = [f"{hosts[number % 2]}/{unique('hook')}" for number in range(21)]
    for hook in hooks:
        accepted(vi.post("/subscribe", {"channel": "webhook", "address": hook}))
    due = [row.address for row in subscribers_of(actors.system, page.id) if row.due_at]
    assert due == hooks[:20]
    # and five to one address
    slack = {"channel": "slack", "address": CHATS["slack"].format(unique("T"))}
    for _ in range(6):
        change = "UPDATE subscribers SET due_at = NULL WHERE channel = 'slack' AND page_id = :id"
        rows(actors.system, change, id=page.id)
        accepted(vi.post("/subscribe", slack))
    [row] = [row for row in subscribers_of(actors.system, page.id) if row.channel == "slack"]
    assert row.due_at is None


def test_one_address_asks_for_so_many_subscriptions_an_hour(vi):
    answers = [vi.post("/subscribe", {"address": "nobody"}) for _ in range(201)]
    assert {answer.status_code for answer in answers[:200]} == {400}
    assert answers[200].status_code == 429
    assert int(answers[200].headers["retry-after"]) > 3_000


def test_one_address_opens_so_many_links_a_minute(actors, web):
    vi = actors.caller("localhost", web, **{"X-Forwarded-For": next(ADDRESSES)})
    answers = [vi.get("/s/nothing") for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {404}
    assert answers[60].status_code == 429
    assert "Too many attempts" in answers[60].text
    assert answers[60].headers["retry-after"]


BAD = [
    ({}, "address", "Enter an address"),
    ({"address": " "}, "address", "Enter an address"),
    ({"address": "vi@"}, "address", "Enter an e-mail address"),
    ({"address": "vi@example.com\r\nBcc: a@b.c"}, "address", "Enter an e-mail address"),
    ({"address": "a" * 251 + "@b.c"}, "address", "at most 254"),
    ({"address": "a" * 1_001}, "address", "at most 1,000"),
    ({"address": "vi@b.c", "channel": "fax"}, "channel", "Choose a channel: email, webhook"),
    ({"address": "vi@b.c", "impact": "awful"}, "impact", "Choose an impact"),
    ({"address": "vi@b.c", "kinds": 7}, "kinds", "Choose kinds"),
    ({"address": "vi@b.c", "updates": "few"}, "updates", "Choose updates"),
    ({"address": "vi@b.c", "components": "API"}, "components", "must be a list"),
    ({"address": "vi@b.c", "components": ["c_nowhere"]}, "components", "no component with the id"),
    ({"address": "vi@b.c", "components": ["c"] * 501}, "components", "at most 500"),
    ({"address": "vi@b.c", "incident": "i_nowhere"}, "incident", "that is open"),
    ({"address": "vi@b.c", "name": "Vi"}, "name", "is not a field of this request"),
    *(
        ({"address": url, "channel": "webhook"}, "address", "begins with https://")
        for url in ("http://vi.example/", "https://", "https://a:b@vi.example/",
                    "https://vi.example:x/",
                    "ftp://vi.example/")
    ),
    ({"address": "https://vi.example:22/", "channel": "webhook"}, "address", "Only the ports"),
    ({"address": "https://no.example/", "channel": "webhook"}, "address", "was not found"),
    ({"address": "https://10.0.0.1/", "channel": "webhook"}, "address", "not on the public"),
    ({"address": "https://x.localhost/", "channel": "webhook"}, "address", "one of our own"),
    ({"address": "https://vi.example/", "channel": "slack"}, "address", "hooks.slack.com"),
]  # fmt: skip


def test_nothing_is_stored_when_a_field_is_wrong(actors, page, vi):
    for body, field, sentence in BAD:
        answer = vi.post("/subscribe", body)
        assert answer.status_code == 400, body
        said = answer.json()
        assert sentence in said["error"]
        assert list(said["fields"]) == [field]
    assert not subscribers_of(actors.system, page.id)


def test_body_that_is_no_form_is_refused(vi):
    post = vi.http.post
    assert post("/subscribe", content=b"a" * 8_193).status_code == 413
    text = {"Content-Type": "text/plain", "Accept": "application/json"}
    assert post("/subscribe", content=b"address=a@b.c", headers=text).status_code == 415
    broken = {"Content-Type": "multipart/form-data", "Accept": "application/json"}
    assert post("/subscribe", content=b"\xff--", headers=broken).status_code == 400


def test_incident_is_followed_until_it_is_resolved(actors, page, vi, address):
    path = page.incident(title="Down")
    follow = {"address": address, "incident": path.rpartition("/")[2]}
    accepted(vi.post("/subscribe", follow))
    [mail] = mails_to(actors.system, address)
    assert "about “Down” of Acme" in mail.body
    page.owner.done(page.owner.post(f"{path}/updates", {"state": "resolved"}))
    assert vi.post("/subscribe", follow).status_code == 400


def test_page_that_visitors_do_not_see_takes_no_subscriber(actors, page, vi, address):
    body = {"address": address}
    hidden = {"isPublic": False}
    page.owner.done(page.owner.patch(page.path, hidden), 200)
    assert vi.post("/subscribe", body).status_code == 404
    page.owner.done(page.owner.patch(page.path, {"isPublic": True}), 200)
    done = hepstatus(actors.system, "page", "suspend", page.id, "--reason", "x")
    assert done.returncode == 0, done.stderr
    assert vi.post("/subscribe", body).status_code == 404
    # nor do hosts without a page
    for host in ("localhost", "nobody.localhost", "nobody.example"):
        assert actors.caller(host).post("/subscribe", body).status_code == 404
    assert not mails_to(actors.system, address)


def test_mail_is_refused_while_none_can_be_sent(actors, page, address):
    vi = actors.visitor(page)
    answer = vi.post("/subscribe", {"address": address})
    assert answer.status_code == 503
    assert "E-mail can't be sent" in answer.json()["error"]
    assert answer.headers["retry-after"]
    assert not subscribers_of(actors.system, page.id)
    hook = {"channel": "webhook", "address": HOOK.format(unique("hook"))}
    accepted(vi.post("/subscribe", hook))


def test_name_of_a_page_makes_no_header_of_its_own(actors, page, vi, address):
    name = "UPDATE pages SET name = :name WHERE id = :id"
    rows(actors.system, name, name="Ac\r\nBcc: a@b.c\u202eme", id=page.id)
    accepted(vi.post("/subscribe", {"address": address}))
    [mail] = mails_to(actors.system, address)
    assert mail.subject == "Confirm updates from AcBcc: a@b.cme"
    assert parseaddr(mail.recipient)[1] == address

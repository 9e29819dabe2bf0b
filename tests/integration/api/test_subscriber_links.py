"""Links in messages: what their documents show, and what only their own buttons do.

Source: docs/behaviour.md, "Consent and leaving".
"""

import secrets

import pytest

from domain.notifications.choices import Channel
from domain.store.postgres.notifications.link_tokens import Purpose
from tests.support.actors import unique
from tests.support.subscriptions import ONE_CLICK, add_subscriber, rows, subscribers_of

LIST_UNSUBSCRIBE = {
    "urlencoded": {"data": ONE_CLICK},
    "multipart": {"files": {"List-Unsubscribe": (None, "One-Click")}},
}


@pytest.fixture
def page(actors):
    page = actors.owner().page("Acme <b>")
    page.group = page.leaf("Europe", kind="category")
    page.api = page.leaf("API", parent=page.group)
    return page


@pytest.fixture
def address():
    return f"{unique('vi')}@example.com"


def post(actors, path, **form):
    return actors.caller().http.post(path, data=form)


def test_nothing_changes_when_a_link_is_only_looked_at(actors, page, address):
    id_, path = add_subscriber(actors.system, page.id, address, purpose=Purpose.CONFIRM)
    vi = actors.caller()
    for answer in (vi.get(path), vi.http.head(path), post(actors, path), post(actors, path, use=1)):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers.get_list("referrer-policy")[-1] == "no-referrer"
        assert "set-cookie" not in answer.headers
    shown = vi.get(path).text
    assert "v…@e…" in shown
    assert address not in shown
    assert "Acme &lt;b&gt;" in shown
    assert "https://" not in shown
    [row] = subscribers_of(actors.system, page.id)
    assert (row.id, row.confirmed_at) == (id_, None)


def test_subscriber_is_confirmed_once_by_the_form_of_the_link(actors, page, address):
    _, path = add_subscriber(actors.system, page.id, address, purpose=Purpose.CONFIRM)
    done = post(actors, path, use="confirm")
    assert done.status_code == 200
    assert "You are subscribed" in done.text
    [row] = subscribers_of(actors.system, page.id)
    assert row.confirmed_at
    assert row.consented_at
    # then the link is of no use any more
    again = post(actors, path, use="confirm")
    assert again.status_code == 404
    assert "no longer works" in again.text
    assert actors.caller().get(path).status_code == 404


def test_choices_are_as_they_were_chosen(actors, page, address):
    _, path = add_subscriber(actors.system, page.id, address)
    form = {"use": "save", "kinds": "incidents", "impact": "major", "updates": "ends"}
    chosen = {**form, "scope": "some", "components": [page.group, "c_nowhere"]}
    assert "Choices saved" in actors.caller().http.post(path, data=chosen).text
    [row] = subscribers_of(actors.system, page.id)
    assert row.components == [page.group]
    assert (row.kinds, row.impact, row.updates) == ("incidents", "major", "ends")
    # When no component is chosen, or what there is not, then nothing changes
    for wrong in ({**form, "scope": "some"}, {**form, "impact": "awful"}):
        assert actors.caller().http.post(path, data=wrong).status_code == 400
    [after] = subscribers_of(actors.system, page.id)
    assert after == row
    # and all components are chosen again
    post(actors, path, **form, scope="all")
    [row] = subscribers_of(actors.system, page.id)
    assert row.components is None


@pytest.mark.parametrize("way", LIST_UNSUBSCRIBE)
def test_one_click_leaves_by_a_link_that_manages_only(actors, page, address, way):
    system, one_click = actors.system, LIST_UNSUBSCRIBE[way]
    _, confirm_path = add_subscriber(system, page.id, f"w{address}", purpose=Purpose.CONFIRM)
    _, path = add_subscriber(system, page.id, address)
    page.owner.done(page.owner.patch(page.path, {"isPublic": False}), 200)
    # Whatever the link is for, and whether there is one, the answer is the same
    answers = [
        actors.caller(Origin="https://mail.example").http.post(where, **one_click)
        for where in (path, path, confirm_path, f"/s/{secrets.token_urlsafe(16)}", "/s/x")
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    # and one subscriber has left
    [row] = subscribers_of(system, page.id)
    assert row.address == f"w{address}"


def test_address_is_gone_when_its_subscriber_leaves(actors, page, address):
    _, path = add_subscriber(actors.system, page.id, address)
    done = post(actors, path, use="leave")
    assert done.status_code == 200
    assert "You are unsubscribed" in done.text
    assert not subscribers_of(actors.system, page.id)
    assert actors.caller().get(path).status_code == 404
    query = "SELECT hash FROM left_addresses WHERE page_id = :id"
    assert len(rows(actors.system, query, id=page.id)) == 1


def test_secret_of_a_webhook_is_shown_once_and_can_be_changed(actors, page):
    hook = f"https://hooks.example/{unique('hook')}"
    given = (actors.system, page.id, hook, Channel.WEBHOOK)
    _, path = add_subscriber(*given, purpose=Purpose.CONFIRM)
    done = post(actors, path, use="confirm")
    [row] = subscribers_of(actors.system, page.id)
    assert row.secret in done.text
    assert "hooks.example/…" in done.text
    _, path = add_subscriber(*given)
    assert "whsec_" not in actors.caller().get(path).text
    changed = post(actors, path, use="rotate")
    [new] = subscribers_of(actors.system, page.id)
    assert new.secret in changed.text
    assert (new.previous_secret, new.secret == row.secret) == (row.secret, False)


def test_follower_of_an_incident_sees_which_one(actors, page, address):
    id_, path = add_subscriber(actors.system, page.id, address)
    incident = page.incident(title="Down & out").rpartition("/")[2]
    change = "UPDATE subscribers SET incident_id = :incident WHERE id = :id"
    rows(actors.system, change, incident=incident, id=id_)
    shown = actors.caller().get(path).text
    assert "Down &amp; out" in shown
    assert 'name="components"' not in shown


def test_no_line_of_the_log_holds_a_link_or_an_address(actors, page, address):
    system = actors.system
    _, path = add_subscriber(system, page.id, address)
    _, confirm_path = add_subscriber(system, page.id, f"w{address}", purpose=Purpose.CONFIRM)
    for where in (path, confirm_path, f"{path}/x", f"/x{path}"):
        actors.caller().get(where)
        post(actors, where, use="leave")
    actors.visitor(page).post("/subscribe", {"address": address, "name": "Vi"})
    said = system.log.path("web1").read_text()
    assert '"/s/{token}"' in said
    assert '"/subscribe"' in said
    for secret in (path, confirm_path, address):
        assert secret.rpartition("/")[2] not in said

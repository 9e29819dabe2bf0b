"""Requests of channels to a real server. Source: docs/behaviour.md, "Delivery"."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from domain.notifications.choices import Channel
from domain.runtime.outgoing.target import Targets
from domain.runtime.settings import Settings
from domain.store.postgres.notifications.send_queue import Claimed
from tests.support.receiver import receiver
from tests.unit.workers.test_channels import message
from workers.notify.channels import http
from workers.notify.outcome import Retry, Sent

NEW, FORMER = "whsec_" + "YWJj" * 11, "whsec_" + "ZGVm" * 11
ANY = Targets(Settings(outgoing_any=True), lambda host: False)


@pytest.fixture(scope="module")
def hook():
    with receiver() as hook, mock.patch.object(http, "own_targets", return_value=ANY):
        yield hook


def recipient(url, channel=Channel.WEBHOOK, rotated_ago=None):
    now = datetime.now(UTC)
    changed_at = now - rotated_ago if rotated_ago else None
    secrets = (NEW, FORMER, changed_at)
    return Claimed("b_1", "p_1", channel, url, now, *secrets, now, 0)


def signers(hook):
    """The secrets that have signed the last request."""
    _, headers, body = hook.requests[-1]
    named = {name.lower(): value for name, value in headers.items()}

    def has_signed(secret):
        try:
            return bool(Webhook(secret).verify(body, named))
        except WebhookVerificationError:
            return False

    assert named["webhook-id"] == "d_1"
    return [secret for secret in (NEW, FORMER) if has_signed(secret)]


@pytest.mark.parametrize(
    ("rotated_ago", "secrets"),
    [(None, [NEW]), (timedelta(hours=23), [NEW, FORMER]), (timedelta(hours=25), [NEW])],
)
def test_a_webhook_is_signed_with_both_secrets_for_a_day(hook, rotated_ago, secrets):
    hook.answer = 204
    assert http.send_request(recipient(hook.url(), rotated_ago=rotated_ago), message()) == Sent()
    assert signers(hook) == secrets


def test_discord_is_asked_to_answer_once_the_message_is_stored(hook):
    hook.answer = 200
    assert http.send_request(recipient(hook.url("/d"), Channel.DISCORD), message()) == Sent()
    assert hook.requests[-1][0] == "/d?wait=true"


def test_a_failure_is_a_later_attempt_with_our_own_reason(hook):
    hook.answer, hook.headers = 302, {"Location": hook.url("/other")}
    assert http.send_request(recipient(hook.url()), message()) == Retry("answered 302")
    gone = recipient("http://127.0.0.1:1/x")
    assert http.send_request(gone, message()) == Retry("could not be reached")
    inside = recipient("http://10.0.0.1/x")
    reason = "The host of this address is not on the public internet"
    assert http.send_request(inside, message()) == Retry(reason)

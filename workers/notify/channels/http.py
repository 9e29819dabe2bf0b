"""Channels over HTTP: their requests, and the meaning of the answers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from types import ModuleType
from typing import Final

from domain.notifications.choices import Channel
from domain.notifications.messages import Message
from domain.runtime.outgoing.client import OutgoingError, post
from domain.runtime.outgoing.target import Targets, UncheckedTargetError
from domain.runtime.settings import load_settings
from domain.store.postgres.notifications.send_queue import Claimed
from domain.store.redis.publisher import is_active_host
from workers.notify.channels import discord, slack, teams, webhook
from workers.notify.outcome import Outcome, Postponed, Retry

CHANNELS: Final[Mapping[Channel, ModuleType]] = {
    Channel.WEBHOOK: webhook,
    Channel.SLACK: slack,
    Channel.DISCORD: discord,
    Channel.TEAMS: teams,
}
OVERLAP: Final = timedelta(hours=24)  # for so long a former secret signs too


@cache
def own_targets() -> Targets:
    """Return the rules for the addresses of this system."""
    return Targets(load_settings(), is_active_host)


def send_request(recipient: Claimed, message: Message) -> Outcome:
    """Send a message to a recipient over HTTP."""
    return send_body(recipient, CHANNELS[recipient.channel].build_body(message), message.id)


def send_test(recipient: Claimed, page_name: str, confirm_url: str, message_id: str) -> Outcome:
    """Send the test message of an address that was not confirmed yet."""
    body = CHANNELS[recipient.channel].build_test_body(page_name, confirm_url)
    return send_body(recipient, body, message_id)


def send_body(recipient: Claimed, body: bytes, message_id: str) -> Outcome:
    """Send a body, signed if the channel signs."""
    channel = CHANNELS[recipient.channel]
    headers = {"Content-Type": "application/json", "User-Agent": "Hep Status"}
    if recipient.channel is Channel.WEBHOOK:
        headers |= webhook.sign(secrets_of(recipient), message_id, body)
    url = recipient.address
    if recipient.channel is Channel.DISCORD:
        url = discord.wait_for_storage(url)
    try:
        outcome: Outcome = channel.read_answer(post(own_targets(), url, body, headers))
    except UncheckedTargetError as error:
        return Postponed(str(error))
    except OutgoingError as error:
        return Retry(str(error))
    return outcome


def secrets_of(recipient: Claimed) -> list[str]:
    """Return the secrets that sign for a recipient: a former one for a day."""
    changed_at = recipient.secret_changed_at
    is_former_valid = changed_at is not None and datetime.now(UTC) < changed_at + OVERLAP
    secrets = (recipient.secret, recipient.previous_secret if is_former_valid else None)
    return [secret for secret in secrets if secret]

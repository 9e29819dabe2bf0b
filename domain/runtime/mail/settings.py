"""Whether mail can be sent, by the settings."""

from domain.runtime.settings import Settings


def can_send_mail(settings: Settings) -> bool:
    """Return whether there is a mail server, or an outbox that stands for one."""
    return bool(settings.smtp_url) or settings.outbox

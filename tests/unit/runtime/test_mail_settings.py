"""The settings of mail: the mail server, and the outbox that stands for one."""

import pytest

from domain.runtime.mail.settings import can_send_mail
from domain.runtime.mail.smtp_url import SmtpServer, parse_smtp_url
from domain.runtime.settings import SettingsError, build_settings


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.acme.com", ("mail.acme.com", 587, "", "", False, True)),
        ("smtp://a%40b:p%2Fw@mail.acme.com:25", ("mail.acme.com", 25, "a@b", "p/w", False, True)),
        ("smtp://relay:1025?starttls=off", ("relay", 1025, "", "", False, False)),
        ("smtps://u:p@mail.acme.com/", ("mail.acme.com", 465, "u", "p", True, False)),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "", "", False, False)),
        ("smtp://[::1]:25", ("::1", 25, "", "", False, False)),
        ("smtp://localhost:25?starttls=on", ("localhost", 25, "", "", False, True)),
    ],
)
def test_mail_server_is_reached_encrypted_unless_it_is_this_machine(url, server):
    assert build_settings({"SMTP_URL": url}).smtp_url == url
    assert parse_smtp_url(url) == SmtpServer(*server)


def test_outbox_is_refused_where_others_could_sign_up():
    # given a product that the world can reach, when the outbox is on, then it does not start
    with pytest.raises(SettingsError, match="OUTBOX can be on only while BASE_DOMAIN is localhost"):
        build_settings({"OUTBOX": "on", "BASE_DOMAIN": "hep.gg"})
    assert build_settings({"OUTBOX": "on"}).outbox


@pytest.mark.parametrize(
    ("env", "can_send"),
    [({}, False), ({"OUTBOX": "on"}, True), ({"SMTP_URL": "smtp://h"}, True)],
)
def test_mail_can_be_sent_by_a_server_or_to_the_outbox(env, can_send):
    settings = build_settings(env)
    assert can_send_mail(settings) is can_send
    assert settings.mail_from == "status@localhost"

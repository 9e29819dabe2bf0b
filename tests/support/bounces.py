"""Reports about mails that could not be delivered, as Postfix writes them."""

REPORT = b"""\
Return-Path: <>
Delivered-To: status+b-%(id)s@localhost
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
To: status+b-%(id)s@localhost
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.
<ada@example.com>: host mx.example.com said: 550 5.1.1 User unknown

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Tue,  1 Dec 2026 14:02:00 +0000 (UTC)

Final-Recipient: rfc822; ada@example.com
Action: %(action)s
Status: %(status)s
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 550 %(status)s <ada@example.com>: Recipient
    address rejected

--b
Content-Type: message/rfc822

From: Acme <status@localhost>
To: ada@example.com
Subject: [Acme] Investigating: API errors

text
--b--
"""


def bounce(id_: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    facts = {"id": id_, "action": action, "status": status}
    return REPORT % {name.encode(): value.encode() for name, value in facts.items()}

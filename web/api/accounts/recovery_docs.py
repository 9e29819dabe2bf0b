"""Documentation of forgotten passwords and verification of addresses."""

from typing import Annotated

import msgspec

from web.api import field_sentences as says
from web.api.accounts.docs import ADA, TAG
from web.api.field_sentences import ID_LIMIT
from web.api.owner_resource import Email, Password
from web.http.bodies import text
from web.http.wire import Answer, Nothing
from web.openapi.describe import Audience, Example, Operation

LINK_TOKEN = "Zm9yZ290dGVuIHBhc3N3bw"  # noqa: S105 - an example
TOKEN_NOTE = "The last part of the link in the mail."  # noqa: S105 - a sentence


class ForgottenPassword(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/auth/forgot`."""

    email: Email


class NewPassword(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/auth/reset`."""

    token: Annotated[str, text(ID_LIMIT, TOKEN_NOTE), says.LINK_TOKEN]
    password: Password


class VerificationView(Answer, frozen=True):
    """Whether a mail goes out; not if there is nothing to confirm."""

    mailed: bool


FORGOT_PASSWORD = Operation(
    name="forgotPassword",
    tag=TAG,
    summary="Mail a link for a new password.",
    note="The answer is the same whether or not there is an account. The link is valid for an hour"
    " and works once. At most three such mails an hour, and ten a day, go to one address. 503: no"
    " mail can be sent here.",
    who=Audience.ANYBODY,
    body=ForgottenPassword,
    data=Nothing,
    refusals=("RATE_LIMITED",),
    examples=(Example("an address", body={"email": ADA["email"]}, data={}),),
)
RESET_PASSWORD = Operation(
    name="resetPassword",
    tag=TAG,
    summary="Set another password by a link.",
    note="All sessions end, and the address counts as confirmed. If it had never been, the keys of"
    " the account's pages are deleted. 404: the link was used, or is expired.",
    who=Audience.ANYBODY,
    body=NewPassword,
    data=Nothing,
    refusals=("NOT_FOUND", "RATE_LIMITED"),
    examples=(
        Example(
            "another password",
            body={"token": LINK_TOKEN, "password": "battery staple horse"},
            data={},
        ),
    ),
)
SEND_VERIFICATION = Operation(
    name="sendVerification",
    tag=TAG,
    summary="Mail the link again that confirms the address.",
    note="Of a pending address, if there is one. Three an hour and ten a day to one address. 503:"
    " no mail can be sent here.",
    data=VerificationView,
    refusals=("RATE_LIMITED",),
    examples=(Example("nothing to confirm", data={"mailed": False}),),
)

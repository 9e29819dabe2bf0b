"""Sign-up, login, logout and who one is."""

from web.bodies.owner import Credentials
from web.describe import Example, Operation, Who
from web.operations.places import ACCOUNT
from web.views.accounts import AccountView, LoginView
from web.views.wire import Nothing

TAG = "Accounts"
ADA = {"email": "ada@example.com", "password": "correct horse battery"}
ACCOUNT_DATA = {"id": ACCOUNT, "email": "ada@example.com"}

SIGN_UP = Operation(
    name="signUp",
    tag=TAG,
    summary="Make an account and log in.",
    who=Who.ANYBODY,
    body=Credentials,
    data=LoginView,
    status=201,
    refusals=("CONFLICT",),
    sets_cookie=True,
    examples=(Example("an account", body=ADA, data=ACCOUNT_DATA),),
)
LOG_IN = Operation(
    name="logIn",
    tag=TAG,
    summary="Log in.",
    note="A session that came along ends.",
    who=Who.ANYBODY,
    body=Credentials,
    data=LoginView,
    refusals=("BAD_LOGIN",),
    sets_cookie=True,
    examples=(Example("a login", body=ADA, data=ACCOUNT_DATA),),
)
LOG_OUT = Operation(
    name="logOut",
    tag=TAG,
    summary="End the session, if there is one.",
    who=Who.ANYBODY,
    data=Nothing,
    sets_cookie=True,
    examples=(Example("a logout", data={}),),
)
WHO_AM_I = Operation(
    name="whoAmI",
    tag=TAG,
    summary="Tell whose session this is.",
    data=AccountView,
    examples=(
        Example(
            "a free account",
            data={
                **ACCOUNT_DATA,
                "tier": "free",
                "tierUntil": None,
                "createdAt": "2026-11-23T14:02:00.000Z",
            },
        ),
    ),
)

"""How often something may be tried: limits as data; `domain.store.redis.rate_counts` counts.

Of attempts to log in only failures count. Strangers can exhaust what they share, never what a
device has to itself on which the owner logged in before.
Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from dataclasses import dataclass
from typing import Final

MINUTE_S: Final = 60
HOUR_S: Final = 3_600


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` within `window_s` seconds; the window begins with the first of them."""

    name: str
    amount: int
    window_s: int


# Failed logins from one address (of IPv6: from one /64), whatever the account.
LOGIN_ADDRESS: Final = Limit("login-address", 100, HOUR_S)
# Failed logins to one account from one address.
LOGIN_PAIR: Final = Limit("login-pair", 10, 15 * MINUTE_S)
# Failed logins to one account by all devices that are unknown to it.
LOGIN_STRANGERS: Final = Limit("login-strangers", 50, HOUR_S)
# Failed logins on one device that is known to the account: it has these to itself.
LOGIN_DEVICE: Final = Limit("login-device", 10, 15 * MINUTE_S)
# Confirmations by the current password for one account, right ones too: each costs a hash.
CONFIRMATION: Final = Limit("confirmation", 10, 15 * MINUTE_S)
# Sign-ups from one address, whether an account was made or the e-mail was taken: a whole school
# or company may share it.
SIGNUP_ADDRESS: Final = Limit("signup-address", 200, HOUR_S)

# What the API takes of one key, one account, one address. A window holds ten toggles for every
# component of the largest page (2,000): no monitor in an outage meets it. It ends what has run
# wild; that a storm on one page does not slow another's writes is the turns' business.
KEY_WRITES: Final = Limit("key-writes", 20_000, 30)
KEY_READS: Final = Limit("key-reads", 20_000, 30)
ACCOUNT_WRITES: Final = Limit("account-writes", 20_000, 60)
# Of an address (of IPv6: a /64) all requests to the API, whoever asks: many monitors share one.
ADDRESS_REQUESTS: Final = Limit("address-requests", 40_000, 60)


@dataclass(frozen=True, slots=True)
class Budget:
    """A bucket of bytes, refilled all the time; what it holds can be spent at once."""

    name: str
    bytes_max: int
    bytes_a_day: int

    @property
    def refill(self) -> float:
        """How many bytes come in a second."""
        return self.bytes_a_day / (24 * HOUR_S)


# What an account's writes to its pages may add to the log, which keeps them for more than a year.
# The bucket holds two thousand updates of full length; 200 MB a day are one every four seconds.
WRITTEN_BYTES: Final = Budget("account-bytes", 20_000_000, 200_000_000)
# What says that trouble is over has a bucket to itself: the other one never delays it.
RECOVERY_BYTES: Final = Budget("account-recovery-bytes", 20_000_000, 200_000_000)
# Updates that resolve, taken from an account that has emptied that one as well.
RECOVERY_UPDATES: Final = Limit("account-recovery-updates", 60, HOUR_S)
# What a row of the log takes beside its payload, its indexes and the row of its key included.
ROW_BYTES: Final = 600
# Previews of writes to one page, by one session: each is drawn whole.
PREVIEWS: Final = Limit("previews", 2, 1)

"""Rate limits as data; the other modules of this package count.

For logins only failures count. A device on which the owner has logged in before has a limit of its
own, which attempts of other devices do not use up.

Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from dataclasses import dataclass
from typing import Final

from domain.calendar import MINUTE_S

HOUR_S: Final = 3_600


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` within `window_s` seconds, from the first one on."""

    name: str
    amount: int
    window_s: int


# Failed logins from one address (of IPv6: from one /64) to any account.
LOGIN_ADDRESS: Final = Limit("login-address", 100, HOUR_S)
# Failed logins to one account from one address.
LOGIN_PAIR: Final = Limit("login-pair", 10, 15 * MINUTE_S)
# Failed logins to one account by all devices without an earlier login to it.
LOGIN_STRANGERS: Final = Limit("login-strangers", 50, HOUR_S)
# Failed logins on one device with an earlier login to the account; other devices don't count.
LOGIN_DEVICE: Final = Limit("login-device", 10, 15 * MINUTE_S)
# Confirmations by the current password for one account, correct ones too: each costs a hash.
CONFIRMATION: Final = Limit("confirmation", 10, 15 * MINUTE_S)
# Sign-ups from one address, successful or not: a whole school or company may share it.
SIGNUP_ADDRESS: Final = Limit("signup-address", 200, HOUR_S)
# Requests for a new password from one address (of IPv6: from one /64).
FORGOT_ADDRESS: Final = Limit("forgot-address", 60, HOUR_S)
# Links of messages that are opened or used from one address.
LINKS_ADDRESS: Final = Limit("links-address", 60, MINUTE_S)
# Requests to subscribe from one address: a whole company may look at a page in an outage.
SUBSCRIBE_ADDRESS: Final = Limit("subscribe-address", 200, HOUR_S)
# Test messages to one host, or to one IP address.
TEST_HOST: Final = Limit("test-message-host", 20, HOUR_S)
# Test messages to one address, over all pages.
TEST_ADDRESS: Final = Limit("test-message-address", 5, 24 * HOUR_S)

# API requests of one key, one account, one address. A window allows ten toggles for every
# component of the largest page (2,000), which is enough for a monitor in an outage. The limit
# stops faulty clients; append slots keep one page's writes from slowing another's.
KEY_WRITES: Final = Limit("key-writes", 20_000, 30)
KEY_READS: Final = Limit("key-reads", 20_000, 30)
ACCOUNT_WRITES: Final = Limit("account-writes", 20_000, 60)
# All API requests of an address (of IPv6: a /64); many monitors may share one.
ADDRESS_REQUESTS: Final = Limit("address-requests", 40_000, 60)


@dataclass(frozen=True, slots=True)
class Budget:
    """A token bucket of bytes with a constant refill and a maximum."""

    name: str
    bytes_max: int
    bytes_a_day: int

    @property
    def refill(self) -> float:
        """Refill rate in bytes per second."""
        return self.bytes_a_day / (24 * HOUR_S)


# Bytes that an account's writes may add to the log, which keeps them for more than a year.
# The bucket holds 2,000 updates of full length; 200 MB a day is one every four seconds.
WRITTEN_BYTES: Final = Budget("account-bytes", 20_000_000, 200_000_000)
# Recovery writes have a bucket of their own: the other bucket never delays them.
RECOVERY_BYTES: Final = Budget("account-recovery-bytes", 20_000_000, 200_000_000)
# Resolving updates of an account that has emptied that bucket too.
RECOVERY_UPDATES: Final = Limit("account-recovery-updates", 60, HOUR_S)
# Bytes of a log row without its payload, with its indexes and the row of its key.
ROW_BYTES: Final = 600
# Downloads of one page as a file: each reads all of its incidents.
EXPORTS: Final = Limit("exports", 10, MINUTE_S)
# Previews of writes to one page, by one session: each renders the whole page.
PREVIEWS: Final = Limit("previews", 2, 1)

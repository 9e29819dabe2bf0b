"""Size limits of artifacts and API answers in bytes, each with its reason."""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# `/` uncompressed and with brotli: the cost of a visit and a publication of the largest page.
PAGE_BYTES: Final = 4 * MIB
PAGE_BROTLI_BYTES: Final = 1 * MIB
# Messages of a document with their components, as HTML. The rest is replaced by a link.
MESSAGES_BYTES: Final = 512 * KIB
UPDATES_A_PAGE: Final = 100  # of a permalink; `/incidents/<id>/2` has the next ones
# Style, script, glyphs, header, hero, legend and footer, with labels at their longest.
FRAME_BYTES: Final = 64 * KIB
# Bars of 2,000 quiet components. With many incidents, fewer days have text and fewer are drawn.
BARS_BYTES: Final = 1_536 * KIB
# The most that the elements around texts take. A test measures them.
CARD_BYTES: Final = 1_200
UPDATE_BYTES: Final = 450
CHIP_BYTES: Final = 160
ROW_BYTES: Final = 320
BAR_BYTES: Final = 1_000
RUN_BYTES: Final = 22
DAY_BYTES: Final = 160
LINK_BYTES: Final = 80

# Artifacts that grow with the page (domain/page/limits.py): their largest size, uncompressed.
STATUS_BYTES: Final = 10 * MIB  # 2,000 leaves with their groups, 50,000 ids of leaves in plans
STATUS_PACKED_BYTES: Final = 2 * MIB  # the same with brotli or gzip
PERMALINK_BYTES: Final = 10 * MIB  # 100 messages of 75 KB in HTML, and the chips of 2,000 leaves
HISTORY_BYTES: Final = 1 * MIB  # 200 cards, and messages as on `/`
SMALL_BYTES: Final = 16 * KIB  # a badge, the version, the policy, the visit data

# Text of an owner's list of incidents. The incident that exceeds it is the last of its page.
LIST_TEXT_BYTES: Final = 4 * MIB
# The longest API answers, uncompressed: a list whose last incident adds the same again (a page
# holds 4 MB of messages at a time), escaped in JSON; 100 commands of the audit log of 64 KB each.
LIST_BYTES: Final = 16 * MIB
AUDIT_BYTES: Final = 8 * MIB

# Per worker process: the messages of about five of the largest pages, texts included.
RENDERED_CACHE_BYTES: Final = 4 * MIB

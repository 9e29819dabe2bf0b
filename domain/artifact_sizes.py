"""How many bytes what a page says may take: every number in one place, each with its reason."""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# `/` as it is and by brotli: what each visit and each publication of the largest page may cost.
PAGE_BYTES: Final = 4 * MIB
PAGE_BROTLI_BYTES: Final = 1 * MIB
# Messages of a document with the components beside them, as HTML. What does not fit is a link.
MESSAGES_BYTES: Final = 512 * KIB
UPDATES_A_PAGE: Final = 100  # of a permalink; then `/incidents/<id>/2` goes on
# Style, script, glyphs, header, hero, legend and footer, with labels at their longest.
FRAME_BYTES: Final = 64 * KIB
# Bars of 2,000 quiet components; with much trouble fewer days are told in words, and fewer drawn.
BARS_BYTES: Final = 1_536 * KIB
# What the elements around texts take, at most. A test weighs them.
CARD_BYTES: Final = 1_200
UPDATE_BYTES: Final = 450
CHIP_BYTES: Final = 160
ROW_BYTES: Final = 320
BAR_BYTES: Final = 1_000
RUN_BYTES: Final = 22
DAY_BYTES: Final = 160
LINK_BYTES: Final = 80

# What grows with what a page holds (domain/page/limits.py), at its largest, as it is sent raw:
STATUS_BYTES: Final = 10 * MIB  # 2,000 leaves with their groups, 50,000 ids of leaves in plans
STATUS_PACKED_BYTES: Final = 2 * MIB  # the same by brotli or gzip, in a script that nothing packs
PERMALINK_BYTES: Final = 10 * MIB  # 100 messages of 75 KB in HTML, and the chips of 2,000 leaves
HISTORY_BYTES: Final = 1 * MIB  # 200 cards, and messages as on `/`
SMALL_BYTES: Final = 16 * KIB  # a badge, the version, the policy, what a visit has to know

# Of a list of incidents that an owner reads: what follows the one that passes it is a page further.
LIST_TEXT_BYTES: Final = 4 * MIB
# The longest answers of the API, raw: a list whose last incident brings as much again (a page holds
# 4 MB of messages at a time), escaped in JSON; a hundred commands of the audit of 64 KB each.
LIST_BYTES: Final = 16 * MIB
AUDIT_BYTES: Final = 8 * MIB

# Of a worker process: the messages of some five of the largest pages, texts included.
RENDERED_CACHE_BYTES: Final = 4 * MIB

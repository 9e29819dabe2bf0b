"""How laws are tried: the same examples on every machine, so that CI never fails by chance.

`HYPOTHESIS_PROFILE=explore` looks for new examples instead, many of them.
"""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("explore", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

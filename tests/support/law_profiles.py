"""How laws are tried: the same examples on every machine, so that CI never fails by chance.

`HYPOTHESIS_PROFILE=explore` looks for new examples instead, many of them.
"""

import os

from hypothesis import Phase, settings

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("explore", deadline=None, max_examples=1_000)
# Making a failure smaller takes longer than a test may; who repairs it does that at his desk.
settings.register_profile(
    "ci", settings.get_profile("repeatable"), phases=[Phase.explicit, Phase.generate]
)
chosen = "ci" if os.environ.get("CI") else "repeatable"
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", chosen))

"""How many examples are tried where each takes long: some in every run, more with `DEEP=1` in the environment."""

import os


def examples(usual: int, *, deep: int) -> int:
    """The number for `hypothesis.settings`."""
    return deep if os.environ.get("DEEP") else usual

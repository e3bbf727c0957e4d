"""What is worth saying beside a result: a doubt, an assumption, a choice that was made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, init=False)
class Remark:
    """One sentence: a Chinese template marked with `N_` and its values, translated where it is shown.

    Parameters
    ----------
    message
        Template in `%(name)s` style.
    params
        The values of the template.
    """

    message: str
    params: Mapping[str, object]

    def __init__(self, message: str, **params: object) -> None:
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "params", params)

    def __str__(self) -> str:
        return self.message % self.params


def worded(message: str, params: Mapping[str, object], translate: Callable[[str], str]) -> str:
    """A message with its values in a language; a value may be a remark itself, such as the reason of a fault."""
    told = {
        name: worded(value.message, value.params, translate) if isinstance(value, Remark) else value
        for name, value in params.items()
    }
    return translate(message) % told

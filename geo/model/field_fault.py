"""What cannot stand in a form: one sentence for each field, all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.model.errors import InvalidInput, N_
from geo.model.remark import Remark


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with a field's value; the remark does not name the field, since it stands beside it."""

    field: str
    remark: Remark


class InvalidFields(InvalidInput):
    """Values that cannot be taken; the message is that of the first fault and names its field.

    Attributes
    ----------
    faults
        All of them, in the order of the form.
    """

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        first = faults[0]
        super().__init__(N_("%(field)s：%(reason)s"), field=first.field, reason=first.remark)
        self.faults = list(faults)

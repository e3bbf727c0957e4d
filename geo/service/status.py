"""Reporting a year: what one feature's year looks like, checked and written, by one person or by a whole ledger."""

from collections.abc import Sequence
from dataclasses import replace

from geo.analysis.status import ReportFault, report_faults
from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.model.journal import Act, JournalEntry
from geo.model.ledger import TITLES
from geo.model.remark import Remark
from geo.model.status import AnnualStatus
from geo.service.sealing import find_seal
from geo.store.base import Store


class InvalidReport(InvalidInput):
    """A report that cannot be taken; the message is that of its first fault, with the name of its field.

    Attributes
    ----------
    faults
        All of them, in the order of the form.
    """

    def __init__(self, faults: Sequence[ReportFault]) -> None:
        first = faults[0]
        title = TITLES.get(first.field)
        named = Remark(N_("%(field)s：%(reason)s"), field=Remark(title), reason=first.remark) if title else first.remark
        super().__init__(named.message, **named.params)
        self.faults = list(faults)


def faults_of_report(store: Store, status: AnnualStatus) -> list[ReportFault]:
    """Everything that keeps a report from being taken; none means that it can be written.

    Raises
    ------
    LayerNotFound, FeatureNotFound
    """
    layer = store.catalog[status.layer_id]
    page = store.read_feature(layer.id, status.feature_id)
    feature = dict(zip(page.columns, page.rows[0], strict=True))
    reported = store.statuses(layer.id, status.feature_id)
    today = office_time.today()
    sealed = find_seal(store, status.year) is not None
    return list(report_faults(layer, feature, reported, status, today=today, sealed=sealed))


def report(store: Store, status: AnnualStatus, act: Act) -> JournalEntry | None:
    """Write a report; it is durable when this returns. None where the year was reported just so: nothing is written.

    Raises
    ------
    InvalidReport
        If it says what cannot be.
    EvidenceNotFound
        If it names a file that is not in the store.
    LayerNotFound, FeatureNotFound, InvalidInput
    """
    if status.evidence:
        store.evidence.find(status.evidence.split())
    if _is_as_reported(store, status):
        return None
    if faults := faults_of_report(store, status):
        raise InvalidReport(faults)
    (entry,) = store.write([replace(status, demo=store.demo)], act)
    return entry


def _is_as_reported(store: Store, status: AnnualStatus) -> bool:
    """Whether the same was reported of the year already, whoever did and whenever."""
    said = (each for each in store.statuses(status.layer_id, status.feature_id) if each.year == status.year)
    return any(replace(each, reported_by=None, reported_at=None, demo=status.demo) == status for each in said)

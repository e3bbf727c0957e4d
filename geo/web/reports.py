"""The page that offers the plan's reports, and the address that makes them."""

from flask import Blueprint, Response, current_app, render_template, request

from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.service import monitoring
from geo.service import reports as service
from geo.service.monitoring import Scope
from geo.service.reports import ReportWish
from geo.store.base import Store
from geo.web import params
from geo.web.attachments import attachment
from geo.web.current import as_of_day, current_store
from geo.web.language import language
from geo.web.monitoring_view import NOT_KNOWN, read_asked
from geo.web.slots import slots
from geo.web.terminal import words_in

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


@blueprint.get("")
def page() -> str:
    """Choose kind, year, part of the plan and format."""
    store = current_store()
    monitored = monitoring.read(store)
    zone = store.catalog.zone
    kinds = [(kind, service.default_year(kind, zone, monitored.today)) for kind in service.KINDS.values()]
    asked = read_asked(store, request.args)
    return render_template(
        "reports/index.html",
        scope=asked.scope,
        year=asked.year if "year" in request.args else kinds[0][1],
        kinds=kinds,
        years=list(zone.years),
        layers=monitored.layers,
        townships=[(each.value or NOT_KNOWN, each) for each in monitored.townships],
        units=[(each.value or NOT_KNOWN, each) for each in monitored.units],
        formats=list(service.FORMATS),
        has_review_number=bool(current_app.config["MAP_REVIEW_NUMBER"]),
    )


@blueprint.get("/file")
def download() -> Response:
    """A report as a file."""
    store, day = current_store(), as_of_day()
    format_name = checked_format(request.args.get("format", "docx"))
    wish = asked_report(request.args, store, language(), as_of=day and day.isoformat())
    with slots("drawings").taken():
        content = service.file_of(store, wish, format_name)
    name = _Name(store, wish)
    return Response(
        content,
        mimetype=service.FORMATS[format_name],
        headers={"Content-Disposition": attachment(name.shown, name.plain, format_name)},
    )


def checked_format(given: str) -> str:
    """A format of reports.

    Raises
    ------
    InvalidInput
    """
    if given not in service.FORMATS:
        known = ", ".join(service.FORMATS)
        raise InvalidInput(N_("没有报告格式“%(given)s”，可选：%(known)s"), given=given[:20], known=known)
    return given


def asked_report(args: params.Args, store: Store, words: str, *, as_of: str | None = None) -> ReportWish:
    """What a request or command asks for.

    Parameters
    ----------
    args
        `kind`, `year`, and the monitoring page's `layer` (several), `township` and `unit`.
    words
        The language of the report.

    Raises
    ------
    InvalidInput
    """
    zone = store.catalog.zone
    kind = service.find_kind(args.get("kind", "annual"))
    year = params.year(args)
    if year is None:
        year = service.default_year(kind, zone, office_time.today())
    zone.check_year(year)
    return ReportWish(
        kind,
        year,
        read_asked(store, args).scope,
        as_of=as_of,
        review_number=current_app.config["MAP_REVIEW_NUMBER"],
        language=words,
        translate=words_in(words),
    )


class _Name:
    """How a report's file is called."""

    def __init__(self, store: Store, wish: ReportWish) -> None:
        self.store, self.wish = store, wish

    def shown(self, ending: str, day: str) -> str:
        """For people, such as 规划一张图-年度监测报告-2023年-2024-03-01.docx."""
        say, wish = self.wish.translate, self.wish
        year = say(N_("%(year)s年")) % {"year": wish.year}
        parts = [say(N_("规划一张图")), say(wish.kind.short), year, *self._marks(say(N_("部分")), say(N_("演示"))), day]
        return f"{'-'.join(parts)}.{ending}"

    def plain(self, ending: str, day: str) -> str:
        """The same in ASCII."""
        parts = ["plan-atlas", self.wish.kind.name, str(self.wish.year), *self._marks("part", "demo"), day]
        return f"{'-'.join(parts)}.{ending}"

    def _marks(self, part: str, demo: str) -> list[str]:
        is_part = self.wish.scope != Scope()
        return [word for word, is_so in ((part, is_part), (demo, self.store.demo)) if is_so]

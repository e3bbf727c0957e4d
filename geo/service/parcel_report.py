"""A check of parcels as a report to print: result, lines of control, parcels, findings, what was left out, method."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain

from geo.model.errors import N_
from geo.model.location import BASIS_TITLES
from geo.model.parcel_check import FINDINGS, CheckedParcel, ControlLine, ParcelCheck
from geo.model.remark import worded
from geo.model.report import Block, Column, Heading, Paragraph, Report, Table, Words
from geo.model.units import SQUARE_METRES_PER_MU
from geo.store.base import Store

MOST_ROWS = 300
"""Of a table; the JSON report has all."""


def report(store: Store, check: ParcelCheck, *, language: str = "zh", translate: Callable[[str], str] = str) -> Report:
    """The report, ready to be written."""
    made = _CheckReport(store, check, language, translate)
    return made.whole()


class _CheckReport:
    """One report in the making."""

    def __init__(self, store: Store, check: ParcelCheck, language: str, translate: Callable[[str], str]) -> None:
        self.store, self.check, self.language, self.translate = store, check, language, translate

    def say(self, message: str, **params: object) -> str:
        return worded(message, params, self.translate)

    def whole(self) -> Report:
        say, check = self.say, self.check
        zone = getattr(self.store.catalog.zone.title, self.language)
        title = say(N_("地块检查报告"))
        running = [zone, title, check.on.isoformat()]
        if check.demo:
            running.insert(0, say(N_("演示数据：进展为虚构，不得引用")))
        if any(parcel.basis != "surveyed" for parcel in check.parcels):
            running.append(say(N_("含非实测地块")))
        parts = (self._result, self._lines, self._parcels, self._findings, self._left_out, self._method)
        return Report(
            title=f"{zone}\n{title}",
            lines=(say(N_("编制单位：________________")), say(N_("编制日期：%(day)s"), day=check.on.isoformat())),
            running=" · ".join(running),
            alarm=check.demo,
            blocks=tuple(chain.from_iterable(part() for part in parts)),
            words=Words(say(N_("目录")), say(N_("表")), say(N_("图")), say(N_("资料来源：")), say(N_("资料来源"))),
            language=self.language,
        )

    def _result(self) -> Iterator[Block]:
        say, check = self.say, self.check
        yield Heading(1, say(N_("检查结果")))
        counts = Counter(finding.code for finding in check.findings)
        errors = sum(count for code, count in counts.items() if FINDINGS[code][0] == "error")
        message = N_(
            "共检查 %(parcels)s 个地块，发现 %(errors)s 处须改正、%(warnings)s 处须核对；%(left)s 个要素没有报送。"
        )
        yield Paragraph(
            say(
                message,
                parcels=len(check.parcels),
                errors=errors,
                warnings=len(check.findings) - errors,
                left=len(check.left_out),
            )
        )
        missing = [self._title(line) for line in check.lines if not line.count]
        if missing:
            message = N_("没有载入、因而没有核查的控制线：%(lines)s。本报告不能证明地块不涉及这些控制线。")
            yield Paragraph(say(message, lines=say(N_("、")).join(missing)))
        if counts:
            rows = tuple(
                (say(title), say(SEVERITIES[severity]), counts[code])
                for code, (severity, title) in FINDINGS.items()
                if counts[code]
            )
            columns = (Column(say(N_("问题")), 3), Column(say(N_("程度")), 2), Column(say(N_("处数")), 1))
            yield self._table(N_("问题汇总"), columns, rows)

    def _lines(self) -> Iterator[Block]:
        say = self.say
        yield Heading(1, say(N_("三条控制线")))
        columns = (
            Column(say(N_("控制线")), 2), Column(say(N_("要求")), 1.6), Column(say(N_("载入要素")), 1.2),
            Column(say(N_("版本和日期")), 3),
        )  # fmt: skip
        rows = tuple(
            (
                self._title(line),
                say(SIDES[line.side]),
                line.count if line.count else say(N_("未载入，未核查")),
                self._editions(line),
            )
            for line in self.check.lines
        )
        yield self._table(N_("控制线的载入情况"), columns, rows)
        loaded = [line for line in self.check.lines if line.count]
        if not loaded:
            return
        columns = (
            Column(say(N_("地块")), 2.4),
            *(Column(say(HEADERS[line.side], line=self._title(line)), 2) for line in loaded),
        )
        yield self._table(
            N_("各地块与控制线"), columns, tuple(self._meetings(parcel, loaded) for parcel in self.check.parcels)
        )

    def _meetings(self, parcel: CheckedParcel, loaded: list[ControlLine]) -> tuple[object, ...]:
        by_kind = {each.kind: each for each in parcel.meetings}
        return (parcel.name or parcel.feature_id, *(self._meeting(by_kind.get(line.kind)) for line in loaded))

    def _meeting(self, meeting: object) -> str:
        if meeting is None or not meeting.area_m2:
            return self.say(N_("无"))
        area = meeting.area_m2
        return f"{area:,.1f} ㎡ = {area / SQUARE_METRES_PER_MU:.3f} {self.say(N_('亩'))} ({meeting.share:.2%})"

    def _parcels(self) -> Iterator[Block]:
        say = self.say
        yield Heading(1, say(N_("地块")))
        columns = (
            Column(say(N_("编号")), 1.5), Column(say(N_("名称")), 2.4), Column(say(N_("位置依据")), 1.2),
            Column(say(N_("误差(m)")), 0.8), Column(say(N_("用地代码")), 1.2), Column(say(N_("平面面积(㎡)")), 1.4),
            Column(say(N_("椭球面积(㎡)")), 1.4), Column(say(N_("平面面积(亩)")), 1.1), Column(say(N_("登记(亩)")), 1),
        )  # fmt: skip
        rows = tuple(self._parcel(parcel) for parcel in self.check.parcels)
        if rows:
            yield self._table(N_("地块面积和代码"), columns, rows)
        else:
            yield Paragraph(say(N_("没有符合条件的地块。")))

    def _parcel(self, parcel: CheckedParcel) -> tuple[object, ...]:
        code = parcel.code
        table = self.store.catalog.land_use
        if code and table is not None and code in table.codes:
            code = f"{code} {getattr(table.codes[code], self.language)}"
        if code and parcel.code_given == "layer":
            code = self.say(N_("%(code)s（默认）"), code=code)
        return (
            parcel.feature_id, parcel.name, self.say(BASIS_TITLES[parcel.basis]), parcel.accuracy_m, code,
            round(parcel.area_plane_m2, 2), round(parcel.area_ellipsoid_m2, 2),
            round(parcel.area_plane_m2 / SQUARE_METRES_PER_MU, 3), parcel.stated_mu,
        )  # fmt: skip

    def _findings(self) -> Iterator[Block]:
        say = self.say
        yield Heading(1, say(N_("问题清单")))
        if not self.check.findings:
            yield Paragraph(say(N_("没有发现问题。")))
            return
        columns = (
            Column(say(N_("序号")), 0.6), Column(say(N_("问题")), 1.6), Column(say(N_("程度")), 1),
            Column(say(N_("说明")), 5), Column(say(N_("位置（经度, 纬度）")), 2),
        )  # fmt: skip
        rows = []
        for number, finding in enumerate(self.check.findings, start=1):
            severity, title = FINDINGS[finding.code]
            point = finding.place.representative_point() if finding.place is not None else None
            where = f"{point.x:.6f}, {point.y:.6f}" if point is not None else None
            words = worded(finding.remark.message, finding.remark.params, self.translate)
            rows.append((str(number), say(title), say(SEVERITIES[severity]), words, where))
        yield self._table(N_("问题清单"), columns, tuple(rows))

    def _left_out(self) -> Iterator[Block]:
        say = self.say
        yield Heading(1, say(N_("没有报送的要素")))
        if not self.check.left_out:
            yield Paragraph(say(N_("所选图层的要素全部报送。")))
            return
        columns = (
            Column(say(N_("图层")), 1.6), Column(say(N_("编号")), 1.6), Column(say(N_("名称")), 3),
            Column(say(N_("原因")), 3),
        )  # fmt: skip
        rows = tuple(
            (getattr(self.store.catalog[each.layer_id].title, self.language), each.feature_id, each.name,
             worded(each.reason.message, each.reason.params, self.translate))
            for each in self.check.left_out
        )  # fmt: skip
        yield self._table(N_("没有报送的要素"), columns, rows)

    def _method(self) -> Iterator[Block]:
        say, check = self.say, self.check
        yield Heading(1, say(N_("方法和依据")))
        message = N_(
            "面积和压占在 CGCS2000 3 度带第 %(zone)s 带（%(crs)s）的平面上量算，另列椭球面积；"
            "规划精度下 WGS 84 与 CGCS2000 视为相同。不足 %(sliver)s ㎡ 的重叠、缝隙和压占按数字化误差计，"
            "只计数：%(count)s 处，共 %(area)s ㎡。相距不到 %(gap)s 米的地块视为应当相接。"
            "图上面积与登记面积相差不超过 %(share)s%% 或 %(mu)s 亩视为相符。"
        )
        yield Paragraph(
            say(
                message,
                zone=check.zone,
                crs=check.crs,
                sliver=f"{check.tolerances.sliver_m2:g}",
                count=check.slivers,
                area=f"{check.slivers_m2:.2f}",
                gap=f"{check.tolerances.gap_m:g}",
                share=f"{check.tolerances.area_share * 100:g}",
                mu=f"{check.tolerances.area_mu:g}",
            )
        )
        table = self.store.catalog.land_use
        if table is not None:
            yield Paragraph(say(N_("用地代码表：%(source)s。%(note)s。"), source=table.source, note=table.note))
        yield Paragraph(
            say(N_("数据截至变更日志第 %(seq)s 行，该行哈希值：%(hash)s"), seq=check.seq, hash=check.hash or "—"),
            "note",
        )

    def _editions(self, line: ControlLine) -> str | None:
        unknown = self.say(N_("未写明"))
        return "; ".join(f"{version or unknown} ({day or unknown})" for version, day in line.editions) or None

    def _title(self, line: ControlLine) -> str:
        return getattr(line.title, self.language)

    def _table(self, title: str, columns: tuple[Column, ...], rows: tuple[tuple[object, ...], ...]) -> Table:
        """A table that says how many of its rows it leaves out."""
        source = self.say(N_("数据库，变更日志第 %(seq)s 行"), seq=self.check.seq)
        if len(rows) > MOST_ROWS:
            message = N_("%(source)s；只列前 %(most)s 行，另有 %(count)s 行见 JSON 报告")
            source = self.say(message, source=source, most=MOST_ROWS, count=len(rows) - MOST_ROWS)
        return Table(self.say(title), columns, rows[:MOST_ROWS], source)


SEVERITIES = {"error": N_("须改正"), "warning": N_("须核对")}
SIDES = {"outside": N_("地块应在线外"), "inside": N_("地块应在线内")}
HEADERS = {"outside": N_("压占%(line)s"), "inside": N_("在%(line)s之外")}

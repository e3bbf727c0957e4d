"""What a plan counts without naming each: 新建学校11所, 新增学位15750个, 覆盖率90%以上, 385亿级集群."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from geo.exchange.plan_figures import is_seats
from geo.exchange.plan_items import ITEM_STYLES
from geo.exchange.plan_names import LAYERS, LEVELS
from geo.exchange.plan_structure import YEAR, Passage
from geo.exchange.plan_words import WORDS, pattern
from geo.exchange.quantities import either, find_quantities
from geo.model.plan import PlanRecord, PlanTotal, Quantity, Source

SERIAL, QUOTE = WORDS["names"]["serial"], WORDS["names"]["quotes"][1]
TOTALS, CLAUSES = WORDS["totals"], WORDS["clauses"]
NOUNS = either(TOTALS["nouns"])
AFTER, BEFORE = (re.compile(TOTALS[key].replace("{nouns}", NOUNS)) for key in ("after", "before"))
STRIP, PER, OF_SIZE, RATES = (re.compile(TOTALS[key]) for key in ("strip", "per", "of_size", "rates"))
MADE, MADE_BEFORE, MADE_AFTER = (re.compile(TOTALS[key]) for key in ("made", "made_before", "made_after"))
MADE_BEHIND, NOT_COUNTED, WHOLE_OF = (re.compile(TOTALS[key]) for key in ("made_behind", "not_counted", "whole_of"))
OF_KIND, MADE_HOW = re.compile(TOTALS["of_kind"]), re.compile(TOTALS["made_how"])
OF_ALL = re.compile(TOTALS["of_all"])
STRIP_THROUGH = re.compile(TOTALS["strip_through"])
RATE_STRIP, BY_YEAR, INVESTMENT = (re.compile(TOTALS[key]) for key in ("rate_strip", "by_year", "investment"))
GOES_ON = re.compile(pattern(WORDS["anchors"]["continues"]))
REACH = 120
"""Letters around a figure in which its subject and its year are sought."""
FEWEST_SEATS = 45
"""Of one class: so many schools of a level, counted in 个, are seats."""
COUNTED = frozenset(("item", "company", "household"))


class Spans:
    """Stretches of the text, to be asked whether another meets one of them."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self.spans = sorted(spans)
        self.longest = max((last - first for first, last in self.spans), default=0)

    def meet(self, start: int, end: int) -> bool:
        near = self.spans[bisect_left(self.spans, (start - self.longest, 0)) : bisect_left(self.spans, (end, 0))]
        return any(last > start for _, last in near)


def read_totals(passages: list[Passage], records: Sequence[PlanRecord]) -> Iterator[PlanTotal]:
    """All totals in the passages.

    What a record took as its own figure is none; nor are other figures in the sentences that tell of it, but for sizes,
    rates and companies, which are told of what it belongs to.
    """
    taken = Spans(span for record in records for span in record.spans.values())
    projects = Spans((record.source.start, record.source.end) for record in records)
    for passage in passages:
        place, seated = 0, False
        for sentence in re.split(CLAUSES["sentence"], passage.text) if passage.is_prose else ():
            start = passage.start + place
            found = find_quantities(sentence)
            free = [each for each in found if not taken.meet(start + each.start, start + each.end)]
            told = taken.meet(start, start + len(sentence)) or GOES_ON.match(sentence)
            totals = [*totals_of(above_items(passage, sentence), sentence, place, free, seated)]
            seated = any(total.measure == "seats" for total in totals)
            for total in totals:
                own = told and projects.meet(total.source.start, total.source.end)
                if not own or total.measure in ("size", "rate") or total.unit == "company":
                    yield total
            place += len(sentence)


def above_items(passage: Passage, sentence: str) -> Passage:
    """The passage, for a sentence about all of a list without the item that it stands behind: 以上学校新增学位9个."""
    behind = bool(passage.path) and passage.path[-1].style in ITEM_STYLES
    return replace(passage, path=passage.path[:-1]) if behind and OF_ALL.match(sentence) else passage


def totals_of(
    passage: Passage, sentence: str, place: int, quantities: list[Quantity], after_seats: bool
) -> Iterator[PlanTotal]:
    """The totals of one sentence; seats and investments belong to what was counted last, seats else to schools.

    Behind seats (`after_seats`: in the sentence before) so many pieces of a level are seats too: 其中小学5400个.
    Of a whole told with its parts they are the whole's, unless its own were told before: 其中小学3所,新增学位3780个.
    """
    counted: str | None = None
    whole_from, seated, levels = 0, False, set[str | None]()
    for quantity in quantities:
        measure, subject = what_is_counted(sentence, quantity, counted)
        if subject is None:
            continue
        if measure == "count" and (seated or after_seats) and are_seats_of_level(quantity, subject):
            measure = "seats"
        part = counted is not None and WHOLE_OF.search(sentence, whole_from, quantity.start)
        if measure == "count" and (seated or not part):
            counted, whole_from = subject, quantity.end
        levels = {*levels, layer_and_level(subject)[1]} if measure == "count" else levels
        if measure == "seats" and subject == counted and len(levels - {None}) > 1:
            subject = TOTALS["school"]  # 小学6所、初中3所,新增学位12600个: of both
        levels = set() if measure == "seats" else levels
        seated = seated or measure == "seats"
        yield total_of(passage, sentence, place, quantity, measure, subject)


def total_of(passage: Passage, sentence: str, place: int, quantity: Quantity, measure: str, subject: str) -> PlanTotal:
    """The total that a quantity of a sentence states, with its year and its place in the whole text."""
    per, before = PER.search(quantity.label), sentence[max(0, quantity.start - REACH) : quantity.start]
    years, start = YEAR.findall(before), passage.start + place
    headings = tuple(heading.title for heading in passage.path if heading.title)
    layer, level = layer_and_level(subject)
    return PlanTotal(
        subject=subject,
        measure=measure,
        value=quantity.value,
        unit="seat" if measure == "seats" else quantity.unit,
        source=Source(passage.section, headings, passage.paragraph, start + quantity.start, start + quantity.end),
        qualifiers=quantity.qualifiers,
        layer=layer,
        level=level,
        year=int(years[-1]) if years else passage.year,
        until=bool(BY_YEAR.search(before)),
        per=per["per"] if per and measure == "count" else None,
        past=passage.is_past,
    )


def are_seats_of_level(quantity: Quantity, subject: str) -> bool:
    """Schools are counted in 所, and are not so many."""
    piece = quantity.text.endswith(WORDS["partial"]["piece"]) and quantity.value >= FEWEST_SEATS
    return piece and layer_and_level(subject)[0] == "schools"


def what_is_counted(sentence: str, quantity: Quantity, counted: str | None) -> tuple[str, str | None]:
    """Measure and subject of a quantity; no subject where it is no total."""
    behind = sentence[quantity.end : quantity.end + REACH]
    if is_seats(quantity):
        return "seats", counted or TOTALS["school"]
    if quantity.unit in COUNTED:
        again = goes_on_in_row(sentence, quantity, counted)
        return "count", counted_thing(quantity, behind, again=again)
    if quantity.unit == "cny_10k" and WORDS["partial"]["order_of_size"] in quantity.qualifiers:
        match = OF_SIZE.match(behind)
        return "size", clean_subject(match["subject"]) if match else None
    if quantity.unit == "cny_10k" and INVESTMENT.search(quantity.label):
        return "investment", counted
    match = RATES.search(quantity.label) if quantity.unit == "pct" else None
    return "rate", RATE_STRIP.sub("", match["subject"]) if match else None


def goes_on_in_row(sentence: str, quantity: Quantity, counted: str | None) -> bool:
    """Whether a quantity is a later one of a row behind a verb of making: 新建首末站6座、停保场2座."""
    start = quantity.start - len(quantity.label)
    clause = 1 + max(sentence.rfind(mark, 0, start) for mark in WORDS["names"]["parts"])
    in_row = sentence[start - 1 : start] == SERIAL
    return in_row and (counted is not None or MADE.match(sentence, clause) is not None)


def counted_thing(quantity: Quantity, behind: str, *, again: bool) -> str | None:
    """What is counted: a noun of those that plans count, before or behind, or whatever is made: 打通断头路12条.

    Parameters
    ----------
    quantity, behind
        The number and the words behind it.
    again
        Whether it goes on with a row: 新建首末站6座、停保场2座.
    """
    label = quantity.label
    if match := AFTER.match(behind):
        return STRIP.sub("", match["subject"]) or None
    if (match := BEFORE.search(label)) and not label[: match.start()].endswith(QUOTE):
        return clean_subject(match["subject"])
    if quantity.unit == "household" or not (again or MADE.search(label)) or NOT_COUNTED.match(behind):
        return None
    before = MADE_BEHIND.sub("", label)
    if made := list(MADE.finditer(before)):
        before = before[made[-1].end() :]
    match = MADE_AFTER.match(behind) or MADE_BEFORE.fullmatch(before)
    return MADE_BEHIND.sub("", match["subject"]) or None if match else None


def layer_and_level(subject: str) -> tuple[str | None, str | None]:
    """The layer of what is counted, and the school level: 公办幼儿园 are schools, of the level kindergarten."""
    layer = next((layer for layer, pattern in LAYERS if pattern.search(subject)), None)
    return layer, next((level for level, pattern in LEVELS if pattern.search(subject)), None)


def kind_counted(subject: str) -> str | None:
    """What a project's name holds that a subject counts: 卫生院 of 乡镇卫生院; None where it counts all of a layer.

    A school level is no such kind: what a school is called tells it in other words.
    """
    if layer_and_level(subject)[1] or subject.endswith(tuple(TOTALS["general"])):
        return None
    noun = max((noun for noun in TOTALS["nouns"] if subject.endswith(noun)), key=len, default=subject)
    return OF_KIND.sub("", noun) or noun


def made_how(before: str) -> str | None:
    """How what is counted is made, by the words before its number: 新建, 改扩建."""
    match = MADE_HOW.search(before)
    return match["made"] if match else None


def clean_subject(text: str) -> str | None:
    """What is counted, without the verbs before it: 计划新建学校 is 学校."""
    return STRIP.sub("", STRIP_THROUGH.sub("", text)) or None

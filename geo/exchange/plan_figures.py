"""Which of the quantities said of a project are its land, floor area, investment, classes, seats and so on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from geo.exchange.plan_words import WORDS
from geo.exchange.quantities import either, find_quantities
from geo.model.plan import Quantity, tidy_number
from geo.model.units import UNITS

PARTIAL = WORDS["partial"]
NEVER, NEVER_MONEY, LAST_RESORT, OF_ALL = (
    re.compile(PARTIAL[key]) for key in ("never", "never_money", "if_nothing_else", "of_all")
)
OF_YEAR = re.compile("|".join(next(rule for rule in WORDS["figures"] if rule["field"] == "turnover")["labels"]))
AIM, FROM = re.compile(PARTIAL["aim"]), re.compile(PARTIAL["from"])
EXISTING, PEOPLE, LEVELS = (re.compile(PARTIAL[key]) for key in ("existing", "people", "levels"))
LEVEL_ALONE, LEVEL_BEHIND, OF_ROOM, NO_PUPILS = (
    re.compile(PARTIAL[key]) for key in ("level_alone", "level_behind", "of_room", "no_pupils")
)
PHASE = re.compile(WORDS["names"]["phase"])
OLD, OLD_IN_BRACKETS = re.compile(PARTIAL["old"]), re.compile(PARTIAL["old_in_brackets"])
CLAUSE_MARKS, SERIAL = re.compile(WORDS["clauses"]["mark"]), WORDS["names"]["serial"]
BRACKETS, FULL_STOP = " )", WORDS["clauses"]["full_stop"]
OF_IT = re.compile(PARTIAL["of_it"])
MADE_UP_OF = re.compile(PARTIAL["made_up_of"])
PART_BEFORE, OF_WHOLE = re.compile(PARTIAL["part_before"]), re.compile(PARTIAL["of_whole"])
SEATS, CLASSES = re.compile(PARTIAL["seats"]), re.compile(PARTIAL["classes"])
BARRED = {rule["field"]: re.compile(either(rule["not"])) for rule in WORDS["figures"]}
UNLABELLED, ALONE, BARE, LAST = 50, 60, 70, 100
"""Ranks of a figure that only its unit tells, of one that counts if there is no other, of one without any word, and of
a part of the whole."""
SEVERAL = 2
RESTATED = 2
"""Letters between a figure and what says it again: 59179平方米,约88.8亩."""
AGREE = 0.02
"""How far a figure and its restatement in another unit may lie apart."""


@dataclass
class Figures:
    """The fields that were found, what qualifies each, and the words that say what it counts."""

    values: dict[str, float] = field(default_factory=dict)
    qualifiers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    quantities: list[Quantity] = field(default_factory=list)

    def put(self, name: str, value: float, quantity: Quantity, *more: str) -> None:
        """Set a field and keep what qualified it."""
        self.values[name] = value
        self.labels[name] = quantity.label
        self.spans[name] = (quantity.start, quantity.end)
        if said := (*more, *quantity.qualifiers):
            self.qualifiers[name] = said


def read_figures(text: str) -> Figures:
    """All fields that a passage about one project gives."""
    text = MADE_UP_OF.sub(" ", text)
    figures = Figures(quantities=find_quantities(text))
    kinds = {UNITS[each.unit].quantity for each in figures.quantities}
    for rule in WORDS["figures"]:
        if UNITS[rule["unit"]].quantity not in kinds:
            continue
        ranked = sorted(candidates(figures.quantities, text, rule), key=lambda each: each[:2])
        if len(ranked) > 1:
            ranked = [each for each in ranked if each[0] not in (ALONE, BARE)]
        if ranked:
            part = ranked[0][0] >= LAST
            chosen = sum_of_phases([each for _, _, each in ranked], text) if part else ranked[0][2]
            take(figures, rule, chosen, part=part and chosen is ranked[0][2])
    take_turnover_of_all(figures, text)
    classes = find_classes(figures.quantities)
    of_level = [each for each in classes if LEVEL_BEHIND.match(text, each.end)]
    others = [each for each in of_level if FULL_STOP in text[of_level[0].end : each.start]]  # the school of a sentence
    add_up(figures, "classes", [each for each in classes if each not in others], of_level=of_level)
    # 小学36个班,学生1620人,幼儿园12个班,幼儿360人: the levels stand with the classes
    levels = sum(1 for each in classes if LEVELS.search(each.label))
    pairs = zip([None, *figures.quantities], figures.quantities, strict=False)
    seats = [each for before, each in pairs if (is_seats(each) or are_seats_of(before, each)) and not with_old(before)]
    add_up(figures, "seats", [each for each in seats if not OF_ROOM.match(text, each.end)], levels)
    return figures


def phase_of(quantity: Quantity, text: str) -> str | None:
    """The phase that a sentence tells a figure of: 二期建筑面积60万平方米,投资38亿元."""
    start = 1 + max(text.rfind(mark, 0, quantity.start) for mark in WORDS["clauses"]["stops"])
    phases = PHASE.findall(text, start, quantity.start)
    return phases[-1] if phases else None


def sum_of_phases(quantities: Sequence[Quantity], text: str) -> Quantity:
    """一期投资15亿元,二期投资25亿元: with nothing said of the whole the first as their sum; else the first alone."""
    first, phases = quantities[0], [phase_of(each, text) for each in quantities]
    together = {each for each in phases if each}
    if len(quantities) > 1 and len(together) == len(quantities) and len({each.unit for each in quantities}) == 1:
        return replace(first, value=tidy_number(sum(each.value for each in quantities)))
    return first


def take(figures: Figures, rule: dict[str, Any], quantity: Quantity, *, part: bool) -> None:
    """Put the figure that a rule chose, as its restatement gives it where that is in the field's own unit."""
    value = round(quantity.to(rule["unit"]), rule.get("round", 6))
    behind = (each for each in figures.quantities if each.start >= quantity.end)
    restated = next((each for each in behind if each.restates or each.start - quantity.end <= RESTATED), None)
    if restated and restated.unit == rule["unit"] and abs(restated.value - value) <= AGREE * value:
        value = restated.value
    match = LAST_RESORT.search(quantity.label)
    figures.put(rule["field"], tidy_number(value), quantity, *([match[0]] if part and match else []))


def candidates(quantities: list[Quantity], text: str, rule: dict[str, Any]) -> Iterator[tuple[int, int, Quantity]]:
    """Quantities that may be the field of a rule: rank (the lowest is the best), place, quantity."""
    kind, barred = UNITS[rule["unit"]].quantity, -1
    for place, quantity in enumerate(quantities):
        if UNITS[quantity.unit].quantity != kind or quantity.unit in rule.get("not_units", ()):
            continue
        listed = barred == place - 1 >= 0 and text.startswith(SERIAL, quantities[place - 1].end)
        own = any(word in quantity.label for word in rule["labels"])
        if is_barred(quantity, rule) or (listed and not own):  # 需钢材20.5万吨、水泥45万吨: the second as the first
            barred = place
            continue
        never = NEVER.search(quantity.label) or (kind == "money" and NEVER_MONEY.search(quantity.label))
        if quantity.restates or PARTIAL["order_of_size"] in quantity.qualifiers or FROM.search(quantity.label):
            continue
        aim = rule.get("of_a_year") and AIM.search(quantity.label + quantity.text)  # 2026年产值达到40亿元
        of_name = (
            never and never[0] in CLAUSE_MARKS.split(text[: PARTIAL["reach"]], maxsplit=1)[0]
        )  # 荷塘小学一期: its figures are those of 一期
        if never and not aim and not of_name:
            barred = place
            continue
        behind = tuple(rule.get("not_behind", ()))
        if text.startswith(behind, quantity.end):
            continue
        rank = rank_of(quantity, text, rule)
        if rank is None and place and stands_beside(quantities[place - 1], quantity, text, rule):
            rank = BARE
        if rank is not None:
            part = LAST_RESORT.search(quantity.label) or is_of_old(quantity, text) or is_of_part(quantity, text)
            yield rank + (LAST if part else 0), place, quantity


def is_barred(quantity: Quantity, rule: dict[str, Any]) -> bool:
    """Whether a label holds a word that the rule's field never bears."""
    barred = BARRED[rule["field"]].search(quantity.label)
    return bool(barred) and not any(word in quantity.label for word in rule.get("all_the_same", ()))


def is_of_old(quantity: Quantity, text: str) -> bool:
    """Whether a figure is of what stands there already: 现状占地22亩."""
    before = text[max(0, quantity.start - 2 * PARTIAL["reach"]) : quantity.start]
    return bool(OLD.match(quantity.label) or OLD_IN_BRACKETS.search(before))


def is_of_part(quantity: Quantity, text: str) -> bool:
    """总占地1750亩,其中一期占地790亩,投资12亿元: the last two are of a part; a phase in the name is the whole."""
    first = max(0, quantity.start - 2 * PARTIAL["reach"])
    part = PART_BEFORE.search(text[first : quantity.start])
    if part is None or OF_WHOLE.search(quantity.label):
        return False
    front = text[: first + part.start()]
    of_name = PHASE.match(part[0]) and len(front) < PARTIAL["reach_of_name"] and not CLAUSE_MARKS.search(front)
    return not of_name


def rank_of(quantity: Quantity, text: str, rule: dict[str, Any]) -> int | None:
    """Place of the first label of the rule that the quantity bears; None where it bears none."""
    for rank, word in enumerate(rule["labels"]):
        if word in quantity.label:
            return rank
    behind = text[quantity.end : quantity.end + 2 * PARTIAL["reach"]].lstrip()  # spaces stand for what is of others
    if behind.startswith(tuple(rule.get("behind", ()))):
        return UNLABELLED
    if quantity.unit in rule.get("without_label", ()):
        return UNLABELLED
    if rule.get("bare") and not quantity.label:
        return BARE
    return ALONE if any(word in quantity.label for word in rule.get("alone", ())) else None


def stands_beside(before: Quantity, quantity: Quantity, text: str, rule: dict[str, Any]) -> bool:
    """占地88亩,4.4万㎡: whether no more than a comma parts a figure from one with a label that goes before it."""
    between = text[before.end : quantity.start].strip(BRACKETS)
    told = any(word in before.label for word in rule.get("beside", ()))
    told = told or (bool(rule.get("beside")) and before.unit == "mu" and not before.label)  # 29亩,1.8万㎡,6000万元
    return told and not quantity.label and CLAUSE_MARKS.fullmatch(between) is not None


def take_turnover_of_all(figures: Figures, text: str) -> None:
    """项目全部建成后…年产值150亿元: the figure of the project with everything built, said beside another."""
    for quantity in figures.quantities:
        before = text[max(0, quantity.start - PARTIAL["reach"]) : quantity.start]
        built = OF_ALL.search(before)
        if UNITS[quantity.unit].quantity == "money" and built and OF_YEAR.search(quantity.label):
            if "turnover" in figures.values:
                figures.put("full_turnover", quantity.to("cny_10k"), quantity)
            else:
                figures.put("turnover", quantity.to("cny_10k"), quantity, built[0])
            return


def find_classes(quantities: list[Quantity]) -> list[Quantity]:
    """The numbers of classes; in 教学班小学36个,初中18个 the second is told by the one before it."""
    found: list[Quantity] = []
    for before, quantity in zip([None, *quantities], quantities, strict=False):
        alike = LEVEL_ALONE.match(quantity.label) and quantity.text.endswith(PARTIAL["piece"])
        of_old = before is not None and not quantity.label and before.end + 1 == quantity.start
        if of_old and EXISTING.match(before.label):  # type: ignore[union-attr]  # 现有在校生2300人、46个班
            continue
        if is_classes(quantity) or (alike and found and before is found[-1]):
            found.append(quantity)
    return found


def is_classes(quantity: Quantity) -> bool:
    """36个教学班, 可设置班级36个."""
    return quantity.unit == "class" or (
        quantity.unit == "item" and quantity.text.endswith(PARTIAL["piece"]) and bool(CLASSES.search(quantity.label))
    )


def is_seats(quantity: Quantity) -> bool:
    """1080个学位, 新增学位1080个, 可容纳1080人."""
    people = quantity.unit == "person" and PEOPLE.search(quantity.label) and not NO_PUPILS.search(quantity.label)
    return quantity.unit == "seat" or bool(people or (quantity.unit == "item" and SEATS.search(quantity.label)))


def with_old(classes: Quantity | None) -> bool:
    """Whether seats stand behind classes that are not the new ones: 原规划为30班小学,1350个学位."""
    return classes is not None and is_classes(classes) and bool(OLD.search(classes.label))


def are_seats_of(classes: Quantity | None, quantity: Quantity) -> bool:
    """36班,1620座; 60个班、3000人."""
    in_brackets = classes is not None and classes.end + 1 == quantity.start
    in_brackets = in_brackets and (quantity.label == classes.label or quantity.label.endswith(PARTIAL["stroke"]))  # type: ignore[union-attr]
    alone = classes is not None and (not quantity.label or classes.end == quantity.start or in_brackets)
    alone = alone and quantity.text.endswith(tuple(PARTIAL["places"]))
    of_each = classes is not None and classes.label.endswith(PARTIAL["each_class"])  # 每班45人,共1620人
    return bool(alone and classes is not None and (is_classes(classes) or of_each))


def is_other(quantity: Quantity) -> bool:
    """Whether a figure is none of the new whole: 现有24个班, 其中寄宿900人, but not the level in 其中小学30个班."""
    return bool(EXISTING.search(quantity.label) or (OF_IT.search(quantity.label) and not LEVELS.search(quantity.label)))


def add_up(
    figures: Figures, name: str, quantities: list[Quantity], levels: int = 0, of_level: Sequence[Quantity] = ()
) -> None:
    """Classes and seats: the one figure, or the sum of those that are told by school level.

    Parameters
    ----------
    levels
        How many levels are told elsewhere, so that as many figures without one are parts too.
    of_level
        Figures with a level right behind them: 36班小学.
    """
    whole = [each for each in quantities if not is_other(each) and not each.restates]
    if name == "seats":
        whole = [each for each in whole if PARTIAL["of_each_class"] not in each.label]
        whole = [each for each in whole if PARTIAL["with_staff"] not in each.label] or whole
    unlevelled = [each for each in whole if each not in of_level and not LEVELS.search(each.label + each.text)]
    if not whole:
        return
    largest = max(whole, key=lambda each: each.value)
    total = len(whole) > 2 and not LEVEL_ALONE.match(largest.label) and largest not in of_level
    if total and 2 * largest.value == sum(each.value for each in whole):  # 72班(小学48班、初中24班)
        figures.put(name, tidy_number(largest.value), largest)
    elif len(whole) == 1 or (unlevelled and (levels < SEVERAL or len(unlevelled) != levels)):
        chosen = next((each for each in unlevelled if PARTIAL["added"] not in each.label), (unlevelled or whole)[0])
        figures.put(name, tidy_number(chosen.value), chosen)
    else:
        figures.put(name, tidy_number(sum(each.value for each in whole)), whole[0])

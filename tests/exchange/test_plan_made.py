"""Lists made by construction: whatever form, unit and order they are written in, the same projects come out."""

import random

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.exchange.plan_text import parse_plan

FRONTS = ("望江", "海棠", "云杉", "金桂", "丹枫", "临河", "锦绣", "青石街", "白沙洲", "第十七", "滨湖新区")
KINDS = ("小学", "初中", "中学", "实验学校", "幼儿园")
PLACES = (
    "{a}与{b}交叉口西北侧", "{a}以东、{b}以南", "{a}与{b}交汇处东南角", "{a}西侧",
    "东至{a}、西至规划路、南至{b}、北至新华路",
)  # fmt: skip
ROADS = ("人民路", "建设大道", "文昌街", "纬五路", "滨河路", "学府街")
FIELDS = ("land_area_mu", "building_area_m2", "investment_cny_10k", "classes", "seats")
DIGITS = "零一二三四五六七八九"


def spelled(number: int) -> str:
    """35 as 三十五."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def land(mu: int) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [f"{mu}亩", f"约{mu}亩", f"{mu / 15:.6f}公顷", f"{mu * 2000 / 3:.3f}平方米", f"{spelled(mu)}亩"]
    )


def floor(m2: int) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [f"{m2}平方米", f"{m2:,}㎡", f"约{m2 / 10000:g}万平方米", f"{m2}平米", f"近{m2 / 10000:g}万㎡"]
    )


def money(cny_10k: int) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [f"{cny_10k}万元", f"{cny_10k / 10000:g}亿元", f"{cny_10k:,}万元", f"约{cny_10k / 10000:g}亿元"]
    )


def classes(number: int) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{number}个班", f"{number}个教学班", f"{number // 6}轨{number}班", f"{number}班"])


@st.composite
def projects(draw) -> list[dict]:
    """Two or three projects with their figures, and each figure in some way of writing it."""
    names = draw(st.lists(st.sampled_from(FRONTS), min_size=2, max_size=3, unique=True))
    made = []
    for front in names:
        a, b = draw(st.permutations(ROADS))[:2]
        mu, m2 = draw(st.integers(11, 99)), draw(st.integers(30, 600)) * 100
        sum_10k, number = draw(st.integers(20, 400)) * 100, 6 * draw(st.integers(2, 10))
        made.append({
            "name": front + draw(st.sampled_from(KINDS)), "place": draw(st.sampled_from(PLACES)).format(a=a, b=b),
            "land": draw(land(mu)), "floor": draw(floor(m2)), "money": draw(money(sum_10k)),
            "classes": draw(classes(number)), "seats": number * 45, "year": draw(st.integers(2022, 2027)),
            "right": (mu, m2, sum_10k, number, number * 45),
        })  # fmt: skip
    return made


SENTENCES = ("占地{land}", "总建筑面积{floor}", "总投资{money}", "设{classes}", "可提供学位{seats}个")
BESIDE = {
    "占地{land}": ("(其中净用地9亩)", ",代征道路3亩"),
    "总建筑面积{floor}": ("(其中地上1800平方米、地下600平方米)", ",绿地率35%"),
    "总投资{money}": ("(其中2021年计划投资1500万元)", ",已完成投资1200万元"),
}
"""Figures that are none of the whole, and stand beside it."""


def told(one: dict, seed: int, mark: str = ",") -> str:
    """The figures of a project, in any order, some with a figure beside them that is not meant."""
    chance = random.Random(seed)
    words = [each + chance.choice(("", *BESIDE.get(each, ()))) for each in SENTENCES]
    return mark.join(chance.sample(words, len(words))).format(**one)


def table(made: list[dict], separator: str) -> str:
    rows = [("序号", "学校名称", "建设地点", "占地面积", "总建筑面积", "总投资", "办学规模", "学位(个)", "建成时间")]
    for number, one in enumerate(made, 1):
        keys = ("name", "place", "land", "floor", "money", "classes", "seats", "year")
        rows.append((str(number), *(str(one[key]) for key in keys)))
    return "\n".join(
        separator.join(row) for row in [*rows, ("", "合计", "", "300亩", "9万平方米", "5亿元", "", "", "")]
    )


FORMS = {
    "items": lambda made, seed: "\n".join(
        f"({n}){one['name']}:位于{one['place']},{told(one, seed + n)},{one['year']}年建成。"
        for n, one in enumerate(made, 1)
    ),
    "names on lines": lambda made, seed: "\n".join(
        f"{n}、{one['name']}。\n位于{one['place']},{told(one, seed + n)},预计{one['year']}年8月竣工。"
        for n, one in enumerate(made, 1)
    ),
    "一是": lambda made, seed: "\n".join(
        f"{'一二三'[n]}是新建{one['name']}。选址{one['place']},{told(one, seed + n)},{one['year']}年投用。"
        for n, one in enumerate(made)
    ),
    "第一": lambda made, seed: "\n".join(
        f"第{'一二三'[n]},{one['name']}。位于{one['place']};{told(one, seed + n, ';')};{one['year']}年9月投入使用。"
        for n, one in enumerate(made)
    ),
    "one sentence": lambda made, seed: ";".join(
        f"{one['name']}位于{one['place']},{told(one, seed + n)},{one['year']}年建成" for n, one in enumerate(made)
    ) + "。",
    "labels in a line": lambda made, seed: "。".join(
        f"{one['name']}:{told(one, seed + n)},{one['year']}年建成,位于{one['place']}" for n, one in enumerate(made)
    ) + "。",
    "bullets": lambda made, seed: "\n".join(
        f"●{one['name']} {told(one, seed + n)},{one['place']},{one['year']}年启用" for n, one in enumerate(made)
    ),
    "keys": lambda made, seed: "\n".join(
        f"项目名称:{one['name']}\n建设地点:{one['place']}\n占地面积:{one['land']}\n建筑面积:{one['floor']}\n"
        f"总投资:{one['money']},其中{one['year'] - 1}年计划投资1800万元\n"
        f"办学规模:{one['classes']},{one['seats']}个学位\n"
        f"竣工时间:{one['year']}年8月"
        for one in made
    ),
    "keys in a line": lambda made, seed: "\n".join(
        f"{n}.项目名称:{one['name']};建设地点:{one['place']};占地面积:{one['land']};建筑面积:{one['floor']};"
        f"总投资:{one['money']};班型:{one['classes']};学位:{one['seats']};建设年限:2021-{one['year']}年。"
        for n, one in enumerate(made, 1)
    ),
    "groups by year": lambda made, seed: "\n".join(
        f"{one['year']}年新建\n1.{one['name']},{one['place']},{told(one, seed + n)}。" for n, one in enumerate(made)
    ),
    "tabs": lambda made, seed: table(made, "\t"),
    "strokes": lambda made, seed: table(made, " | "),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@hypothesis.settings(max_examples=25)
@given(made=projects(), seed=st.integers(0, 999))
def test_every_form_gives_the_projects_that_were_written_into_it(form, made, seed):
    text = "到2025年新建学校8所,新增学位9990个,总投资12亿元。\n" + FORMS[form](made, seed)
    records = parse_plan(text).records
    assert [(each.name, each.location_text, each.plan_year, each.layer) for each in records] == [
        (one["name"], one["place"], one["year"], "schools") for one in made
    ]
    for record, one in zip(records, made, strict=True):
        figures = (
            record.land_area_mu,
            record.building_area_m2,
            record.investment_cny_10k,
            record.classes,
            record.seats,
        )
        assert figures == pytest.approx(list(one["right"]), rel=1e-3)
        assert record.name in text[record.source.start : record.source.end]

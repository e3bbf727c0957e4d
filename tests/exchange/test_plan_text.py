"""A plan's prose gives its projects, totals and indicators, each with its place in the text."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.exchange.plan_text import parse_plan, plan_json
from geo.model.location import LocationPhrase
from tests.exchange.plan_cases import BY_HAND, FORMS, PROSE, SHARED, faults

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "tests" / "data" / "plans"
NAMES = sorted(path.stem for path in PLANS.glob("*.txt"))
READ_ALONE = {"location", "figures", "spans", "throughput_text", "turnover_text", "source", "unit"}
"""Parts of the answer that have tests of their own or that the expected files leave out."""


def sample(name: str) -> tuple[str, dict[str, list[dict[str, object]]]]:
    expected = json.loads((PLANS / f"{name}.expected.json").read_text(encoding="utf-8"))
    return (PLANS / f"{name}.txt").read_text(encoding="utf-8"), expected


def answer(text: str) -> dict[str, list[dict[str, object]]]:
    return json.loads(json.dumps(plan_json(parse_plan(text))))


def said(item: dict[str, object], like: dict[str, object]) -> dict[str, object]:
    """What an answer says, without what is empty; section and paragraph where the expectation gives them."""
    plain = {key: value for key, value in item.items() if key not in READ_ALONE and value not in (None, {}, [], False)}
    source = item["source"]
    assert isinstance(source, dict)
    return plain | {key: source[key] for key in ("section", "paragraph") if key in like}


@pytest.mark.parametrize("name", NAMES)
def test_the_projects_of_a_plan_come_out_of_its_text(name):
    text, expected = sample(name)
    records = answer(text)["records"]
    assert [record["name"] for record in records] == [record["name"] for record in expected["records"]]
    assert [said(each, like) for each, like in zip(records, expected["records"], strict=True)] == expected["records"]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_plan_counts_comes_out_as_totals(name):
    text, expected = sample(name)
    totals = [{**total, "layer": None} for total in answer(text)["totals"] if total["measure"] != "indicator"]
    assert [said(each, like) for each, like in zip(totals, expected["totals"], strict=True)] == expected["totals"]


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_indicators_comes_out_row_by_row(name):
    text, expected = sample(name)
    rows = [total for total in answer(text)["totals"] if total["measure"] == "indicator"]
    assert [{key: row[key] for key in like} for row, like in zip(rows, expected["indicators"], strict=True)] == (
        expected["indicators"]
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_found_where_its_span_says(name):
    reading = parse_plan(sample(name)[0])
    for record in reading.records:
        words = {key: reading.text[first:last] for key, (first, last) in record.spans.items()}
        assert words["name"] in (record.name, f"{record.developer}{record.name}") or record.name in words["name"]
        assert words.get("location_text") == record.location_text
        assert all(
            re.search(r"[\d一二三四五六七八九十百]", words[key]) for key in words.keys() - {"name", "location_text"}
        )
        line = reading.text.count("\n", 0, record.source.start) + 1
        assert record.source.paragraph <= line <= record.source.paragraph + 1


def test_lists_that_were_read_by_hand_are_read_alike():
    fields, wrong = 0, []
    for path in BY_HAND + FORMS + PROSE + SHARED:
        number, faulty = faults(path)
        fields += number
        wrong += faulty
    assert len(wrong) <= 0.03 * fields, wrong


def test_the_lists_read_by_hand_are_many_and_real():
    read = [json.loads(path.read_text(encoding="utf-8")) for path in BY_HAND]
    assert len(read) >= 20
    assert all(each["source"] for each in read)
    assert sum(len(each["records"]) for each in read) >= 90


def test_a_place_is_read_with_its_project():
    text = "(1)城东小学:位于A1路与建设路交叉口西北侧,占地30亩。"
    (record,) = parse_plan(text).records
    assert isinstance(record.location, LocationPhrase)
    assert (record.location.kind, record.location.quadrant) == ("intersection", "NW")


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("总投资3亿元,2024年计划投资5000万元", "investment_cny_10k", 30000),
        ("2024年计划投资5000万元,总投资3亿元", "investment_cny_10k", 30000),
        ("总投资3亿元,其中一期投资1亿元", "investment_cny_10k", 30000),
        ("2024年计划投资5000万元", "investment_cny_10k", None),
        ("净用地50亩,总用地60亩", "land_area_mu", 60),
        ("净用地50亩", "land_area_mu", 50),
        ("占地40020平方米(约60.03亩)", "land_area_mu", 60.03),
        ("总用地3.2公顷", "land_area_mu", 48),
        ("总建筑面积3万平方米,其中地下8000平方米", "building_area_m2", 30000),
        ("绿化面积20亩", "land_area_mu", None),
        ("设小学24个班、初中18个班", "classes", 42),
        ("现有24个班,扩建后36个班", "classes", 36),
        ("36个班,每班45人", "seats", None),
        ("可容纳学生1,620人", "seats", 1620),
        ("新增学位一千零八十个", "seats", 1080),
        ("形成100亿级产业集群", "turnover", None),
        ("占地面积(㎡):20000,总投资(万元):3000", "land_area_mu", 30),
        ("占地面积(㎡):20000,总投资(万元):3000", "investment_cny_10k", 3000),
        ("总投资:3000(万元)", "investment_cny_10k", 3000),
        ("用地面积:新增8000平方米", "land_area_mu", 12),
        ("占地88亩,4.4万㎡,48班", "building_area_m2", 44000),
        ("占地30亩 建筑面积2万平方米 36个班", "building_area_m2", 20000),
        ("现状占地22亩,扩建后占地35亩", "land_area_mu", 35),
        ("现有4幢宿舍楼(总建筑面积1.5万平方米),改扩建后总建筑面积2.2万平方米", "building_area_m2", 22000),
        ("新建一所36班小学和一所24班初中", "classes", 60),
        ("小学部36班、初中部24班、幼儿园12班", "classes", 72),
        ("由原来20个班、1000名师生扩大到60个班、2700名师生", "seats", 2700),
        ("可住宿学生1600人", "seats", None),
    ],
)
def test_the_figure_of_the_whole_project_is_taken(words, field, value):
    text = f"(1)城东学校:位于建设路与解放路交叉口西北侧,{words}。"
    (record,) = parse_plan(text).records
    assert getattr(record, field) == value


@pytest.mark.parametrize(
    ("words", "year"),
    [
        ("预计2025年9月建成投用", 2025),
        ("预计今年完成建设", 2023),
        ("计划明年完工", 2024),
        ("占地30亩", 2023),
        ("2021年12月开工,2024年底前竣工", 2024),
        ("总投资2亿元,2024-2026年", 2026),
        ("计划竣工:2025年6月", 2025),
        ("2025年年底完工", 2025),
        ("2026年春期开始招生", 2026),
    ],
)
def test_the_year_is_that_of_completion_or_of_the_heading(words, year):
    text = f"青禾市2023年重点项目\n1、城东小学。\n位于建设路北侧,{words}。"
    (record,) = parse_plan(text).records
    assert record.plan_year == year


@pytest.mark.parametrize(
    ("item", "place"),
    [
        ("(1)城东小学:石桥县新集镇,占地30亩。", "石桥县新集镇"),
        ("(1)城东小学:和苑小区配套,占地30亩。", None),
        ("1.城东小学\n改建。原粮站地块,占地30亩。", "原粮站地块"),
        ("1、城东小学\n与望江小学一路之隔,占地30亩。", "与望江小学一路之隔"),
        ("1、城东小学 望江路与建设路交叉口 占地30亩 36个班", "望江路与建设路交叉口"),
        ("1.城东小学,地点为望江路以东,占地30亩。", "望江路以东"),
        ("➤ 城东小学\n选址:位于望江路2号\n占地30亩。", "望江路2号"),
        ("城东小学\n位置 :望江路东侧\n占地面积 :30亩", "望江路东侧"),
        ("【城东小学】 地址:望江路东侧 占地:30亩 规模:36个班", "望江路东侧"),
        ("项目名称\n城东小学\n实施范围\n望江路以东\n建设规模\n占地30亩", "望江路以东"),
    ],
)
def test_a_place_is_found_however_the_list_is_set(item, place):
    (record,) = parse_plan(item).records
    assert (record.name, record.location_text, record.land_area_mu) == ("城东小学", place, 30)


@pytest.mark.parametrize(
    "heading", ["2024年竣工项目:", "在建(2024年9月启用):", "2024青禾民生实事", "青禾市2024年度工程——公共设施(节选)"]
)
def test_the_heading_of_a_group_gives_its_year_and_is_no_project(heading):
    records = parse_plan(f"{heading}\n城东小学:位于望江路以东,占地30亩。\n海棠中学:位于望江路以西,占地60亩。").records
    assert [(each.name, each.plan_year) for each in records] == [("城东小学", 2024), ("海棠中学", 2024)]


ARTICLE = (
    "云杉小学开工",
    "日前,云杉小学建设项目开工。",
    "项目位于芦花路与望江路交叉口西北侧,总投资9000万元。",
    "学校占地40亩,设36个教学班。全区20所学校今年新增学位1.2万个。",
    "预计2025年8月建成投用。",
)


def test_a_text_about_one_project_gives_all_that_it_tells_of_it():
    (record,) = parse_plan("\n".join(ARTICLE)).records
    assert (record.location_text, record.land_area_mu) == ("芦花路与望江路交叉口西北侧", 40)
    assert (record.investment_cny_10k, record.classes, record.seats) == (9000, 36, None)
    assert record.plan_year == 2025


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("县人民医院迁建项目计划投资6.3亿元", "县人民医院迁建项目"),
        ("拟建的“云杉中心小学”选址在望江路以东,占地70亩", "云杉中心小学"),
        ("当天举行开工仪式的云杉中学高中部项目总用地面积达到214亩", "云杉中学高中部项目"),
        ("总投资50亿的云杉产业园项目建设顺利,总占地1059亩", "云杉产业园项目"),
        ("市发展和改革局官网公示云杉路小学工程项目,占地30亩", "云杉路小学工程项目"),
        ("作为开工项目的云杉示范基地项目,总投资3.2亿元", "云杉示范基地项目"),
    ],
)
def test_a_name_stands_as_the_text_has_it_without_what_is_said_of_it(sentence, name):
    (record,) = parse_plan(f"据了解,{sentence}。").records
    assert record.name == name


def test_later_sentences_go_on_with_the_project_before_them():
    text = (
        "云杉小学位于望江路以东,占地30亩。\n该校建筑面积2万平方米。\n"
        "云杉医院位于望江路以西,占地40亩。\n全市今年新开工项目20个,总投资65亿元。该医院总投资3亿元。"
    )
    school, hospital = parse_plan(text).records
    assert (school.name, school.land_area_mu, school.building_area_m2) == ("云杉小学", 30, 20000)
    assert (hospital.name, hospital.land_area_mu, hospital.investment_cny_10k) == ("云杉医院", 40, 30000)


def test_a_year_of_completion_goes_before_that_of_a_heading_when_a_project_is_told_again():
    text = (
        "青禾区2024年项目进展\n位于开发区的云杉小学项目开工建设。\n"
        "云杉小学项目位于望江路以东,占地46亩,预计2025年8月建成投用。\n望江小学占地20亩。"
    )
    first, second = parse_plan(text).records
    assert (first.name, first.land_area_mu, first.plan_year) == ("云杉小学项目", 46, 2025)
    assert (second.name, second.plan_year) == ("望江小学", 2024)


def test_projects_in_a_row_stand_at_the_place_behind_them():
    text = "望江中学、云杉小学选址位于新区稻场社区六组。其中,云杉小学用地57亩。望江中学用地70亩。"
    said = {record.name: (record.location_text, record.land_area_mu) for record in parse_plan(text).records}
    assert said == {"云杉小学": ("新区稻场社区六组", 57), "望江中学": ("新区稻场社区六组", 70)}


def test_a_raw_material_is_no_throughput():
    text = "云杉产业园项目占地690亩,每年需钢材20.5万吨、水泥45万吨,年产值29亿元。"
    (record,) = parse_plan(text).records
    assert (record.throughput, record.turnover) == (None, 290000)


def test_figures_of_several_projects_are_given_to_none_of_them():
    text = "\n".join((*ARTICLE[:2], "海棠中学位于望江路以南,占地60亩。", ARTICLE[4]))
    assert [(each.name, each.land_area_mu, each.plan_year) for each in parse_plan(text).records] == [
        ("海棠中学", 60, None)
    ]


BOX_OF_PROGRAMMES = (
    "专栏3 教育重点工程",
    "1.义务教育学校扩容工程。新建云杉小学,位于望江路以北,占地30亩,36个教学班。",
    "2.基层医疗卫生服务工程。新建社区卫生服务中心3个、村卫生室45个,总投资2700万元。",
    "3.夯实学前教育。建成云杉幼儿园、芦花幼儿园。推进云杉二中、云杉一中实验楼等项目建设。",
    "4.扩大学位。云杉路小学(望江路以南,24个班)、芦花路小学(望江路以西,30个班)。",
)


def test_a_programme_of_a_box_names_no_project_and_those_below_it_are_read():
    reading = parse_plan("\n".join(BOX_OF_PROGRAMMES))
    told = [(each.name, each.location_text, each.classes) for each in reading.records]
    assert told == [
        ("云杉小学", "望江路以北", 36),
        ("云杉幼儿园", None, None),
        ("芦花幼儿园", None, None),
        ("云杉二中", None, None),
        ("云杉一中实验楼", None, None),
        ("云杉路小学", "望江路以南", 24),
        ("芦花路小学", "望江路以西", 30),
    ]
    counted = [(each.subject, each.value) for each in reading.totals if each.measure == "count"]
    assert counted == [("社区卫生服务中心", 3), ("村卫生室", 45)]


def test_what_a_school_has_today_is_none_of_its_extension():
    text = "云杉学校改扩建项目开工。学校原占地17亩,有12个教学班,在校学生700人。改扩建后增加占地12.5亩,达到24个教学班。"
    (record,) = parse_plan(text).records
    assert (record.land_area_mu, record.classes, record.seats) == (12.5, 24, None)


def test_an_investment_of_nothing_counted_is_no_total_of_schools():
    reading = parse_plan("某集团投资50亿元,打造田园小镇。新建学校3所,总投资2亿元,新增教师编制600名。")
    counted = [(each.measure, each.subject, each.value) for each in reading.totals]
    assert counted == [("count", "学校", 3), ("investment", "学校", 20000)]


def test_a_heading_that_ends_like_a_project_is_none_and_the_projects_below_it_are_read():
    first, second = "迁建云杉小学,占地21.5亩,24个班。", "云杉一中新校区位于望江路南,设90个班,2023年整体搬迁。"
    text = f"一是建好寄宿制学校。{first}二是做优高中。{second}"
    told = [(each.name, each.land_area_mu, each.classes, each.plan_year) for each in parse_plan(text).records]
    assert told == [("云杉小学", 21.5, 24, None), ("云杉一中新校区", None, 90, 2023)]


def test_a_name_that_is_not_known_keeps_its_figures_from_the_project_before_it():
    (record,) = parse_plan("1.云杉小学,规划用地96亩,48个班;陈景润学堂,占地60亩,总投资2.4亿元。").records
    assert (record.land_area_mu, record.classes, record.investment_cny_10k) == (96, 48, None)


def test_projects_with_an_investment_each_are_read_one_by_one():
    text = "引进总投资3.6亿元的云仓电商产业园、总投资2.2亿元的直播电商基地,确保总投资9亿元的红星家居广场2023年开业。"
    told = [(each.name, each.investment_cny_10k, each.plan_year) for each in parse_plan(text).records]
    assert told == [("云仓电商产业园", 36000, None), ("直播电商基地", 22000, None), ("红星家居广场", 90000, 2023)]


def test_a_comma_in_brackets_parts_no_name():
    (record,) = parse_plan("市妇保院(疾控中心、血站)新建项目总投资5.7亿元,用地62.8亩。").records
    assert (record.name, record.investment_cny_10k) == ("市妇保院(疾控中心、血站)新建项目", 57000)


def test_a_count_in_a_sentence_of_its_own_is_no_part_of_the_project_before_it():
    reading = parse_plan("实施云杉医院迁建工程,占地60亩,总投资3亿元。改造提升乡镇卫生院12所。")
    assert [each.name for each in reading.records] == ["云杉医院迁建工程"]
    assert [(each.subject, each.value) for each in reading.totals] == [("乡镇卫生院", 12)]


@pytest.mark.parametrize(
    "text",
    [
        "推进区域协调发展,完善交通体系,建设美丽新城。",
        "以万象物流园、丰泽物流园等专业园区为引领,推动物流等重点项目建设。",
        "一、“十三五”回顾\n建成总投资3亿元的东湖产业园,位于平湖路北侧。",
        "加快推进重大项目、重点工程等项目建设。",
    ],
)
def test_prose_without_planned_projects_gives_no_records(text):
    assert parse_plan(text).records == ()


schools = st.fixed_dictionaries(
    {
        "name": st.builds(
            lambda stem, kind: stem + kind,
            st.text(st.sampled_from("云松梅兰竹菊晨曦福禄瑞祥金玉龙凤春秋"), min_size=2, max_size=4),
            st.sampled_from(["小学", "中学", "实验学校", "第三小学", "幼儿园"]),
        ),
        "location_text": st.sampled_from(
            ["平湖路与望江路交叉口西北侧", "芦花大道以东、望江路以南", "平湖路东侧、望江路北侧", "望江路中段路北"]
        ),
        "land_area_mu": st.integers(100, 20000).map(lambda hundredths: hundredths / 100),
        "building_area_m2": st.integers(1000, 90000),
        "investment_cny_10k": st.integers(100, 60000),
        "classes": st.integers(6, 90),
        "seats": st.integers(100, 5000),
    }
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    projects=st.lists(schools, min_size=1, max_size=4, unique_by=lambda project: project["name"]),
    year=st.integers(2021, 2030),
    brackets=st.sampled_from(["（{}）", "({})"]),
    comma=st.sampled_from([",", "，"]),
    place=st.sampled_from(["位于", "选址于", "坐落于"]),
    area=st.sampled_from(["平方米", "㎡"]),
)
def test_what_is_written_as_a_list_is_read_again(projects, year, brackets, comma, place, area):
    seats = sum(project["seats"] for project in projects)
    lines = ["专栏：学校建设", f"{year}年新建{len(projects)}所学校{comma}新增学位{seats}个："]
    for number, project in enumerate(projects, 1):
        lines.append(
            f"{brackets.format(number)}{project['name']}：{place}{project['location_text']}{comma}"
            f"占地{project['land_area_mu']}亩{comma}建筑面积{project['building_area_m2']}{area}{comma}"
            f"计划投资{project['investment_cny_10k']}万元{comma}新增{project['classes']}个教学班{comma}{project['seats']}个学位。"
        )
    reading = parse_plan("\n".join(lines))
    assert [
        {key: getattr(record, key) for key in project}
        for record, project in zip(reading.records, projects, strict=True)
    ] == projects
    assert {record.plan_year for record in reading.records} == {year}
    assert [(total.measure, total.value, total.year) for total in reading.totals] == [
        ("count", len(projects), year),
        ("seats", seats, year),
    ]


def layer_as_prose(layer: str) -> tuple[str, list[dict[str, object]]]:
    """A shipped layer told as a list, and what was told."""
    features = json.loads((ROOT / "layers" / layer / "features.geojson").read_text(encoding="utf-8"))["features"]
    facts, lines, year = [], ["专栏：新增学校"], None
    for feature in features:
        school = feature["properties"]
        if school["plan_year"] != year:
            year, number = school["plan_year"], 0
            lines.append(f"{year}年计划新建学校：")
        number += 1
        lines.append(
            f"({number}){school['name']}：选址于{school['location_text']}，用地{school['land_area_mu']}亩，"
            f"建筑面积{school['building_area_m2']}平方米，总投资{school['investment_cny_10k']}万元，"
            f"设{school['classes']}个班，提供{school['seats']}个学位。"
        )
        facts.append({key: school[key] for key in ("name", "plan_year", "location_text", "level", "land_area_mu",
                      "building_area_m2", "investment_cny_10k", "classes", "seats")})  # fmt: skip
    return "\n".join(lines), facts


def test_the_shipped_schools_come_out_of_their_own_list():
    text, facts = layer_as_prose("schools")
    records = [record for record in parse_plan(text).records if record.layer == "schools"]
    assert [{key: getattr(record, key) for key in fact} for record, fact in zip(records, facts, strict=True)] == facts


@given(
    text=st.text(max_size=300)
    | st.text(st.sampled_from("一二（）()1.专栏：位于投资亿元的学校项目、，。\n占地亩年新建推进等"), max_size=400)
)
def test_any_text_is_answered(text):
    reading = parse_plan(text)
    json.dumps(plan_json(reading), allow_nan=False)
    assert all(0 <= each.source.start <= each.source.end <= len(reading.text) for each in reading.records)


@pytest.mark.parametrize(
    "text",
    ["路" * 1_000_000, "1" * 1_000_000, "(" * 1_000_000, "一、" * 300_000, "位于" * 300_000, "3亩" * 300_000,
     "(1)某某小学:占地3亩。\n" * 10_000, "\n" * 1_000_000, "1.项目\n" * 10_000],
    ids=lambda text: text[:6].strip() or "lines",
)  # fmt: skip
def test_hostile_texts_take_bounded_time(text):
    began = time.process_time()
    parse_plan(text)
    assert time.process_time() - began < 30  # alone 3 s; a busy machine of half the speed counts four times that


def test_a_plan_of_forty_pages_is_read_in_seconds():
    text = "\n".join(sample("new_district")[0] for _ in range(40))
    began = time.process_time()
    reading = parse_plan(text)
    assert time.process_time() - began < 5
    assert len(reading.records) == 40 * 11

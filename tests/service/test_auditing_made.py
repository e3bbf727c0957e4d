"""A made plan of another zone: nothing is told while it is right, and each fault with the places that disagree."""

import pytest

from geo.service.reading import read_plan

PLAN = """望江新区国民经济和社会发展第十四个五年规划纲要
一、发展基础
全区辖18个行政村、6个居委会。
二、发展现代产业
1.形成120亿级现代物流集群
专栏1 现代物流集群
(1)望江冷链物流园,总投资8亿元,占地200亩,年货物吞吐量60万吨,年交易额50亿元。
(2)城北粮食物流园,总投资5亿元,占地125亩,年交易额40亿元。
(3)空港物流园,总投资6亿元,占地150亩,年交易额30亿元。
三、办好人民满意的教育
“十四五”期间,全区新建学校6所,新增学位8730个。其中小学4所、初中2所。
专栏2 新建学校
2021年新建2所学校,新增学位2970个:
(1)望江小学:位于望江路与海棠路交叉口西北侧,占地40亩,建筑面积10500平方米,计划投资8000万元,计划新增36个教学班,1620个学位。
(2)海棠小学:位于海棠路与云杉路交叉口东南侧,占地34亩,建筑面积9000平方米,计划投资6800万元,计划新增30个教学班,1350个学位。
2022年新建2所学校,新增学位2880个:
(1)云杉小学:位于云杉路与银杏路交叉口西南侧,占地27亩,建筑面积7500平方米,计划投资5400万元,计划新增24个教学班,1080个学位。
(2)银杏初中:位于银杏路与望江路交叉口东北侧,占地54亩,建筑面积14000平方米,计划投资10500万元,计划新增36个教学班,1800个学位。
2023年新建2所学校,新增学位2880个:
(1)金桂小学:位于金桂路与海棠路交叉口西北侧,占地27亩,建筑面积7500平方米,计划投资5400万元,计划新增24个教学班,1080个学位。
(2)丹枫初中:位于丹枫路与云杉路交叉口东南侧,占地54亩,建筑面积14000平方米,计划投资10500万元,计划新增36个教学班,1800个学位。
四、乡村振兴
全区18个行政村全部建成文化服务中心。
"""
SCHOOLS = ("望江小学", "海棠小学", "云杉小学", "银杏初中", "金桂小学", "丹枫初中")


def told(text: str) -> list[tuple]:
    """Findings that a planner must look at: what it is, how it came out, and which places say it."""
    return [
        (finding.code, finding.verdict, tuple(place.label for place in finding.places))
        for finding in read_plan(text).findings
        if finding.verdict != "agrees" and (finding.code, finding.verdict) != ("land_per_pupil", "explained")
    ]


def test_nothing_is_told_of_a_plan_that_fits_together():
    assert told(PLAN) == []
    assert {finding.code for finding in read_plan(PLAN).findings} >= {
        "total",
        "total_by_years",
        "total_by_levels",
        "size",
    }


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("新增学位8730个", "新增学位9000个", ("total", "differs", ("学校 9000 个学位", *SCHOOLS))),
        ("新增学位2970个", "新增学位3000个", ("total", "differs", ("2021年学校 3000 个学位", *SCHOOLS[:2]))),
        ("新建学校6所", "新建学校7所", ("total_by_levels", "differs", ("学校 7 个", "小学 4 个", "初中 2 个"))),
        ("其中小学4所、初中2所", "其中小学5400个、初中3600个",
         ("total_by_levels", "differs", ("学校 8730 个学位", "小学 5400 个学位", "初中 3600 个学位"))),
        ("1080个学位", "1200个学位", ("class_size", "differs", ("云杉小学 24个教学班", "云杉小学 1200个学位"))),
        ("1800个学位", "1620个学位", ("class_size", "differs", ("银杏初中 36个教学班", "银杏初中 1620个学位"))),
        ("10500平方米", "5000平方米",
         ("floor_area_per_pupil", "differs", ("望江小学 5000平方米", "望江小学 1620个学位"))),
        ("占地40亩", "占地10亩",
         ("land_per_pupil", "note", ("望江小学 10亩", "望江小学 1620个学位", "海棠小学"))),
        ("10500平方米", "50000平方米",
         ("floor_area_ratio", "note", ("望江小学 50000平方米", "望江小学 40亩", "海棠小学"))),
        ("投资8000万元", "投资8亿元", ("investment_per_mu", "note", ("望江小学 8亿元", "望江小学 40亩", "海棠小学"))),
        ("海棠路与云杉路交叉口东南侧", "海棠路与望江路交叉口西北侧", ("same_corner", "note", SCHOOLS[:2])),
        ("金桂小学", "云杉小学", ("same_name", "note", ("云杉小学", "云杉小学"))),
        ("全区18个行政村全部", "全区24个行政村全部",
         ("settlements", "explained", ("行政村 24 个", "行政村 18 个", "居委会 6 个"))),
        ("全区18个行政村全部", "全区20个行政村全部",
         ("settlements", "differs", ("行政村 20 个", "行政村 18 个", "居委会 6 个"))),
        ("120亿级", "90亿级",
         ("size", "differs", ("现代物流集群 90 亿元级", "望江冷链物流园", "城北粮食物流园", "空港物流园"))),
    ],
)  # fmt: skip
def test_a_fault_is_found_where_it_is(right, wrong, found):
    text = PLAN.replace(right, wrong, 1)
    assert text != PLAN
    assert found in told(text)


def test_the_place_of_a_figure_is_where_the_text_says_it():
    text = PLAN.replace("1080个学位", "1200个学位", 1)
    (finding,) = [each for each in read_plan(text).findings if each.code == "class_size" and each.verdict == "differs"]
    assert [text[slice(*place.span)] for place in finding.places] == ["24个教学班", "1200个学位"]


def test_seats_behind_schools_of_two_levels_are_of_both():
    totals = read_plan("到2025年新建小学6所、初中3所,新增学位12600个,其中小学8100个、初中4500个。").totals
    assert [(each.subject, each.measure, each.value) for each in totals] == [
        ("小学", "count", 6), ("初中", "count", 3),
        ("学校", "seats", 12600), ("小学", "seats", 8100), ("初中", "seats", 4500),
    ]  # fmt: skip


ANOTHER = """云杉新区“十四五”规划纲要
第一章 教育
到2025年,新建学校5所、改扩建学校1所,新增学位7410个。其中小学2所、初中2所、高中1所。改造学校食堂12个。
(1)云杉小学:占地36亩,计划投资7800万元,设36个教学班,1620个学位,2022年建成。
(2)云杉九年一贯制学校:占地70亩,计划投资1.5亿元,设36个教学班,1720个学位,2023年建成。
(3)云杉初级中学:占地30亩,计划投资6600万元,设12个教学班,600个学位,2024年建成。
(4)云杉二中:占地34亩,计划投资7200万元,设15个教学班,750个学位,2024年建成。
(5)云杉高级中学:占地180亩,计划投资3.2亿元,设40个教学班,2000个学位,2024年建成。
(6)海棠小学改扩建:占地14亩,计划投资2900万元,新增16个教学班,720个学位,2025年建成。
第二章 卫生
新建医院1所、社区卫生服务中心2个,改造村卫生室16个。
(1)云杉人民医院:占地120亩,总投资7亿元。
(2)望江社区卫生服务中心:占地6亩,总投资2100万元。
(3)海棠社区卫生服务中心:占地6亩,总投资2000万元。
第三章 乡村
创建示范村20个,其中市级示范村12个、区级示范村8个。到2025年,建成300亿元级现代物流产业集群。
(1)云杉物流园:占地600亩,总投资18亿元,年营业额300亿元。
"""


def differing(text: str) -> list[tuple[str, str]]:
    return [(each.code, str(each.remark)) for each in read_plan(text).findings if each.verdict == "differs"]


def test_numbers_of_kinds_levels_and_ways_of_building_are_held_against_what_they_count():
    assert differing(ANOTHER) == []


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("改扩建学校1所", "改扩建学校2所", ("total", "学校 5 个、学校 2 个，逐项合计却是 6")),
        ("社区卫生服务中心2个", "社区卫生服务中心4个", ("total", "社区卫生服务中心 4 个，逐项合计却是 2")),
        ("高中1所", "高中3所", ("total", "高中 3 个，逐项合计却是 1")),
        ("市级示范村12个", "市级示范村13个", ("total_by_kinds", "示范村 20 个，各类合计却是 21")),
        ("300亿元级", "250亿元级", ("size", "现代物流产业集群 250 亿元级，所列项目合计却有 300 亿元")),
    ],
)
def test_a_wrong_number_of_a_kind_is_found(right, wrong, found):
    text = ANOTHER.replace(right, wrong, 1)
    assert text != ANOTHER
    assert found in differing(text)


TABLE = """镜湖经济开发区“十四五”规划纲要
第一章 物流
打造60亿级现代物流集群。
1.镜湖公路港:位于港城大道以南,占地260亩,总投资6.5亿元,年营业额38亿元。
2.镜湖冷链中心:位于港城大道以北,占地150亩,总投资4.2亿元,年营业额22亿元。
3.镜湖电商物流园:位于科创路以西,占地110亩,总投资3.1亿元。
4.镜湖快递产业园:位于科创路以东,占地90亩,总投资2.4亿元。
第二章 教育
到2025年,全区新建学校4所,新增学位6390个。
序号\t学校名称\t用地面积(亩)\t办学规模(班)\t学位(个)
1\t镜湖第一小学\t42\t36\t1620
2\t镜湖第二小学\t36\t30\t1350
3\t镜湖第一初级中学\t58\t36\t1800
4\t镜湖第三小学\t40\t36\t1620
第三章 卫生
(1)镜湖社区卫生服务中心:占地6亩,设床位40张。
(2)港城社区卫生服务中心:占地5亩,设床位30张。
以上社区卫生服务中心2个,2024年建成。
"""


def to_look_at(text: str) -> list[tuple[str, str]]:
    return [(each.code, each.verdict) for each in read_plan(text).findings if each.verdict in ("differs", "note")]


def test_nothing_is_told_of_a_plan_of_tables_that_fits_together():
    assert to_look_at(TABLE) == []


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("新增学位6390个", "新增学位6930个", ("total", "differs")),
        ("学校4所", "学校5所", ("total", "differs")),
        ("30\t1350", "30\t1500", ("class_size", "differs")),
        ("40\t36\t1620", "6\t36\t1620", ("land_per_pupil", "note")),
        ("镜湖第三小学", "镜湖第二小学", ("same_name", "note")),
        ("60亿级", "35亿级", ("size", "differs")),
        ("总投资2.4亿元", "总投资24亿元", ("investment_per_mu", "note")),
        ("服务中心2个", "服务中心3个", ("total", "differs")),
    ],
)
def test_a_fault_among_tables_and_items_is_found(right, wrong, found):
    text = TABLE.replace(right, wrong, 1)
    assert text != TABLE
    assert found in to_look_at(text)


def test_seats_that_are_only_added_are_not_those_of_all_classes():
    text = "序号\t学校名称\t建设性质\t办学规模\t新增学位(个)\n1\t河口小学\t改扩建\t24班\t270"
    assert [(each.code, each.verdict) for each in read_plan(text).findings] == [("class_size", "explained")]

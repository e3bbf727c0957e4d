"""Forms of lists: projects told by turns, tables parted by spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.exchange.plan_text import parse_plan


def told(text: str) -> list[tuple[object, ...]]:
    fields = ("name", "location_text", "land_area_mu", "investment_cny_10k", "classes", "plan_year")
    return [tuple(getattr(record, field) for field in fields) for record in parse_plan(text).records]


def test_what_an_item_tells_of_its_projects_by_turns_is_told_of_each():
    text = "(1)新建望江小学、海棠小学,分别位于望江路以东和海棠路西侧,分别占地30亩、40亩,总投资4.5亿元,均设36个班。"
    assert told(text) == [
        ("望江小学", "望江路以东", 30, None, 36, None),
        ("海棠小学", "海棠路西侧", 40, None, 36, None),
    ]


def test_a_year_said_of_all_is_that_of_each():
    text = "望江小学位于望江路以东,占地30亩;海棠小学位于海棠路西侧,占地40亩。均于2025年秋季投用。"
    assert [each[-1] for each in told(text)] == [2025, 2025]


def test_a_year_behind_a_row_of_projects_is_that_of_each():
    text = "1.新建县第三幼儿园(望江路以东,占地9亩)、县第四幼儿园(海棠路西侧,占地8亩),2018年建成。"
    assert [(each[0], each[2], each[-1]) for each in told(text)] == [
        ("县第三幼儿园", 9, 2018),
        ("县第四幼儿园", 8, 2018),
    ]


SPACED = "序号 学校名称 位置 用地面积(亩) 投资(万元) 办学规模(班)"


def test_a_table_parted_by_single_spaces_is_read():
    text = f"{SPACED}\n1 望江小学 望江路以东 30 9000 36\n2 海棠小学 海棠路西侧 建设路北侧 40 8000 24"
    assert told(text) == [
        ("望江小学", "望江路以东", 30, 9000, 36, None),
        ("海棠小学", "海棠路西侧 建设路北侧", 40, 8000, 24, None),
    ]


def test_a_row_of_which_a_cell_is_missing_gives_no_figure_to_another_title():
    assert told(f"{SPACED}\n1 望江小学 望江路以东 30 9000 36\n2 海棠小学 40 海棠路西侧 8000 24")[1:] == []


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("设15个班(450人)", "seats", 450),
        ("设54个班(50人/班),学生2700人", "seats", 2700),
        ("教学班由24个增加至36个", "classes", 36),
        ("用地规模420亩,首期260亩", "land_area_mu", 420),
        ("新建宿舍楼4栋(1.2万平方米)", "building_area_m2", 12000),
        ("建筑面积4800平,投资900万元", "building_area_m2", 4800),
        ("日配送能力800吨", "throughput", None),
        ("建设地点待定", "location_text", None),
        ("2023年10月开工,2026年与高铁同步启用", "plan_year", 2026),
        ("开竣工时间:2023年4月—2025年6月", "plan_year", 2025),
    ],
)
def test_what_items_say_is_read_as_meant(words, field, value):
    (record,) = parse_plan(f"1.城东学校:总投资2亿元,{words}。").records
    assert getattr(record, field) == value


def test_a_code_before_a_name_is_no_part_of_it():
    assert told(
        "小学:\nXQ01 桃园路小学,桃园路南,用地30亩,36班。\nXQ02 金阳小学,翠柳路西,用地由20亩扩至45亩,30班。"
    ) == [
        ("桃园路小学", "桃园路南", 30, None, 36, None),
        ("金阳小学", "翠柳路西", 45, None, 30, None),
    ]


def test_the_parts_that_an_item_counts_first_take_no_figures_from_it():
    text = "9.职教园区项目,包括职业中学、技工学校、特殊教育学校3所学校,占地420亩,总投资11亿元。"
    assert told(text) == [("职教园区项目", None, 420, 110000, None, None)]


def test_a_turnover_with_everything_built_counts_where_no_other_is_said():
    (record,) = parse_plan("1.城南物流园:占地500亩,全部建成后年交易额60亿元。").records
    assert (record.turnover, record.full_turnover) == (600000, None)
    assert record.qualifiers["turnover"] == ("全部建成",)


def test_lines_with_a_sign_of_their_own_go_on_with_the_project_above_them():
    lines = [
        "★ 书香路小学",
        "✓ 位置:书香路西侧",
        "✓ 总投资约1.7亿元,占地48亩",
        "✓ 48个班",
        "✓ 进度:主体封顶,2024年秋季启用",
    ]
    assert told("\n".join([*lines, "★ 稻香中学", "✓ 占地90亩"])) == [
        ("书香路小学", "书香路西侧", 48, 17000, 48, 2024),
        ("稻香中学", None, 90, None, None, None),
    ]


def test_spaces_part_what_one_comma_parts_no_further():
    text = "1.1 城北学校 创新路以东、明珠街以南 九年一贯制,54班 占地96亩 投资2.6亿元 2022-2024年"
    assert told(text) == [("城北学校", "创新路以东、明珠街以南", 96, 26000, 54, 2024)]


@pytest.mark.parametrize(
    "text",
    [
        "实施望江小学、海棠小学、云杉中学三个项目,总投资5亿元,总占地150亩。",
        "望江小学、海棠小学、云杉中学三个项目共投资5亿元。",
        "新建学校3所,分别为望江小学、海棠小学和云杉中学,总投资5亿元。",
        "1、望江小学\n2、海棠小学\n3、云杉中学",
    ],
)
def test_projects_that_are_only_named_are_records_without_the_sums_of_all(text):
    names = ("望江小学", "海棠小学", "云杉中学")
    assert told(text) == [(name, None, None, None, None, None) for name in names]


def test_figures_told_by_turns_are_each_projects_own_and_the_sum_is_nobodys():
    text = "望江小学、海棠小学两所学校占地面积分别为30亩、40亩,投资额为8000万元、9000万元,共投资1.7亿元,2026年建成。"
    assert told(text) == [("望江小学", None, 30, 8000, None, 2026), ("海棠小学", None, 40, 9000, None, 2026)]


LIST = "1.望江小学:望江路以东,占地30亩。\n2.海棠小学:海棠路西侧,占地40亩。"


@pytest.mark.parametrize(
    "text",
    [
        f"{LIST}\n以上项目共投资2亿元,2026年9月全部投用。",
        f"2026年新建:\n{LIST}",
        f"以下学校将于2026年9月投用:\n{LIST}",
    ],
)
def test_one_year_told_of_a_whole_list_is_that_of_each(text):
    assert [(each[0], each[-1]) for each in told(text)] == [("望江小学", 2026), ("海棠小学", 2026)]


def test_a_name_of_any_ending_stands_above_a_line_that_tells_where():
    text = "城东第四水厂及配水管网\n位于望江路以东、海棠路以北,占地30亩。\n云杉小学\n位于海棠路西侧,占地40亩。"
    assert [each[:3] for each in told(text)] == [
        ("城东第四水厂及配水管网", "望江路以东、海棠路以北", 30),
        ("云杉小学", "海棠路西侧", 40),
    ]


def test_one_that_stands_for_its_kind_is_a_project_without_the_figures_of_all():
    assert told("扩建望江县人民医院等项目,总投资5亿元。") == [("望江县人民医院", None, None, None, None, None)]


def test_a_row_parted_by_commas_behind_a_colon_names_its_projects_and_sums_behind_it_are_nobodys():
    text = "区里有3个项目,分别是:望江县医院新建工程,海棠中心卫生院扩建工程,云杉医院。项目总投资5亿元,占地90亩。"
    assert [(each[0], each[2], each[3]) for each in told(text)] == [
        ("望江县医院新建工程", None, None),
        ("海棠中心卫生院扩建工程", None, None),
        ("云杉医院", None, None),
    ]


def test_two_schools_at_one_place_are_two_records():
    text = "望江小学位于望江路附近,海棠小学和海棠幼儿园在海棠路以西、建设路以东。"
    assert [each[:2] for each in told(text)] == [
        ("望江小学", "望江路附近"),
        ("海棠小学", "海棠路以西、建设路以东"),
        ("海棠幼儿园", "海棠路以西、建设路以东"),
    ]


def test_a_place_before_the_land_of_a_project_is_its_own():
    text = "城东:在小枣村建设占地100亩的望江中学;城南:在龙城大街附近建设占地174亩的海棠中学。"
    assert [each[:3] for each in told(text)] == [("望江中学", "小枣村", 100), ("海棠中学", "龙城大街附近", 174)]


@pytest.mark.parametrize(
    "text",
    [
        "东海县3所：望江中学、海棠小学（暂定名）",
        "区里将新建2所学校（望江中学和海棠小学）。",
        "新开工的2所学校总投资3亿元，包括望江中学、海棠小学。",
        "此外，还将扩建望江中学、海棠小学。",
        "对望江中学、海棠小学实施改造。",
    ],
)
def test_names_in_a_row_are_projects_whatever_leads_to_them(text):
    assert told(text) == [(name, None, None, None, None, None) for name in ("望江中学", "海棠小学")]


def test_a_place_before_two_projects_is_where_the_text_has_it():
    text = "位于城东的望江小学和海棠小学，分别以2.5亿元、1.8亿元的投资金额位列前二，分别占地30亩、40亩。"
    reading = parse_plan(text)
    assert [(each.name, each.land_area_mu, each.investment_cny_10k) for each in reading.records] == [
        ("望江小学", 30, 25000),
        ("海棠小学", 40, 18000),
    ]
    for each in reading.records:
        first, last = each.spans["location_text"]
        assert text[first:last] == each.location_text == "城东"


def test_a_form_may_begin_with_a_number_before_its_name():
    text = "一、项目名称：望江学校建设项目\n二、项目选址：海棠路西侧。\n三、计划投资及资金来源：项目总投资4500万元。"
    assert [each[:4] for each in told(text)] == [("望江学校建设项目", "海棠路西侧", None, 4500)]


def test_a_month_written_right_behind_its_year_is_one_of_that_year():
    text = "序号|项目名称|建设内容|计划竣工时间|\n1|望江花苑南侧地块项目|占地70亩|202512|"
    assert told(text) == [("望江花苑南侧地块项目", None, 70, None, None, 2025)]


def test_what_is_built_this_year_is_the_projects_own_but_money_of_the_year_is_not():
    (record,) = parse_plan("1.望江小学扩建：今年将扩建1万平方米校舍，今年投资2000万元。").records
    assert (record.building_area_m2, record.investment_cny_10k) == (10000, None)


@pytest.mark.parametrize(
    "text",
    [
        "1.{name}:位于望江路以东,占地30亩,总投资2亿元。",
        "1、{name}。\n位于望江路以东,占地约30亩,总投资2亿元。",
        "{name}位于望江路以东,占地30亩,总投资2亿元。",
        "建成总投资2亿元、占地30亩的{name}。",
        "序号\t项目名称\t建设地点\t占地(亩)\t总投资(亿元)\n1\t{name}\t望江路以东\t30\t2",
    ],
)
@pytest.mark.parametrize("name", ["市民之家", "老城记忆文创里", "中央厨房", "云谷科创走廊", "育才附小"])
def test_a_project_that_is_told_has_a_name_however_it_ends(text, name):
    (record,) = parse_plan(text.format(name=name)).records
    assert (record.name, record.land_area_mu, record.investment_cny_10k) == (name, 30, 20000)


@pytest.mark.parametrize(
    "text",
    [
        "规划区域位于望江路以东,占地30亩,总投资2亿元。",
        "全区重点位于望江路以东,占地30亩。",
        "完成总投资2亿元的建设任务,占年度计划的80%。",
        "引进投资2亿元的企业,新增就业300人。",
    ],
)
def test_what_only_looks_like_a_name_is_none(text):
    assert parse_plan(text).records == ()


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("建筑面积一万五千平方米", "building_area_m2", 15000),
        ("总投资1亿2000万元", "investment_cny_10k", 12000),
        ("班数:30 学位:1350", "seats", 1350),
        ("办学规模:36班/1620人", "seats", 1620),
        ("班型:6轨36班", "classes", 36),
        ("可满足90个教学班、5400名学子就读", "seats", 5400),
        ("36班,用地45亩,望江路与海棠路交叉口东北", "location_text", "望江路与海棠路交叉口东北"),
        ("总投资2亿元(2023年投资6000万元),2023.6-2024.8", "plan_year", 2024),
    ],
)
def test_figures_and_places_are_read_in_the_forms_of_lists(words, field, value):
    (record,) = parse_plan(f"1.城东学校:{words}。").records
    assert getattr(record, field) == value


def test_an_item_that_names_a_school_by_its_size_alone_is_a_record_of_its_own():
    text = "1.新建36班小学一所:位于望江路西侧,占地45亩。\n2.海棠幼儿园:12班,占地9亩。"
    assert told(text) == [
        ("36班小学", "望江路西侧", 45, None, 36, None),
        ("海棠幼儿园", None, 9, None, 12, None),
    ]


def test_what_a_line_counts_for_a_year_dates_those_that_the_next_one_names():
    text = "2022年计划新建学校2所,总投资3亿元。\n其中:新建望江小学,用地43亩,36个班。新建海棠初中,用地61亩,30个班。"
    assert [(each[0], each[2], each[-1]) for each in told(text)] == [("望江小学", 43, 2022), ("海棠初中", 61, 2022)]


def test_a_sentence_about_all_tells_the_place_and_the_year_of_each():
    text = "望江小学,占地31亩,24班;海棠初中,占地49亩,30班。两所学校均位于云杉新区,计划2025年建成。"
    assert [(each[0], each[1], each[-1]) for each in told(text)] == [
        ("望江小学", "云杉新区", 2025),
        ("海棠初中", "云杉新区", 2025),
    ]


def test_several_labelled_projects_in_a_line_are_several_records():
    assert [
        (each[0], each[2]) for each in told("望江小学:占地30亩,36个班。海棠小学:占地40亩。云杉小学:占地50亩。")
    ] == [("望江小学", 30), ("海棠小学", 40), ("云杉小学", 50)]


def test_a_year_at_the_front_of_a_sentence_is_that_of_all_that_it_builds():
    text = "1.新建学校。2023年,新建望江小学(望江路以南,36班),新建海棠中学(海棠路以北,30班)。"
    assert [(each[0], each[1], each[-1]) for each in told(text)] == [
        ("望江小学", "望江路以南", 2023),
        ("海棠中学", "海棠路以北", 2023),
    ]


def test_a_year_that_the_last_item_tells_of_all_is_that_of_each():
    text = "新建学校:①望江小学,位于望江路,24班;②海棠初中,位于海棠路,36班。以上学校均于2025年9月前投入使用。"
    assert [(each[0], each[-1]) for each in told(text)] == [("望江小学", 2025), ("海棠初中", 2025)]


def test_labels_under_numbers_of_three_levels_belong_to_the_project_above_them():
    lines = ["2.1 望江小学项目", "2.1.1 建设地点:望江路东侧", "2.1.2 建设规模:用地面积41.02亩,36个教学班"]
    assert told("\n".join([*lines, "2.2 海棠中学项目", "2.2.1 建设地点:海棠路西侧"])) == [
        ("望江小学项目", "望江路东侧", 41.02, None, 36, None),
        ("海棠中学项目", "海棠路西侧", None, None, None, None),
    ]


def test_a_class_of_things_before_a_name_is_no_part_of_it():
    text = "——教育类。望江学校:望江路以西,54班,占地102亩。\n——医疗类。区中心医院:康宁路以北,占地95亩。"
    assert [each[:3] for each in told(text)] == [
        ("望江学校", "望江路以西", 102),
        ("区中心医院", "康宁路以北", 95),
    ]


def test_a_size_in_brackets_behind_a_name_is_told_of_it():
    assert told("1. 望江小学(36班)。占地约2.7公顷,位于望江大道以南。") == [
        ("望江小学", "望江大道以南", 40.5, None, 36, None)
    ]


def test_remarks_and_descriptions_of_a_table_tell_classes_and_places():
    rows = ["项目\t地点\t用地\t备注", "望江小学\t望江路北侧\t33亩\t36班,2023年建成"]
    assert told("\n".join(rows)) == [("望江小学", "望江路北侧", 33, None, 36, 2023)]
    rows = ["序号\t项目名称\t建设内容\t总投资", "1\t望江小学\t用地32亩,24个班,望江路以东\t6800万元"]
    assert told("\n".join(rows)) == [("望江小学", "望江路以东", 32, 6800, 24, None)]


def test_a_label_that_is_only_a_task_is_not_the_project_that_is_built_for_it():
    text = "疾控能力提升:新建区疾病预防控制中心,占地12亩,总投资5200万元。\n医院建设:新建区中医院,占地40亩。"
    assert [each[:3] for each in told(text)] == [("区疾病预防控制中心", None, 12), ("区中医院", None, 40)]


@pytest.mark.parametrize("said", ["(续建)", "(新建)", "2023年9月投用的", "建成运营"])
def test_the_state_of_a_project_is_no_part_of_its_name(said):
    assert [each[:3] for each in told(f"1.{said}望江中学,占地60亩,36班。")] == [("望江中学", None, 60)]


def test_commas_within_a_cell_of_a_table_by_commas_part_no_columns():
    rows = [
        "序号,项目名称,建设地点,建设内容,总投资(万元)",
        "1,望江物流园,望江路以东,用地260亩，建筑面积14万平方米,86000",
    ]
    (record,) = parse_plan("\n".join(rows)).records
    assert (record.name, record.location_text, record.building_area_m2) == ("望江物流园", "望江路以东", 140000)
    assert (record.land_area_mu, record.investment_cny_10k) == (260, 86000)


def test_a_header_of_two_rows_is_read_with_its_lower_titles():
    rows = ["序号\t学校名称\t位置\t建设规模\t\t投资(万元)\t建成年份", "\t\t\t用地(亩)\t班数\t\t"]
    rows += ["1\t望江小学\t望江路东侧\t41\t36\t9800\t2023", "2\t海棠初中\t海棠路西侧\t56\t30\t13600\t2024"]
    assert told("\n".join(rows)) == [
        ("望江小学", "望江路东侧", 41, 9800, 36, 2023),
        ("海棠初中", "海棠路西侧", 56, 13600, 30, 2024),
    ]


def test_two_sums_in_a_cell_are_those_of_the_two_titles_above_it():
    text = (
        "序号|项目名称|建设地点|总投资/年度投资(万元)\n1|望江小学|望江路以东|9000/3000\n2|海棠小学|海棠路西|8000/2000"
    )
    assert [(each[0], each[3]) for each in told(text)] == [("望江小学", 9000), ("海棠小学", 8000)]


def test_sums_among_the_rows_of_a_table_are_no_projects():
    header = "序号\t项目名称\t建设地点\t总投资(万元)\n"
    sums = "合计\t\t\t17000\n一、教育(小计)\t\t\t17000\n"
    text = f"{header}{sums}1\t望江小学\t望江路以东\t9000\n2\t海棠小学\t海棠路西\t8000"
    assert [(each[0], each[3]) for each in told(text)] == [("望江小学", 9000), ("海棠小学", 8000)]


def test_a_numbered_line_without_a_colon_is_one_of_the_item_above_it():
    text = "1.望江中学\n(1)建设地点:望江路以东\n(2)总投资9000万元,2025年计划投资3000万元\n(3)建设工期:2024年至2026年"
    assert told(text) == [("望江中学", "望江路以东", None, 9000, None, 2026)]


def test_keys_in_heavy_brackets_are_keys():
    text = "01 望江冷链中心\n【建设地点】望江路以东\n【建设规模】占地55亩\n【投资估算】1.6亿元"
    assert told(text) == [("望江冷链中心", "望江路以东", 55, 16000, None, None)]


def test_items_of_names_and_their_state_alone_are_projects():
    assert [each[0] for each in told("1、望江幼儿园 新建 已开工\n2、海棠幼儿园 改建 基本完工")] == [
        "望江幼儿园",
        "海棠幼儿园",
    ]


def test_a_project_is_named_behind_who_invests_how_much_and_where():
    text = "县供销社在城西工业园投资2.2亿元建设云杉仓储物流基地,占地75亩。"
    assert told(text) == [("云杉仓储物流基地", "城西工业园", 75, 22000, None, None)]


def test_the_land_of_a_zone_within_a_park_is_not_the_parks():
    text = "云杉物流产业园位于望江村,规划用地3平方公里,总投资80亿元。交通物流区占地1200亩,商贸区占地600亩。"
    assert told(text) == [("云杉物流产业园", "望江村", 4500, 800000, None, None)]


def test_items_in_brackets_of_numerals_within_a_paragraph_are_items():
    text = "二、推进以下学校:(一)望江小学。选址于望江路以东,占地30亩。(二)海棠小学。位于海棠路西侧,占地40亩。"
    assert [each[:3] for each in told(text)] == [("望江小学", "望江路以东", 30), ("海棠小学", "海棠路西侧", 40)]


def test_what_a_row_tells_by_turns_is_told_of_each():
    text = "配建望江幼儿园、海棠幼儿园,规模分别为12个班和9个班。"
    assert [(each[0], each[4]) for each in told(text)] == [("望江幼儿园", 12), ("海棠幼儿园", 9)]


def test_a_things_number_behind_a_semicolon_ends_what_is_told_of_a_project():
    text = "建设云杉变电站,占地28亩,投资1.6亿元;规划建设垃圾焚烧厂1座,估算投资5亿元。"
    assert told(text) == [("云杉变电站", None, 28, 16000, None, None)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("支持云杉食品在望江产业园建设休闲食品生产基地,总投资5亿元。", ("休闲食品生产基地", "望江产业园")),
        ("谋划建设云杉电商服务中心,选址望江路东侧,占地6亩。", ("云杉电商服务中心", "望江路东侧")),
        ("推动云杉机械厂整体搬迁至北部工业园,新厂区占地220亩。", ("云杉机械厂", "北部工业园")),
        ("投资4200万元,在望江社区建设云杉养老服务中心,设床位180张。", ("云杉养老服务中心", "望江社区")),
        ("位于望江村的云杉学校项目举行开工仪式,占地87亩。", ("云杉学校项目", "望江村")),
        ("1.新建区级综合医院1所。选址望江路东侧,占地120亩。", ("区级综合医院", "望江路东侧")),
    ],
)
def test_prose_of_industry_and_services_names_projects_and_places(text, wanted):
    assert [each[:2] for each in told(text)] == [wanted]


def test_an_area_said_behind_a_place_by_roads_is_not_the_better_place():
    text = "望江学校位于望江路以北、海棠路以西,地处望江生态城片区,占地60亩。"
    assert told(text)[0][:3] == ("望江学校", "望江路以北、海棠路以西", 60)
    text = "望江学校位于包河区,地处望江路与海棠路交口,占地60亩。"
    assert told(text)[0][:3] == ("望江学校", "望江路与海棠路交口", 60)


ROW = "望江小学、海棠小学、云杉小学"


@pytest.mark.parametrize(
    ("text", "field", "values"),
    [
        (f"{ROW}均为36个班,各占地45亩,总投资4亿元。", "classes", [36, 36, 36]),
        (f"{ROW}均为36个班,各占地45亩,总投资4亿元。", "land_area_mu", [45, 45, 45]),
        (f"{ROW}均为36个班,各占地45亩,总投资4亿元。", "investment_cny_10k", [None, None, None]),
        ("望江小学、海棠小学均为36个班,云杉小学、银杏小学各24个班。", "classes", [36, 36, 24, 24]),
    ],
)
def test_what_is_said_of_each_of_a_row_is_of_each_and_a_sum_of_none(text, field, values):
    assert [getattr(record, field) for record in parse_plan(text).records] == values


PLACED = "望江小学,位于望江路以东,占地30亩。\n海棠小学,位于海棠路以西,占地40亩。\n"


@pytest.mark.parametrize(
    ("text", "field", "values"),
    [
        (f"{PLACED}上述学校建筑面积分别为1.5万平方米和2万平方米。", "building_area_m2", [15000, 20000]),
        (f"{PLACED}上述学校建筑面积分别为1.5万平方米、2万平方米和3万平方米。", "building_area_m2", [None, None]),
        (f"{PLACED}以上学校总投资3亿元。", "investment_cny_10k", [None, None]),
        (f"每所学校投资5000万元。\n{PLACED}", "investment_cny_10k", [5000, 5000]),
        (f"每个社区投资5000万元。\n{PLACED}", "investment_cny_10k", [None, None]),
        (f"2024年新建小学2所。\n{PLACED}", "plan_year", [2024, 2024]),
        (f"2024年新建小学5所。\n{PLACED}", "plan_year", [None, None]),
        (f"到2025年,新建小学2所。\n{PLACED}", "plan_year", [None, None]),
    ],
)
def test_a_sentence_about_a_list_is_of_each_where_it_fits(text, field, values):
    assert [getattr(record, field) for record in parse_plan(text).records] == values


def test_what_a_sentence_about_a_list_tells_is_cited_where_it_stands():
    text = f"{PLACED}上述学校建筑面积分别为1.5万平方米和2万平方米。"
    spans = [record.spans["building_area_m2"] for record in parse_plan(text).records]
    assert [text[first:last] for first, last in spans] == ["为1.5万平方米", "2万平方米"]


def test_a_place_and_a_sum_before_a_name_are_its_own():
    text = "2021年,投资1.62亿元,在迎宾大道与锦绣路交叉口西南侧新建锦绣学校,占地86.4亩,设54个班。"
    assert told(text) == [("锦绣学校", "迎宾大道与锦绣路交叉口西南侧", 86.4, 16200, 54, 2021)]


def test_items_of_a_box_that_only_tell_a_year_are_headings_of_what_stands_below():
    box = "专栏9 教育项目\n1.2022年建成1所。\n金桂小学。位于金桂路以东,36个班。\n长庚小学。位于金桂路以西,24个班。"
    assert [each[-1] for each in told(box)] == [2022, 2022]


def test_a_place_that_a_sentence_begins_with_is_that_of_its_project():
    text = "城西新区沁园路南侧,沁园小学已完成主体施工,占地39亩。近日,海棠小学占地40亩。"
    assert [each[:3] for each in told(text)] == [("沁园小学", "城西新区沁园路南侧", 39), ("海棠小学", None, 40)]


def test_units_that_the_caption_of_a_table_states_are_of_the_columns_that_they_fit():
    text = "(单位:亩、平方米、万元)\n"
    text += "序号\t设施名称\t位置\t用地面积\t建筑面积\t投资\n1\t第一小学\t望江街南\t40\t19500\t8800"
    (record,) = parse_plan(text).records
    assert (record.land_area_mu, record.building_area_m2, record.investment_cny_10k) == (40, 19500, 8800)


def test_lines_of_cells_without_a_header_are_items():
    text = "2025年投用学校\n①凤凰小学|凤凰大道东|36班|占地48亩\n②梧桐幼儿园|梧桐路南|9班|占地6亩"
    assert told(text) == [("凤凰小学", "凤凰大道东", 48, None, 36, 2025), ("梧桐幼儿园", "梧桐路南", 6, None, 9, 2025)]


def test_whom_an_approval_is_addressed_to_is_no_project():
    text = "市特殊教育学校:\n你校《关于调整云峰市特殊教育学校新校区建设立项的请示》收悉,批复如下:\n"
    text += "一、项目选址在百合路以北,拟用地75亩。"
    (record,) = parse_plan(text).records
    assert (record.name, record.land_area_mu) == ("云峰市特殊教育学校新校区", 75)


@given(st.integers(2, 8), st.lists(st.integers(1, 900), min_size=1, max_size=9), st.booleans())
def test_figures_by_turns_are_given_only_where_there_are_as_many_as_projects(number, areas, before):
    lines = [f"{letter}山小学,位于望江路以东,设36个班。" for letter in "东南西北中新云松"[:number]]
    told = f"上述学校占地分别为{'、'.join(f'{area}亩' for area in areas)},总投资9亿元。"
    records = parse_plan("\n".join([told, *lines] if before else [*lines, told])).records
    wanted = areas if len(areas) == number else [None] * number
    assert [record.land_area_mu for record in records] == wanted
    assert [record.investment_cny_10k for record in records] == [None] * number


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("4、和美幼儿园、和顺幼儿园。\n分别位于和美家园西侧、和顺苑北侧,占地均约7亩,设12班。",
         [("和美幼儿园", "和美家园西侧", 7), ("和顺幼儿园", "和顺苑北侧", 7)]),
        ("【项目名称】兰溪路学校\n【建设地点】兰溪路以北\n【建设内容】占地66亩", [("兰溪路学校", "兰溪路以北", 66)]),
        ("(1)望江小学:新址在城南安置区北侧,占地40亩。", [("望江小学", "城南安置区北侧", 40)]),
    ],
)  # fmt: skip
def test_names_and_places_in_other_words_are_read(text, wanted):
    assert [each[:3] for each in told(text)] == wanted


@pytest.mark.parametrize(
    ("said", "value"), [("总投资2480万,", 2480), ("总投资2480万美元,", None), ("投资养殖2万头,", None)]
)
def test_a_sum_without_its_unit_is_money_where_it_is_said_to_be(said, value):
    (record,) = parse_plan(f"1.城东学校:占地30亩,{said}设36个班。").records
    assert record.investment_cny_10k == value


def test_two_schools_that_a_sentence_says_are_built_are_two_and_take_no_sum():
    text = "新建项目2个:新建望江幼儿园和海棠幼儿园,总建筑面积5000平方米,总投资2100万元。"
    assert [(each[0], each[3]) for each in told(text)] == [("望江幼儿园", None), ("海棠幼儿园", None)]


def test_a_place_of_two_clauses_before_a_verb_of_building_is_the_projects():
    text = "目前,我区已规划在将军祠路西侧,百家苑东侧地块建设后江小学项目,项目正在办理手续。"
    assert [each[:2] for each in told(text)] == [("后江小学项目", "将军祠路西侧,百家苑东侧地块")]


def test_two_figures_in_a_cell_have_the_two_units_of_their_title():
    text = "序号\t学校\t选址\t用地/建筑面积(亩/㎡)\t班数\n1\t青溪小学\t青溪路北\t38/18600\t36"
    (record,) = parse_plan(text).records
    assert (record.land_area_mu, record.building_area_m2, record.classes) == (38, 18600, 36)

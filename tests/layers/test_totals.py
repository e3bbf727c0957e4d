"""What the plan states in all, against the layers' features. Sections are those of the plan's outline."""

from collections import Counter


def total(rows, field: str, **wanted) -> float:
    return sum(
        row.get(field, 0) for row in rows.values() if all(row.get(key) == value for key, value in wanted.items())
    )


def test_section_7_2_1_new_schools_are_11_with_15750_seats(properties_of):
    schools = properties_of("schools")
    assert len(schools) == 11
    assert total(schools, "seats") == 15_750


def test_section_7_2_1_junior_schools_are_3_with_4950_seats_and_primary_ones_8_with_10800(properties_of):
    schools = properties_of("schools")
    assert Counter(school["level"] for school in schools.values()) == {"junior": 3, "primary": 8}
    assert total(schools, "seats", level="junior") == 4_950
    assert total(schools, "seats", level="primary") == 10_800


def test_section_7_2_1_box_seats_by_year(properties_of):
    schools = properties_of("schools")
    by_year = {year: total(schools, "seats", plan_year=year) for year in range(2021, 2026)}
    assert by_year == {2021: 4_230, 2022: 2_970, 2023: 2_700, 2024: 2_700, 2025: 3_150}
    assert list(schools) == [
        *("2021-1", "2021-2", "2021-3", "2022-1", "2022-2", "2023-1", "2023-2", "2024-1", "2024-2", "2025-1", "2025-2")
    ]


def test_section_7_2_1_box_other_sums_by_hand(properties_of):
    schools = properties_of("schools")
    # 29.45 + 33 + 40 + 42 + 45.42 + 45.4 + 39.3 + 45 + 35 + 55.35 + 39.01
    assert round(total(schools, "land_area_mu"), 2) == 448.93
    # 18850 + 23500 + 12250 + 22000 + 24000 + 24000 + 20200 + 24000 + 18600 + 26000 + 20090
    assert total(schools, "building_area_m2") == 233_490
    # 6000 + 7000 + 15000 + 9000 + 9000 + 8000 + 8000 + 8000 + 7500 + 10000 + 7500
    assert total(schools, "investment_cny_10k") == 95_000
    # 24 + 30 + 36 + 27 + 36 + 36 + 24 + 36 + 24 + 36 + 30
    assert total(schools, "classes") == 339


def test_section_7_2_1_box_every_class_has_45_pupils_in_primary_and_50_in_junior_schools(properties_of):
    for school in properties_of("schools").values():
        assert school["seats"] == school["classes"] * {"primary": 45, "junior": 50}[school["level"]]


def test_section_7_2_1_box_the_slip_of_the_pen_in_a_location_is_kept(properties_of):
    assert properties_of("schools")["2021-3"]["location_text"] == "盘龙山路于开源大道交叉口西南侧"


def test_section_4_1_box_item_1_logistics_parks_are_4_and_hengxing_has_two_phases_and_no_investment(properties_of):
    parks = properties_of("logistics_parks")
    assert list(parks) == ["wanbang", "hengxing", "fengshu", "yuxin"]
    assert parks["hengxing"]["phases"] == "一期、二期" and "investment_cny_10k" not in parks["hengxing"]
    # 18.5 + 3.5 + 3 hundred million
    assert total(parks, "investment_cny_10k") == 250_000
    # 150 + 150 + 30 + 5 hundred million
    assert total(parks, "turnover_cny_10k") == 3_350_000


def test_section_4_1_box_items_2_and_3_name_3_technology_and_5_commercial_projects(properties_of):
    projects = properties_of("commercial_projects")
    assert Counter(project["cluster"] for project in projects.values()) == {"technology": 3, "commerce": 5}
    # 54 + 50 + 30 + 6 + 6 hundred million
    assert total(projects, "investment_cny_10k", cluster="commerce") == 1_460_000
    assert total(projects, "investment_cny_10k", cluster="technology") == 100_000


def test_section_4_2_3_box_two_industrial_parks(properties_of):
    parks = properties_of("industrial_parks")
    assert total(parks, "investment_cny_10k") == 860_000
    assert parks["jinshahe"]["land_area_mu"] == 1466 and "land_area_mu" not in parks["jinyufeng"]
    assert (parks["jinshahe"]["output_cny_10k"], parks["jinshahe"]["full_output_cny_10k"]) == (1_000_000, 1_500_000)


def test_section_5_4_1_villages_are_16_and_communities_8(properties_of):
    villages = properties_of("villages")
    assert Counter(village["kind"] for village in villages.values()) == {"village": 16, "community": 8}
    assert all(village["code"] == code and len(code) == 12 for code, village in villages.items())
    assert all(code.startswith(village["township_code"]) for code, village in villages.items())
    townships = Counter(village["township"] for village in villages.values())
    assert townships == {"关王庙乡": 10, "金河街道": 5, "金山街道": 3, "开源街道": 6}


def test_section_5_4_1_collective_income_shall_double_from_a_base_that_is_not_stated(properties_of):
    for village in properties_of("villages").values():
        assert village["collective_income_target_multiple"] == 2
        assert "collective_income_base_cny_10k" not in village and "collective_income_target_cny_10k" not in village


def test_section_1_4_of_the_two_beautiful_villages_one_is_in_the_list(properties_of):
    marked = [village["name"] for village in properties_of("villages").values() if village.get("beautiful_village")]
    assert marked == ["杨桥村"]


def test_section_6_1_1_class_3_is_the_target_of_lengshui_and_of_the_youhe_section(properties_of):
    assert {key: row.get("target_class") for key, row in properties_of("river_sections").items()} == {
        "lengshuihe": 3,
        "xiaoqinghe": None,
    }
    assert properties_of("water_sections")["xiaoqinghe-youhe"]["target_class"] == 3


def test_section_7_5_2_health_facilities_are_3(properties_of):
    assert len(properties_of("health_facilities")) == 3


def test_section_2_5_indicators_are_20_in_five_groups(properties_of):
    indicators = properties_of("indicators")
    assert list(indicators) == [str(row) for row in range(1, 21)]
    assert [row["row_number"] for row in indicators.values()] == list(range(1, 21))
    groups = Counter(row["category"] for row in indicators.values())
    assert groups == {"economy": 3, "innovation": 3, "livelihood": 7, "ecology": 5, "security": 2}


def test_section_2_5_only_cells_that_are_plain_have_figures(properties_of):
    indicators = properties_of("indicators")
    figures = {key: (row.get("base_value"), row.get("target_value")) for key, row in indicators.items()}
    assert {key: pair for key, pair in figures.items() if pair != (None, None)} == {
        "1": (7.3, 8),
        "3": (-3.1, 10),
        "4": (66, 20),
        "8": (0.12, 0.65),
        "9": (10.5, 11),
        "13": (78.3, None),
    }
    kinds = {key: row["attribute"] for key, row in indicators.items() if "attribute" in row}
    assert kinds == {"1": "anticipated", "9": "binding"}


def test_counted_promises_of_sections_7_and_5(properties_of):
    targets = properties_of("programme_targets")
    stated = {key: targets[key]["target_value"] for key in targets if "target_value" in targets[key]}
    assert stated["kindergartens"] == 10  # 七(二)1
    assert stated["village-clinics"] == 1  # 七(五)2, for each village
    assert stated["health-literacy"] == 25  # 七(五)2
    assert stated["soil-test-fertilising"] == 90  # 五(四)1
    assert stated["straw-use"] == 98  # 五(四)1
    assert stated["logistics-cluster-385"] == 385  # 四(一)1
    stages = [row for row in targets.values() if row["target_kind"] == "stage"]  # 五(一)2
    assert [(row["planned_start"][:4], row["planned_finish"][:4]) for row in stages] == [
        ("2020", "2021"),
        ("2022", "2023"),
        ("2024", "2025"),
    ]

"""Chapters of development zones' plans: what names a project in prose, what is counted, and what is only an aim."""

import pytest

from geo.exchange.plan_text import parse_plan


def names(text: str) -> list[str]:
    return [record.name for record in parse_plan(text).records]


def counted(text: str) -> list[tuple[str, float]]:
    return [(total.subject, total.value) for total in parse_plan(text).totals if total.measure == "count"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("重点实施云杉路、芦花二街、望江三路等道路建设。", ["云杉路", "芦花二街", "望江三路"]),
        ("推进云杉景区提升、芦花观景步道、望江遗址公园三大项目。", ["云杉景区提升", "芦花观景步道", "望江遗址公园"]),
        ("续建项目：云杉动力电池基地、芦花汽车扩能项目。", ["云杉动力电池基地", "芦花汽车扩能项目"]),
        ("加快云杉光电模组、芦花二期等重大项目达产达效。", ["云杉光电模组", "芦花二期"]),
        ("建成云杉颐养院，设床位300张，投资8000万元。", ["云杉颐养院"]),
        (
            "建成云杉艺术中心（占地56亩，总投资4亿元）、芦花健身中心，新建社区活动室40个。",
            ["云杉艺术中心", "芦花健身中心"],
        ),
        ("建设云杉水厂。水厂位于望江路以东，占地20亩。", ["云杉水厂"]),
        ("建设云杉湿地公园1250亩。", ["云杉湿地公园"]),
        ("教育方面,确保云杉小学、芦花中学9月建成招生。", ["云杉小学", "芦花中学"]),
        ("加快市二幼新园、望江九年一贯制学校建设。", ["市二幼新园", "望江九年一贯制学校"]),
        ("投入3.2亿元推进云杉中医院综合楼项目,建筑面积4.3万平方米。", ["云杉中医院综合楼项目"]),
        ("建成云杉颐养中心,新增床位260张。", ["云杉颐养中心"]),
        ("全年实施冷库扩容、零担专线整合、县级配送中心等8个项目,总投资16亿元。", []),
        ("抓好总投资20亿元的云杉公路港、占地310亩的芦花物流园等2个项目。", ["云杉公路港", "芦花物流园"]),
        ("推进中心城区、特色小镇、美丽乡村协调发展，推动污水处理厂、变电站等基础设施项目落地。", []),
        ("建成特色商品云集的时尚消费中心和大型商业中心，打造优质生活圈。", []),
        ("（一）推进棚户区和城中村改造。改造老旧小区68个，总投资9.8亿元。", []),
    ],
)
def test_prose_names_its_projects(text, wanted):
    assert names(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("打通断头路12条，组建教育集团8个。", [("断头路", 12), ("教育集团", 8)]),
        ("新建公交首末站6座、停保场2座。", [("公交首末站", 6), ("停保场", 2)]),
        ("引进世界500强企业区域总部10家。", [("世界500强企业区域总部", 10)]),
        ("创建3个市级示范村，完成32个排口整治。", [("市级示范村", 3), ("排口", 32)]),
        ("改造老旧小区156个，建设工期24个月。", [("老旧小区", 156)]),
    ],
)
def test_whatever_is_made_in_numbers_is_a_total(text, wanted):
    assert counted(text) == wanted


def test_seats_of_a_whole_are_not_those_of_its_last_part():
    totals = parse_plan("五年新建学校34所，其中小学9所、高中2所，新增学位4.8万个。").totals
    assert [(each.subject, each.value) for each in totals if each.measure == "seats"] == [("学校", 48000)]


def test_a_year_before_a_list_is_that_of_all_that_it_names():
    records = parse_plan("2021年，建成投用云杉学校、芦花小学等6所学校，新增学位5600个。").records
    assert [(each.name, each.plan_year) for each in records] == [("云杉学校", 2021), ("芦花小学", 2021)]


def test_phases_without_a_whole_are_added_up():
    (record,) = parse_plan("云杉产业园，占地260亩，一期投资15亿元，二期投资25亿元。").records
    assert (record.investment_cny_10k, record.land_area_mu) == (400000, 260)

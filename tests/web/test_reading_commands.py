"""`parse-plan` and `parse-locations`: one answer a line, or one line that says why not."""

import io
import json

import pytest

KEYS = ["text", "kind", "roads", "quadrant", "sides", "bounds", "offset_m", "offset_dir", "roadside", "other_sides"]
PLAN = (
    "一、教育\n2023年新建1所学校：\n"
    "（1）城东小学：位于建设路与解放路交叉口西北侧，占地30亩，投资1.2亿元，设24个班，1080个学位。\n"
)


@pytest.fixture
def run(app):
    def run_(*arguments: object, given: bytes | None = None):
        return app.test_cli_runner().invoke(args=[str(each) for each in arguments], input=given and io.BytesIO(given))

    return run_


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_plan_is_read_with_places_and_sources(run, tmp_path, encoding):
    file = tmp_path / "plan.txt"
    file.write_bytes(PLAN.encode(encoding))
    result = run("parse-plan", file)
    answer = json.loads(result.stdout)
    assert (result.exit_code, result.stderr, set(answer)) == (0, "", {"records", "totals", "findings"})
    (record,) = answer["records"]
    told = {"name": "城东小学", "layer": "schools", "location_text": "建设路与解放路交叉口西北侧", "land_area_mu": 30,
            "investment_cny_10k": 12000, "classes": 24, "seats": 1080, "plan_year": 2023}  # fmt: skip
    assert {key: record[key] for key in told} == told
    assert list(record["location"]) == KEYS
    assert record["location"]["quadrant"] == "NW"
    assert (record["source"]["section"], record["source"]["paragraph"]) == ("一", 3)
    first, last = record["source"]["span"]
    assert PLAN[first:last].startswith("（1）城东小学")
    assert [total["subject"] for total in answer["totals"]] == ["学校"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_every_line_has_one_answer_in_its_order(run, tmp_path, encoding):
    lines = ["A路以东\u2028B路以北", "", "　", "甲路与乙路交叉口\x0b", "东至丙街"]
    file = tmp_path / "phrases.txt"
    file.write_bytes("\r\n".join(lines).encode(encoding))
    result = run("parse-locations", file)
    answers = [json.loads(line) for line in result.stdout.split("\n")[:-1]]
    assert (result.exit_code, result.stderr) == (0, "")
    assert [answer["text"] for answer in answers] == lines
    assert all(list(answer) == KEYS for answer in answers)


def test_phrases_come_from_standard_input_too(run):
    result = run("parse-locations", "-", given="洪河大道与金沙路交叉口西北侧\n".encode())
    assert json.loads(result.stdout)["roads"] == ["洪河大道", "金沙路"]


@pytest.mark.parametrize("command", ["parse-plan", "parse-locations"])
@pytest.mark.parametrize("content", [None, bytes(range(256)) * 9, b"PK\x03\x04 no archive"])
def test_what_is_no_text_is_refused_in_one_line(run, tmp_path, command, content):
    file = tmp_path / "odd.docx"
    if content is not None:
        file.write_bytes(content)
    result = run(command, file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1 and "odd.docx" in result.stderr


def test_the_layers_fit_the_totals_that_the_plan_states(run):
    result = run("audit")
    found = json.loads(result.stdout)["findings"]
    totals = [finding for finding in found if finding["code"] == "total"]
    assert len(totals) == 19 and {finding["verdict"] for finding in totals} == {"agrees"}
    assert [finding for finding in found if finding["verdict"] == "differs"] == []
    (cluster,) = [finding for finding in found if "385" in finding["message"]]
    assert (cluster["verdict"], cluster["figures"]["found_cny_10k"]) == ("explained", 3_350_000)
    assert {place["feature"] for place in cluster["places"]} >= {"logistics_parks/wanbang", "logistics_parks/yuxin"}
    (corner,) = [finding for finding in found if finding["code"] == "same_corner"]
    assert [place["paragraph"] for place in corner["places"]] == [296, 297]
    assert (result.exit_code, len(result.stderr.splitlines())) == (
        1,
        len([finding for finding in found if finding["verdict"] == "note"]),
    )


def test_a_plan_is_held_against_itself_and_against_the_layers(run, tmp_path):
    file = tmp_path / "plan.txt"
    file.write_text(
        "七、教育\n2021年新建2所学校，新增学位3000个：\n"
        "（1）建业第二初中：位于乐山大道与古槐路交叉口东南侧，占地43亩，设27个班，1350个学位。\n"
        "（2）新星小学：位于建设路北侧，占地30亩，设24个班，1080个学位。\n",
        encoding="utf-8",
    )
    result = run("audit", file)
    found = {finding["code"]: finding for finding in json.loads(result.stdout)["findings"]}
    assert result.exit_code == 1
    totals = [finding for finding in json.loads(result.stdout)["findings"] if finding["code"] == "total"]
    assert [(finding["verdict"], finding["figures"]) for finding in totals] == [
        ("agrees", {"stated": 2, "found": 2}),
        ("differs", {"stated": 3000, "found": 2430}),
    ]
    assert found["layer_differs"]["figures"] == {"stated": 43, "found": 42}
    assert [place["feature"] for place in found["layer_differs"]["places"]] == [None, "schools/2022-1"]
    assert "新星小学" in found["not_in_layer"]["message"]

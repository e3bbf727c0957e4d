"""The forms that change features, as an editor sees them: faults at their fields, both versions of a conflict, undo."""

import html
import json
import re
import zipfile
from io import BytesIO, StringIO

import ezdxf
import geopandas
import pytest
import shapely

from geo.analysis.measuring import to_plane
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange
from geo.service.editing import read_now
from geo.web.current import live_store

FEATURE = "schools/2023-1"
EDIT, PLACE, RETIRE = (f"/editing/{what}/{FEATURE}" for what in ("attributes", "place", "retire"))
BOX = shapely.box(114.01, 33.01, 114.013, 33.012)
OTHER = shapely.box(114.02, 33.01, 114.023, 33.012)


def now(office, feature_id="2023-1"):
    with office.app_context():
        return read_now(live_store(), "schools", feature_id)


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's form if nothing were typed; several inputs of one name are left out."""
    inputs = re.findall(r"<(?:input|select|textarea)[^>]*>", page)
    names = [re.search(r'name="([^"]+)"', each) for each in inputs]
    form = {}
    for tag, name in zip(inputs, names, strict=True):
        if name is None or ('type="radio"' in tag and "checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        form[name[1]] = html.unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        form[name] = chosen[1] if chosen else re.search(r'<option value="([^"]*)"', options)[1]
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.S):
        form[name] = html.unescape(text)
    return {name: value for name, value in form.items() if not name.startswith("_curve")}


def faults(answer):
    return set(re.findall(r'data-testid="fault-(\w+)"', answer.text))


def undo_of(page: str) -> str:
    return re.search(r'action="(/status/undo/\d+)"', page)[1]


def test_a_form_sent_as_it_came_changes_nothing(office, editor):
    before = now(office)
    for address in (EDIT, "/editing/attributes/roads/" + _road(office)):
        answer = editor.post(address, data=form_of(editor.get(address).text))
        assert answer.status_code == 303
        assert "没有改动" in editor.get(answer.location).text
    assert now(office) == before


def _road(office):
    with office.app_context():
        return live_store().read_page("roads", FeatureQuery(limit=1)).ids[0]


def test_every_field_of_every_layer_has_a_control_and_comes_back_unchanged(office, editor):
    with office.app_context():
        store = live_store()
        first = {layer.id: store.read_page(layer.id, FeatureQuery(limit=1)).ids for layer in store.catalog.values()}
    for layer_id, ids in first.items():
        for feature_id in ids:
            address = f"/editing/attributes/{layer_id}/{feature_id}"
            answer = editor.post(address, data=form_of(editor.get(address).text))
            assert answer.status_code == 303, layer_id
            assert "没有改动" in editor.get(answer.location).text, layer_id
        assert editor.get(f"/editing/new/{layer_id}").status_code == 200


def test_unit_and_officer_are_unknown_until_somebody_enters_them(office, editor):
    page = editor.get(f"/features/{FEATURE}").text
    assert re.search(r'data-field="responsible_unit">未填<', page)
    form = form_of(editor.get(EDIT).text) | {"responsible_unit": "区教体局", "responsible_officer": "王芳"}
    answer = editor.post(EDIT, data=form | {"_source": "区办〔2023〕12号"})
    page = editor.get(answer.location).text
    assert "修改已保存" in page and "区教体局" in page and "王芳" in page
    found = office.test_client().get("/ogc/collections/schools/items?responsible_unit=区教体局").get_json(force=True)
    assert [each["id"] for each in found["features"]] == ["2023-1"]
    assert "区教体局" in office.test_client().get("/export/file?layers=schools&format=csv").text
    editor.post(undo_of(page))
    assert now(office)["responsible_unit"] is None
    page = editor.get(f"/features/{FEATURE}").text
    assert "已撤销" in page
    editor.post(undo_of(page))
    assert now(office)["responsible_unit"] == "区教体局"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": ""}, {"name"}),
        ({"seats": "一千", "land_area_mu": "-3"}, {"seats"}),
        ({"land_area_mu": "-3", "_cause": "勘误"}, {"land_area_mu"}),
        ({"seats": "900"}, {"_cause"}),
        ({"level": "college"}, {"level"}),
        ({"planned_finish": "2020-01-01"}, {"planned_finish"}),
        ({"_curve_day": ["2023-06-30", "2023-03-31"], "_curve_pct": ["40", "60"]}, {"progress_curve"}),
    ],
)
def test_every_fault_stands_at_its_field_and_what_was_typed_stays(office, editor, fields, named):
    before = now(office)
    answer = editor.post(EDIT, data=form_of(editor.get(EDIT).text) | fields)
    assert (answer.status_code, faults(answer)) == (400, named)
    for value in fields.values():
        for each in value if isinstance(value, list) else [value]:
            assert each in answer.text
    assert now(office) == before


def test_the_curve_is_written_in_rows_and_shown_in_rows(office, editor):
    form = form_of(editor.get(EDIT).text)
    rows = {"_curve_day": ["2023-06-30", "", "2023-09-30"], "_curve_pct": ["40", "", "75%"]}
    editor.post(EDIT, data=form | rows)
    assert now(office)["progress_curve"] == "2023-06-30 40; 2023-09-30 75%"
    assert "2023-06-30 40; 2023-09-30 75%" in editor.get(f"/features/{FEATURE}").text
    page = editor.get(EDIT).text
    assert re.search(r'name="_curve_day" value="2023-09-30"', page) and re.search(
        r'name="_curve_pct"[^>]* value="75"', page
    )


def test_what_the_plan_says_stands_at_its_field(editor):
    page = editor.get(EDIT).text
    assert "规划：1,620 个学位" in page and "按年份推定" in page and "七(二)1" in page


def test_who_was_slower_sees_both_versions_and_chooses_field_by_field(office, editor):
    form = form_of(editor.get(EDIT).text)
    with office.app_context():
        change = FeatureChange("schools", "2023-1", 1, {"responsible_unit": "区住建局", "seats": 1700})
        live_store().write([change], Act("李工", "批复"))
    wanted = {"responsible_unit": "区教体局", "responsible_officer": "王芳", "_cause": "责任分工"}
    answer = editor.post(EDIT, data=form | wanted)
    assert answer.status_code == 409
    for words in ("区住建局", "区教体局", "李工", "1,700", "1,620", "您没有改这一项"):
        assert words in answer.text
    again = form_of(answer.text)
    assert "seats" not in again and again["_cause"] == "责任分工"
    editor.post(EDIT, data=again | {"_take_responsible_unit": "theirs"})
    after = now(office)
    assert [after[name] for name in ("responsible_unit", "responsible_officer", "seats")] == ["区住建局", "王芳", 1700]
    answer = editor.post(EDIT, data=again)
    assert answer.status_code == 409
    editor.post(EDIT, data=form_of(answer.text))
    assert now(office)["responsible_unit"] == "区教体局"


def test_a_form_without_its_revision_is_refused(editor):
    assert editor.post(EDIT, data={"name": "新名"}).status_code == 400
    assert editor.post(EDIT, data={"name": "新名", "_revision": "x"}).status_code == 400


def placing(**more):
    return {"_revision": "1", "_basis": "placed", "_geometry": shapely.to_geojson(BOX), **more}


def test_a_drawn_place_is_kept_with_its_accuracy_and_taken_back(office, editor):
    before = now(office)
    answer = editor.post(PLACE, data=placing(_accuracy="15", _cause="现场踏勘"))
    assert answer.status_code == 303
    after = now(office)
    assert (after["location_basis"], after["location_accuracy_m"], after["geom"]) == ("placed", 15.0, BOX)
    assert "editor" in after["location_note"]
    page = editor.get(answer.location).text
    assert "重叠" not in page
    editor.post(undo_of(page))
    assert now(office) | {"revision": 1} == before


def test_a_place_on_the_parcel_of_another_is_said_where_it_was_saved(office, editor):
    editor.post(PLACE, data=placing())
    answer = editor.post(PLACE.replace("2023-1", "2023-2"), data=placing())
    assert "位置已保存" in (page := editor.get(answer.location).text) and "重叠约" in page


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"_basis": "surveyed"}, {"_accuracy", "_source"}),
        ({"_basis": "surveyed", "_accuracy": "0.05"}, {"_source"}),
        ({"_basis": "located"}, {"_basis"}),
        ({"_accuracy": "-1"}, {"_accuracy"}),
        ({"_accuracy": "一米"}, {"_accuracy"}),
        ({"_geometry": ""}, {"form"}),
        ({"_geometry": "{"}, {"form"}),
        ({"_geometry": '{"type":"Point","coordinates":[114,33]}'}, {"form"}),
        ({"_geometry": '{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,1],[1,0],[0,0]]]}'}, {"form"}),
    ],
)
def test_a_place_that_cannot_be_is_refused_and_the_drawing_stays(office, editor, more, named):
    answer = editor.post(PLACE, data=placing(**more))
    assert (answer.status_code, faults(answer)) == (400, named)
    assert html.escape(placing(**more)["_geometry"], quote=True).replace("&quot;", "&#34;") in answer.text
    assert now(office)["revision"] == 1


def test_what_is_surveyed_gives_way_to_a_survey_only(office, editor):
    survey = {"_basis": "surveyed", "_accuracy": "0.05", "_source": "勘测定界图 2023-07"}
    assert editor.post(PLACE, data=placing(**survey)).status_code == 303
    drawn = placing(_revision="2", _geometry=shapely.to_geojson(OTHER))
    answer = editor.post(PLACE, data=drawn)
    assert (answer.status_code, faults(answer)) == (400, {"form"})
    assert editor.post(PLACE, data=drawn | survey).status_code == 303
    assert now(office)["geom"] == OTHER


def test_a_place_drawn_over_somebody_elses_is_not_lost(office, editor):
    with office.app_context():
        live_store().write([FeatureChange("schools", "2023-1", 1, {"location_note": "改"}, OTHER)], Act("李工"))
    answer = editor.post(PLACE, data=placing(_accuracy="15"))
    assert answer.status_code == 409 and "李工" in answer.text and 'data-testid="conflict-geom"' in answer.text
    again = form_of(answer.text)
    assert shapely.from_geojson(again["geom"]) == BOX
    answer = editor.post(PLACE, data=again | {"_take_geom": "theirs"})
    assert answer.status_code == 303 and now(office)["geom"] == OTHER
    editor.post(PLACE, data=again)
    assert (now(office)["geom"], now(office)["location_accuracy_m"]) == (BOX, 15.0)


def upload(editor, address, name, content):
    return editor.post(
        address,
        data={"file": (BytesIO(content), name)},
        content_type="multipart/form-data",
        headers={"Accept": "application/json"},
    )


def collection(*shapes):
    features = [
        {"type": "Feature", "properties": {"名称": f"地块{number}"}, "geometry": json.loads(shapely.to_geojson(shape))}
        for number, shape in enumerate(shapes, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_the_shapes_of_a_file_are_shown_beside_the_present_one_and_nothing_is_written(office, editor):
    address = f"/editing/boundary/{FEATURE}"
    answer = upload(editor, address, "红线.geojson", collection(BOX, OTHER)).get_json()
    assert [(each["row"], each["name"]) for each in answer["boundaries"]] == [(1, "地块1"), (2, "地块2")]
    # 0.003° x 0.002° at 33° N: 280.3 m x 221.8 m, by hand.
    assert answer["boundaries"][0]["areaMu"] == pytest.approx(280.3 * 221.8 / (2000 / 3), rel=2e-3)
    assert answer["boundaries"][0]["movedM"] > 0
    assert now(office)["revision"] == 1
    new = upload(editor, "/editing/boundary/schools", "红线.geojson", collection(BOX)).get_json()
    assert new["boundaries"][0]["movedM"] is None


def kml(shape):
    points = " ".join(f"{lon},{lat}" for lon, lat in shape.exterior.coords)
    ring = f"<outerBoundaryIs><LinearRing><coordinates>{points}</coordinates></LinearRing></outerBoundaryIs>"
    place = f"<Placemark><name>红线</name><Polygon>{ring}</Polygon></Placemark>"
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{place}</Document></kml>'.encode()


def dxf(shape):
    """A closed polyline in EPSG:4526, as a surveyor's drawing has it, and a line that is no area."""
    corners = to_plane(shape, "EPSG:4526").exterior.coords[:-1]
    drawing = ezdxf.new()
    drawing.modelspace().add_lwpolyline(corners, close=True, dxfattribs={"layer": "红线"})
    drawing.modelspace().add_line(*corners[:2], dxfattribs={"layer": "标注"})
    text = StringIO()
    drawing.write(text)
    return text.getvalue().encode()


def zipped_shapefile(shape, tmp_path):
    geopandas.GeoDataFrame({"名称": ["红线"]}, geometry=[shape], crs="EPSG:4490").to_file(
        tmp_path / "a.shp", encoding="UTF-8"
    )
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("a.*"):
            archive.write(part, part.name)
    return packed.getvalue()


@pytest.mark.parametrize("name", ["红线.kml", "红线.dxf", "红线.zip"])
def test_a_boundary_comes_in_any_form_that_offices_use(editor, tmp_path, name):
    made = {".kml": kml, ".dxf": dxf, ".zip": lambda shape: zipped_shapefile(shape, tmp_path)}[name[-4:]](BOX)
    answer = upload(editor, f"/editing/boundary/{FEATURE}", name, made).get_json()
    (found,) = answer["boundaries"]
    assert found["name"] == "红线" and found["fault"] is None
    shape = shapely.from_geojson(json.dumps(found["geometry"]))
    assert shape.symmetric_difference(BOX).area < BOX.area * 1e-5


def test_a_shape_that_crosses_itself_says_so(editor):
    bow = shapely.Polygon([(114, 33), (114.01, 33.01), (114, 33.01), (114.01, 33)])
    (found,) = upload(editor, f"/editing/boundary/{FEATURE}", "a.geojson", collection(bow)).get_json()["boundaries"]
    assert "自相交" in found["fault"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.geojson", b"{"),
        ("a.geojson", collection()),
        ("a.geojson", collection(shapely.Point(114, 33))),
        ("a.exe", b"MZ"),
        ("a.zip", b"PK"),
    ],
)
def test_a_file_without_a_boundary_is_refused_in_one_sentence(editor, name, content):
    answer = upload(editor, f"/editing/boundary/{FEATURE}", name, content)
    assert answer.status_code == 400
    assert name in answer.get_json()["detail"] and "/tmp" not in answer.get_json()["detail"]


def test_no_file_and_a_layer_of_lines(office, editor):
    answer = editor.post(f"/editing/boundary/{FEATURE}", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert editor.get(f"/editing/place/roads/{_road(office)}").status_code == 400


def test_a_new_feature_with_and_without_a_place(office, editor):
    page = editor.get("/editing/new/schools").text
    form = form_of(page) | {"name": "启明小学", "plan_year": "2024", "seats": "900"}
    answer = editor.post("/editing/new/schools", data={key: value for key, value in form.items() if key != "_geometry"})
    assert answer.status_code == 303 and answer.location.startswith("/features/schools/2024-")
    made = now(office, answer.location.rpartition("/")[2])
    assert (made["name"], made["location_basis"], made["planned_dates_assumed"]) == ("启明小学", "unlocated", True)
    assert "已新增" in editor.get(answer.location).text
    answer = editor.post("/editing/new/schools", data=form | placing(_id="q-1", _accuracy="20"))
    assert answer.location == "/features/schools/q-1"
    assert (now(office, "q-1")["location_accuracy_m"], now(office, "q-1")["geom"]) == (20.0, BOX)
    answer = editor.post("/editing/new/schools", data=form | placing(_id="q-1", seats="x"))
    assert faults(answer) == {"seats"}
    answer = editor.post("/editing/new/schools", data=form | placing(_id="q-1", name="", _accuracy="-1"))
    assert faults(answer) == {"_accuracy"}
    answer = editor.post("/editing/new/schools", data=form | placing(_id="q-1", name=""))
    assert faults(answer) == {"_id", "name"}
    assert 'value="q-1"' in answer.text


def test_a_merger_is_said_on_every_page_and_taken_back(office, editor):
    editor.post("/status/schools/2023/2023-1", data={"stage": "started", "progress_pct": "30"})
    form = form_of(editor.get(RETIRE).text)
    form |= {"retired_on": "2024-02-01", "successor": "2021-1", "_cause": "两校合并", "_source": "批复3号"}
    answer = editor.post(RETIRE, data=form | {"other": ["schools/2022-1", ""]})
    assert answer.status_code == 303
    page = editor.get(answer.location).text
    for words in ("2024-02-01", "两校合并", "批复3号", "editor", 'href="/features/schools/2021-1"', "已停用 2 个要素"):
        assert words in page
    assert office.test_client().get(f"/features/{FEATURE}").status_code == 200
    for address in (
        "/ogc/search?q=2023-1",
        "/ogc/collections/schools/items?limit=100",
        "/export/file?layers=schools&format=csv",
    ):
        assert "宏志小学" not in office.test_client().get(address).text
    assert "宏志小学" in office.test_client().get("/export/file?layers=schools&format=csv&include_retired=true").text
    successor = office.test_client().get("/features/schools/2021-1").text
    assert successor.count("2024-02-01 停用") == 2 and "2023 年填报：开工 30%" in successor
    retired = page[page.index('data-testid="retired"') :]
    assert editor.post(undo_of(retired)).status_code == 303
    assert now(office)["retired_on"] is None and now(office, "2022-1")["retired_on"] is None


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({}, 400, {"_cause"}),
        ({"_cause": "错", "successor": "2023-1", "retired_on": "2999-01-01"}, 400, {"successor", "retired_on"}),
        ({"_cause": "错", "other": "nothing"}, 400, {"others"}),
        ({"_cause": "错", "_revision": "7"}, 409, {"form"}),
    ],
)
def test_a_retirement_that_cannot_be_is_refused(office, editor, fields, status, named):
    answer = editor.post(RETIRE, data=form_of(editor.get(RETIRE).text) | fields)
    assert (answer.status_code, faults(answer)) == (status, named)
    assert now(office)["retired_on"] is None

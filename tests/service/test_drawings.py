"""Drawings as survey offices make them: blocks, filled figures, arcs, layers, names written into parcels."""

from math import pi

import ezdxf
import pytest
from ezdxf.xclip import XClip

from geo.model.file_finding import RefusedFile
from geo.service.inspecting import inspect_file
from geo.service.opened_files import Asked, opened

EXTENT = (113.9, 32.9, 114.2, 33.2)
X, Y = 38501000, 3657000


@pytest.fixture
def drawing():
    return ezdxf.new("R2010")


def square(west, south, side):
    return [(west, south), (west + side, south), (west + side, south + side), (west, south + side)]


def read(drawing, tmp_path, layer=None):
    """Layer, kind, text, type of geometry, area and south-western corner of each figure; codes of what is told."""
    path = tmp_path / "图.dxf"
    drawing.saveas(path)
    with opened(path, Asked(layer=layer), EXTENT) as file:
        figures = [
            (fields["Layer"][row], fields["Entity"][row], fields["Text"][row], shape.geom_type, shape.area,
             (shape.bounds[0] - X, shape.bounds[1] - Y))
            for batch in file.batches()
            for fields in (batch.fields,)
            for row, shape in enumerate(batch.shapes)
        ]  # fmt: skip
        return figures, {finding.code for finding in file.findings}, file.incoming.layers


def test_a_block_is_read_as_the_figures_that_it_has_where_they_lie(drawing, tmp_path):
    block = drawing.blocks.new("宗地", base_point=(10, 10))
    block.add_lwpolyline(square(10, 10, 100), close=True)
    block.add_text("第一小学", height=3, dxfattribs={"layer": "注记"}).set_placement((40, 40))
    space = drawing.modelspace()
    space.add_blockref("宗地", (X, Y), dxfattribs={"layer": "ZD"})
    turned = {"layer": "ZD", "rotation": 90, "xscale": 2, "yscale": 2}
    space.add_blockref("宗地", (X + 500, Y), dxfattribs=turned)
    figures, told, _ = read(drawing, tmp_path)
    assert [each[:4] for each in figures[:2]] == [
        ("ZD", "LWPOLYLINE", "第一小学", "Polygon"), ("注记", "TEXT", "第一小学", "Point"),
    ]  # fmt: skip
    assert [each[4:] for each in figures[::2]] == [
        (pytest.approx(10_000), pytest.approx((0, 0))), (pytest.approx(40_000), pytest.approx((300, 0))),
    ]  # fmt: skip
    assert "block_exploded" in told and "entity_not_read" not in told


def test_blocks_in_blocks_and_in_rows_are_read_and_signs_stay_points(drawing, tmp_path):
    drawing.blocks.new("宗地").add_lwpolyline(square(0, 0, 20), close=True)
    drawing.blocks.new("界址点").add_circle((0, 0), 0.5)
    rows = drawing.blocks.new("一排")
    rows.add_blockref("宗地", (0, 0))
    rows.add_blockref("宗地", (0, 100))
    space = drawing.modelspace()
    space.add_blockref("一排", (X, Y), dxfattribs={"column_count": 3, "column_spacing": 50})
    space.add_blockref("界址点", (X, Y))
    space.add_blockref("没有这个块", (X + 1, Y))
    figures, told, _ = read(drawing, tmp_path)
    corners = sorted((round(west), round(south)) for _, kind, *_, (west, south) in figures if kind == "LWPOLYLINE")
    assert corners == [(0, 0), (0, 100), (50, 0), (50, 100), (100, 0), (100, 100)]
    assert [(text, shape) for _, kind, text, shape, *_ in figures if kind == "INSERT"] == [
        ("界址点", "Point"), ("没有这个块", "Point"),
    ]  # fmt: skip
    assert {"block_exploded", "entity_not_read"} <= told


def test_blocks_in_themselves_and_a_million_of_one_stay_points(drawing, tmp_path):
    for name, other in (("甲", "乙"), ("乙", "甲")):
        block = drawing.blocks.new(name)
        block.add_blockref(other, (0, 0))
        block.add_lwpolyline(square(0, 0, 20), close=True)
    drawing.modelspace().add_blockref("甲", (X, Y))
    drawing.modelspace().add_blockref("甲", (X, Y), dxfattribs={"column_count": 1000, "row_count": 1000})
    figures, told, _ = read(drawing, tmp_path)
    assert [each[1] for each in figures] == ["INSERT", "INSERT"] and "entity_not_read" in told


def test_blocks_that_multiply_stay_points(drawing, tmp_path):
    drawing.blocks.new("0").add_lwpolyline(square(0, 0, 20), close=True)
    for depth in range(1, 5):  # the last one has 30⁴ squares
        block = drawing.blocks.new(str(depth))
        for number in range(30):
            block.add_blockref(str(depth - 1), (number, 0))
    for number in range(2):
        drawing.modelspace().add_blockref("4", (X + number, Y))
    figures, told, _ = read(drawing, tmp_path)
    assert [each[1] for each in figures] == ["INSERT"] * 2 and "entity_not_read" in told


def test_filled_figures_are_areas_and_what_lies_in_a_hatch_is_a_hole(drawing, tmp_path):
    space = drawing.modelspace()
    space.add_solid([(X, Y), (X + 10, Y), (X, Y + 10), (X + 10, Y + 10)])  # DXF writes the last two crosswise
    space.add_3dface(square(X, Y, 10))
    hatch = space.add_hatch()
    for side in (100, 20):
        hatch.paths.add_polyline_path(square(X, Y + 200, side), is_closed=True)
    figures, _, _ = read(drawing, tmp_path)
    assert [(kind, area) for _, kind, _, _, area, _ in figures] == [
        ("SOLID", 100), ("3DFACE", 100), ("HATCH", 100**2 - 20**2),
    ]  # fmt: skip


def test_arcs_become_chords_and_how_far_they_are_off_is_told(drawing, tmp_path):
    space = drawing.modelspace()
    space.add_lwpolyline([(X, Y, 0, 0, 1), (X + 100, Y, 0, 0, 1)], close=True)  # two half circles
    space.add_ellipse((X + 200, Y), (50, 0), 0.5)
    figures, told, _ = read(drawing, tmp_path)
    perimeters = 2 * pi * 50
    for (*_, area, _), wanted in zip(figures, (pi * 50**2, pi * 50 * 25), strict=True):
        assert 0 < wanted - area < 0.01 * perimeters
    assert "curve_flattened" in told


def test_a_layer_is_chosen_and_its_parcels_are_named_by_the_texts_of_another(drawing, tmp_path):
    space = drawing.modelspace()
    space.add_lwpolyline(square(X - 500, Y - 500, 1000), close=True, dxfattribs={"layer": "XZQ"})
    for number, name in enumerate(("第一小学", "第二小学")):
        west = X + 100 * number
        space.add_lwpolyline(square(west, Y, 50), close=True, dxfattribs={"layer": "ZD"})
        space.add_text(f"410{number}", height=2, dxfattribs={"layer": "ZJ"}).set_placement((west + 10, Y + 20))
        space.add_mtext(name, dxfattribs={"layer": "ZJ", "insert": (west + 10, Y + 40)})
        space.add_line((west, Y), (west + 50, Y), dxfattribs={"layer": "JZX"})
    figures, told, layers = read(drawing, tmp_path, "ZD")
    assert [each[:4] for each in figures] == [
        ("ZD", "LWPOLYLINE", "第一小学 4100", "Polygon"), ("ZD", "LWPOLYLINE", "第二小学 4101", "Polygon"),
    ]  # fmt: skip
    assert layers == ("图", "XZQ", "ZD", "ZJ", "JZX") and "text_inside" in told
    figures, told, _ = read(drawing, tmp_path)
    assert [text for layer, _, text, *_ in figures if layer == "XZQ"] == [None] and "several_layers" in told
    with pytest.raises(RefusedFile, match="XZQ, ZD, ZJ, JZX"):
        read(drawing, tmp_path, "DGX")
    found = inspect_file(tmp_path / "图.dxf", Asked(layer="ZD"), EXTENT)
    assert found.geometry_types == {"Polygon": 2}


def test_a_block_of_which_a_part_is_shown_is_told_also_within_another(drawing, tmp_path):
    drawing.blocks.new("宗地").add_lwpolyline(square(0, 0, 100), close=True)
    inner = drawing.blocks.new("外").add_blockref("宗地", (0, 0))
    space = drawing.modelspace()
    for reference in (inner, space.add_blockref("宗地", (X, Y))):
        XClip(reference).set_block_clipping_path([(0, 0), (50, 50)])
    space.add_blockref("外", (X + 200, Y))
    space.add_blockref("宗地", (X + 400, Y))
    figures, _, _ = read(drawing, tmp_path)
    assert [area for *_, area, _ in figures] == [10_000] * 3
    found = inspect_file(tmp_path / "图.dxf", Asked(), EXTENT)
    (told,) = (finding for finding in found.findings if finding.code == "clip_not_applied")
    assert str(told.remark).startswith("2 个")


@pytest.mark.parametrize(
    ("draw", "is_told"),
    [
        (lambda space: space.add_lwpolyline(square(X, Y, 9), close=True), False),
        (lambda space: space.add_lwpolyline(square(X, Y, 9), close=True, dxfattribs={"elevation": 87.5}), True),
        (lambda space: space.add_polyline3d([(X, Y, 0), (X + 9, Y, 87.5), (X, Y + 9, 0)], close=True), True),
        (lambda space: space.add_point((X, Y, 87.5)), True),
        (lambda space: space.add_text("点", dxfattribs={"insert": (X, Y, 87.5)}), True),
        (lambda space: space.add_line((X, Y, 0), (X, Y + 9, 1)), True),
    ],
)
def test_heights_of_a_drawing_are_told(drawing, tmp_path, draw, is_told):
    draw(drawing.modelspace())
    assert ("height_left_out" in read(drawing, tmp_path)[1]) == is_told

"""What stands on and around the map: scale bar, north arrow, title, legend, notes, warning."""

import math

from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from geo.exchange.map_picture import layout, signs
from geo.exchange.map_picture.content import Key, Picture, Section
from geo.exchange.map_picture.labels import Box, width_mm
from geo.exchange.map_picture.sheet import Sheet

HALO = [withStroke(linewidth=1.8, foreground=signs.PAPER)]

BAR_MM, BAR_THICK_MM = (5.0, 5.0), 1.2
"""Place of the scale bar from the lower left corner of the map."""
ARROW_MM, ARROW_LONG_MM = (6.5, 8.5), 8.0
"""Place of the arrow's middle from the upper right corner of the map."""
SIGN_MM = 6.0
LEGEND_ROW_MM, LEGEND_HEAD_MM, LEGEND_PT = 4.1, 5.0, 6.6


def on_map(sheet: Sheet) -> None:
    """Scale bar and north arrow, on the map's corners."""
    _scale_bar(sheet)
    _north_arrow(sheet)


def covered(picture: Picture) -> list[Box]:
    """Where no name may stand."""
    frame, bar = picture.frame, picture.scale_bar
    left, bottom = frame.left_mm, frame.bottom_mm
    right, top = left + frame.width_mm, bottom + frame.height_mm
    length = bar.plane_m * frame.mm_per_m
    return [
        (left, bottom, left + BAR_MM[0] + length + 14, bottom + BAR_MM[1] + 6.5),
        (right - ARROW_MM[0] * 2, top - ARROW_MM[1] * 2, right, top),
    ]


def around_map(sheet: Sheet) -> None:
    """Title, legend and notes; a warning stands before the subtitle, in red."""
    picture = sheet.picture
    middle = picture.width_mm / 2
    room = picture.width_mm - 2 * layout.MARGIN_MM
    sheet.text(middle, picture.height_mm - 4.6, _fitting(picture.title, 11, room), 11, ha="center")
    below, colour = picture.subtitle, signs.FAINT_INK
    if picture.warning:
        below, colour = f"{picture.warning} · {below}", signs.INK["red"]
    sheet.text(middle, picture.height_mm - 9.7, _fitting(below, 6.8, room), 6.8, ha="center", color=colour)
    _legend(sheet)
    top = picture.frame.bottom_mm - 2.6
    for at, note in enumerate(picture.notes):
        sheet.text(layout.MARGIN_MM, top - at * layout.NOTE_LINE_MM, note, layout.NOTE_PT, color=signs.FAINT_INK)


def _fitting(words: str, size: float, room_mm: float) -> str:
    """Words that fit into a line, shortened where they do not."""
    if width_mm(words, size) <= room_mm:
        return words
    while words and width_mm(words, size) > room_mm - 3:
        words = words[:-1]
    return f"{words}…"


def _scale_bar(sheet: Sheet) -> None:
    """Two fields, black and white, over the length of the bar; its words at the end, the scale in figures above."""
    frame, bar = sheet.frame, sheet.picture.scale_bar
    x, y = frame.left_mm + BAR_MM[0], frame.bottom_mm + BAR_MM[1]
    length = bar.plane_m * frame.mm_per_m
    for at, colour in ((0, signs.TEXT_INK), (length / 2, signs.PAPER)):
        field = Rectangle((x + at, y), length / 2, BAR_THICK_MM, facecolor=colour, edgecolor=signs.TEXT_INK)
        field.set(linewidth=0.5, zorder=35)
        sheet.axes.add_patch(field)
    sheet.text(x, y - 1.9, "0", 5.8, ha="center", path_effects=HALO)
    sheet.text(x + length, y - 1.9, bar.words, 5.8, ha="center", path_effects=HALO)
    sheet.text(x, y + 3.2, sheet.picture.scale_words, 5.8, path_effects=HALO)


def _north_arrow(sheet: Sheet) -> None:
    """Points to true north, which in a plane is not quite upwards."""
    frame, half = sheet.frame, ARROW_LONG_MM / 2
    x = frame.left_mm + frame.width_mm - ARROW_MM[0]
    y = frame.bottom_mm + frame.height_mm - ARROW_MM[1]
    turn = math.radians(sheet.picture.north_deg)

    def turned(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * math.cos(turn) + dy * math.sin(turn), y + dy * math.cos(turn) - dx * math.sin(turn)

    for side, colour in ((-1, signs.TEXT_INK), (1, signs.PAPER)):
        corners = [turned(0, half), turned(side * 2.2, -half), turned(0, -half * 0.55)]
        patch = Polygon(corners, closed=True, facecolor=colour, edgecolor=signs.TEXT_INK, linewidth=0.6, zorder=35)
        sheet.axes.add_patch(patch)
    sheet.text(*turned(0, half + 2.0), sheet.picture.north_words, 7.5, ha="center", path_effects=HALO)


def _legend(sheet: Sheet) -> None:
    """Signs and words, a section under the other; tighter where there are many."""
    picture, frame = sheet.picture, sheet.frame
    left = frame.left_mm + frame.width_mm + 2.5
    top, bottom = frame.bottom_mm + frame.height_mm, layout.MARGIN_MM
    wanted = sum(_height(section) for section in picture.legend)
    tight = min(1.0, (top - bottom) / wanted) if wanted else 1.0
    size, y = LEGEND_PT * max(tight, 0.72), top
    room = layout.LEGEND_MM - SIGN_MM - 2
    for section in picture.legend:
        y -= LEGEND_HEAD_MM * tight * 0.6
        sheet.text(left, y, _fitting(section.title, size, layout.LEGEND_MM), size)
        y -= LEGEND_HEAD_MM * tight * 0.4
        for key in section.keys:
            y -= LEGEND_ROW_MM * tight / 2
            _sign(sheet, key, left, y, tight)
            sheet.text(left + SIGN_MM + 1.5, y, _fitting(key.words, size, room), size)
            y -= LEGEND_ROW_MM * tight / 2
        for line in layout.broken(section.note, size - 0.8, layout.LEGEND_MM):
            y -= LEGEND_ROW_MM * tight * 0.8
            sheet.text(left, y + 0.8, line, size - 0.8, color=signs.FAINT_INK)
        y -= 1.2 * tight


def _height(section: Section) -> float:
    lines = len(layout.broken(section.note, LEGEND_PT - 0.8, layout.LEGEND_MM))
    return LEGEND_HEAD_MM + len(section.keys) * LEGEND_ROW_MM + lines * LEGEND_ROW_MM * 0.8 + 1.2


def _sign(sheet: Sheet, key: Key, left: float, y: float, tight: float) -> None:
    """The sign of a row of the legend, drawn as on the map."""
    x, half = left + SIGN_MM / 2, 1.35 * tight
    box = Path([(left, y - half), (left + SIGN_MM, y - half), (left + SIGN_MM, y + half), (left, y + half),
                (left, y - half)], closed=True)  # fmt: skip
    patches = {
        "lamp": lambda: signs.marker(key.value, x, y, schematic=False, colour=""),
        "basis": lambda: signs.outline(box, "none", key.value, signs.FAINT_INK),
        "hatch": lambda: signs.outline(box, "none", "schematic", key.value),
        "accuracy": lambda: signs.accuracy_circle(x, y, half + 0.2),
        "area": lambda: Rectangle((left, y - half), SIGN_MM, 2 * half, facecolor="none", edgecolor=key.value),
    }
    if key.sign in patches:
        patch = patches[key.sign]()
        if key.sign == "basis" and key.value != "schematic":
            patch.set_facecolor(signs.PAPER)
        patch.set_zorder(40)
        sheet.axes.add_patch(patch)
        return
    for colour, width, dashes in _line_signs(key):
        line = Line2D([left, left + SIGN_MM], [y, y], color=colour, linewidth=width, linestyle=dashes, zorder=40)
        sheet.axes.add_line(line)


def _line_signs(key: Key) -> list[tuple[str, float, object]]:
    if key.sign == "road":
        return [(signs.ROAD_EDGE, 3.6, "solid"), (signs.PAPER, 2.4, "solid")]
    if key.sign == "railway":
        return [(key.value, 2.0, "solid"), (signs.PAPER, 1.1, (0, (3, 3)))]
    return [(key.value, 1.2, "solid")]

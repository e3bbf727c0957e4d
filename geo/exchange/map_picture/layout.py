"""Where things stand on the sheet, in mm: title on top, map at the left, legend at the right, notes below the map."""

import unicodedata

from geo.exchange.map_picture.content import Frame, ScaleBar
from geo.exchange.map_picture.labels import width_mm

MARGIN_MM = 3.0
TITLE_MM = 12.5
LEGEND_MM = 42.0
NOTE_PT, NOTE_LINE_MM = 6.3, 3.1
PADDING = 1.08
"""How much larger the window is than what it shows."""
LEAST_WINDOW_M = 600.0
"""No window is smaller: a single point has no extent."""

STEPS = (1, 2, 5)
OPENING = ("Ps", "Pi")
CLOSING = ("Po", "Pe", "Pf")
"""Unicode categories of signs that end no line of Chinese text, and that begin none (GB/T 15834)."""


def frame_on_sheet(bounds: tuple[float, float, float, float], width_mm: float, height_mm: float, notes: int) -> Frame:
    """The map's window on a sheet, showing at least some bounds of the plane, and some air around them.

    Parameters
    ----------
    bounds
        min x, min y, max x, max y in the plane, metres.
    notes
        Lines below the map.
    """
    below = notes * NOTE_LINE_MM + MARGIN_MM + 1.5
    width = width_mm - 2 * MARGIN_MM - LEGEND_MM - 2.5
    height = height_mm - TITLE_MM - below
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    across = max(bounds[2] - bounds[0], LEAST_WINDOW_M) * PADDING
    upwards = max(bounds[3] - bounds[1], LEAST_WINDOW_M) * PADDING
    m_per_mm = max(across / width, upwards / height)
    half_x, half_y = m_per_mm * width / 2, m_per_mm * height / 2
    return Frame((x - half_x, y - half_y, x + half_x, y + half_y), MARGIN_MM, below, width, height)


def round_length(longest_m: float) -> int:
    """The longest round length, 1, 2 or 5 times a power of ten, that is not longer."""
    power = 10 ** (len(str(int(max(longest_m, 1)))) - 1)
    return max(step * power for step in STEPS if step * power <= max(longest_m, 1))


def bar_words(length_m: int) -> str:
    """A length as it stands on a scale bar."""
    return f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m} m"


def scale_words(frame: Frame, bar: ScaleBar) -> str:
    """The scale in figures, rounded to three digits: 1:25 400 on a sheet printed in its own size."""
    scale = bar.true_m / (bar.plane_m * frame.mm_per_m / 1000)
    digits = max(len(str(int(scale))) - 3, 0)
    return f"1:{round(scale, -digits):,.0f}".replace(",", " ")


def broken(text: str, size_pt: float, room_mm: float) -> list[str]:
    """A text in lines of at most some width; no line begins with a closing sign, no number or word is parted."""
    lines, line, used = [], "", 0.0
    for word in _words(text):
        width = width_mm(word, size_pt)
        if line and used + width > room_mm and not closes(word[0]):
            lines.append(line.rstrip())
            line, used = "", 0.0
        line, used = line + word, used + width
    return [*lines, line.rstrip()] if line.strip() else lines


def closes(sign: str) -> bool:
    """Whether a sign belongs to what stands before it."""
    return unicodedata.category(sign) in CLOSING


def opens(sign: str) -> bool:
    """Whether a sign belongs to what comes after it."""
    return unicodedata.category(sign) in OPENING


def _words(text: str) -> list[str]:
    """Chinese signs one by one, everything else up to the next blank in one; what is very long is parted."""
    words: list[str] = []
    for sign in text:
        if words and opens(words[-1][-1]):
            words[-1] += sign
            continue
        joins = words and ord(sign) < 0x2E80 and not sign.isspace() and ord(words[-1][-1]) < 0x2E80
        if joins and not words[-1][-1].isspace() and len(words[-1]) < 24:
            words[-1] += sign
        else:
            words.append(sign)
    return words

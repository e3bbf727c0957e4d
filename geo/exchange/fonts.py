"""The fonts of what the server draws itself: Noto Sans SC and Noto Serif SC (SIL Open Font License), installed by pip.

A picture or PDF therefore looks the same on every machine, whether or not its system has a Chinese font. Signs that the
Chinese fonts lack, such as Arabic letters in a name, come from DejaVu Sans, which Matplotlib brings along.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pylopdf_fonts_zh_cn

UNKNOWN_SIGN = "□"


def sans() -> Path:
    """Upright strokes (黑体): headings, maps, tables."""
    return pylopdf_fonts_zh_cn.sans_path()


def serif() -> Path:
    """Brush strokes (宋体): running text."""
    return pylopdf_fonts_zh_cn.serif_path()


def others() -> Path:
    """Signs of other scripts."""
    return Path(find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"


@cache
def _signs() -> frozenset[int]:
    """Every character that one of the fonts has."""
    from fontTools.ttLib import TTFont  # reading fonts is slow, and few requests need it

    signs: set[int] = set()
    for path in (sans(), others()):
        with TTFont(path, lazy=True) as file:
            signs |= file.getBestCmap().keys()
    return frozenset(signs)


def drawable(text: str) -> str:
    """A text on one line without signs that cannot be drawn; each of those leaves a visible mark."""
    signs = _signs()
    line = " ".join(text.split())
    return "".join(sign if ord(sign) in signs and sign.isprintable() else UNKNOWN_SIGN for sign in line)

"""Chinese numerals."""

import math

import cn2an


def read_numeral(text: str) -> float | None:
    """The number that digits or Chinese numerals write, or None: 1,080 and 1.5, 二百, 一千二 and 百 are read."""
    plain = text.strip().replace(",", "")
    for spelling in (plain, f"1{plain}") if plain else ():  # 百米 says 一百米
        try:
            number = float(cn2an.cn2an(spelling, "smart"))
        except (ValueError, TypeError):
            continue
        return number if math.isfinite(number) else None
    return None

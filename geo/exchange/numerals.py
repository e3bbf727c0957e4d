"""Numbers as Chinese texts write them, in digits or in numerals: 1,080, 二百, 百."""

import math
import re
from functools import lru_cache

DIGITS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")


@lru_cache(maxsize=1024)
def read_numeral(text: str) -> float | None:
    """The number that digits or Chinese numerals write, or None: 1,080 and 1.5, 二百, 一千二 and 百 are read."""
    plain = text.strip().replace(",", "")
    if DIGITS.fullmatch(plain):
        return float(plain)
    from cn2an import cn2an  # loaded where it is used: every start of the program would wait for it

    for spelling in (plain, f"1{plain}") if plain else ():  # 百米 says 一百米
        try:
            number = float(cn2an(spelling, "smart"))
        except (ValueError, TypeError):
            continue
        return number if math.isfinite(number) else None
    return None

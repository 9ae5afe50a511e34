"""Which characters the fonts inside Typst can draw; PDF/UA allows no others."""

import unicodedata
from functools import cache
from typing import Any, Final

# Libertinus Serif, New Computer Modern and DejaVu Sans Mono together, found by setting each
# character from U+0020 to U+2FFF alone: first-last in hexadecimal.
_DRAWN: Final = (
    "20-7e a0-377 37a-37f 384-38a 38c 38e-3a1 3a3-4ff 510-513 51a-51d 531-556 559-58a 58d-58f "
    "591-5c7 5d0-5ea 5ef-5f4 606-60c 615 61b-61c 61f 621-63a 640-655 65a 660-66d 674 679-67b "
    "67e-680 683-684 686-687 691 698 6a4 6a9 6af 6be 6cc 6f0-6f9 900-950 955-97f e3f e81-e82 e84 "
    "e87-e88 e8a e8d e94-e97 e99-e9f ea1-ea3 ea5 ea7 eaa-eab ead-eb9 ebb-ebc ec8-ecd 10d0-10ff "
    "115f-1160 13a0-13f5 13f8-13fd 17b4-17b5 17c1-17c3 180b-180f 1ab0-1ace 1d00-1f15 1f18-1f1d "
    "1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d 1f5f-1f7d 1f80-1fb4 1fb6-1fc4 1fc6-1fd3 "
    "1fd6-1fdb 1fdd-1fef 1ff2-1ff4 1ff6-1ffe 2000-2040 2042 2044-2052 2054-2064 2066-2071 "
    "2074-208e 2090-209c 20a0-20c0 20d0-20f0 2100-211e 2120 2122 2124 2126-2151 2153-2184 2189 "
    "2190-23ff 2422-2423 2460-262f 2638-268b 2690-269c 26a0-26a7 26aa-26b2 2701-2704 2706-2709 "
    "270c-2727 2729-274b 274d 274f-2752 2756 2758-275e 2761-277f 2794 2798-27af 27b1-2b73 "
    "2b76-2b95 2b97-2bff 2c60-2cf3 2cf9-2cff 2e02-2e05 2e08-2e0a 2e17-2e18 2e1f 2e22-2e25 2e2e "
    "a640-a641 a648-a649 a656-a657 a708-a716 a71b-a727 a72d a730 a735 a765 a789-a78e a790-a791 "
    "a793 a7aa a7f8-a7f9 fb00-fb06 fe00-fe0f feff fffc-fffd "
)
UNKNOWN: Final = "□"


@cache
def _drawn() -> frozenset[int]:
    found: set[int] = {ord("\n")}
    for part in _DRAWN.split():
        first, _, last = part.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


def drawable(text: str) -> str:
    """A text in which everything can be drawn.

    Symbols such as emoji are named in brackets; letters of other scripts become boxes.
    """
    known = _drawn()
    if all(ord(character) in known for character in text):
        return text
    whole = unicodedata.normalize("NFC", text)
    return "".join(
        character if ord(character) in known else _instead(character) for character in whole
    )


def all_drawable(value: Any) -> Any:
    """Plain values with every text in them made drawable."""
    match value:
        case str():
            return drawable(value)
        case list() | tuple():
            return [all_drawable(item) for item in value]
        case dict():
            return {name: all_drawable(item) for name, item in value.items()}
        case _:
            return value


def _instead(character: str) -> str:
    kind = unicodedata.category(character)
    if character == "\t":
        return " "
    if kind[0] in "CM" or unicodedata.name(character, "").startswith("VARIATION SELECTOR"):
        return ""
    if kind[0] == "Z":
        return " "
    if kind == "So":
        return f"[{unicodedata.name(character, UNKNOWN).lower()}]"
    return UNKNOWN

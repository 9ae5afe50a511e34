"""The site's own colour, made dark or light enough to be read (WCAG 2.2, 1.4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Rgb = tuple[int, int, int]

ENOUGH: Final = 4.5
STRONG: Final = 7.0
BLACK: Final = (0, 0, 0)
WHITE: Final = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a colour is seen on in one theme: the page, cards on it, and where it fades to."""

    paper: str
    card: str
    towards: Rgb
    tint: float


# The same values as `--paper` and `--card` in static/style.css.
LIGHT: Final = Ground("#f7f5ef", "#fffefb", BLACK, 0.10)
DARK: Final = Ground("#14191d", "#1b2227", WHITE, 0.18)


@dataclass(frozen=True, slots=True)
class Shades:
    """One theme's colours for links and buttons, each `#rrggbb`."""

    accent: str
    strong: str
    soft: str
    on_accent: str


def shades(accent: str, ground: Ground) -> Shades:
    """The nearest shades of a `#rrggbb` that are legible on `ground`."""
    wanted, card = rgb(accent), rgb(ground.card)
    soft = mixed(card, wanted, ground.tint)
    grounds = [rgb(ground.paper), card, soft]
    found = _legible(wanted, grounds, ground.towards, ENOUGH)
    return Shades(
        accent=written(found),
        strong=written(_legible(found, grounds, ground.towards, STRONG)),
        soft=written(soft),
        on_accent=ground.card,
    )


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of WCAG, from 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def rgb(colour: str) -> Rgb:
    """`#rrggbb` as three numbers. Raises `ValueError`."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"{colour!r} is no #rrggbb")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def written(colour: Rgb) -> str:
    """Three numbers as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`one` with a share of `other` in it, from 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _legible(colour: Rgb, grounds: Sequence[Rgb], towards: Rgb, enough: float) -> Rgb:
    for step in range(51):
        found = mixed(colour, towards, step / 50)
        if min(contrast(found, ground) for ground in grounds) >= enough:
            return found
    return towards


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

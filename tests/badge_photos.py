"""Photographs of badges as gates take them: held askew, blurred, grainy, half in the sun, small.

A badge is a card with a name, a department and a code, seen by a camera of known width of view;
every fault comes from the seed, so photograph 17 is the same picture everywhere.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from io import BytesIO
from statistics import NormalDist

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
FRAME = (1280, 720)
CARD_MM = (86, 54)
CODE_MM = 25
PX = 8
"""Pixels of the drawn card to its millimetre."""

Matrix = tuple[float, ...]
"""Nine numbers, row by row."""


def badge_text(rng: random.Random) -> str:
    """What a badge says: three letters, a number and signed characters; sixteen in all."""
    return f"CB1{rng.randrange(1, 9999):04d}{''.join(rng.choices(ALPHABET, k=9))}"


def card(text: str, *, margin: int = 4) -> Image.Image:
    """The printed badge, in grey."""
    made = Image.new("L", (CARD_MM[0] * PX, CARD_MM[1] * PX), 245)
    draw = ImageDraw.Draw(made)
    draw.rectangle((0, 0, made.width, 9 * PX), fill=60)
    for n, width in enumerate((38, 30, 34, 22)):  # a name, a department, two lines of small print
        top = (16 + 8 * n) * PX
        draw.rectangle((5 * PX, top, (5 + width) * PX, top + (5 - n) * PX), fill=40 + 25 * n)
    code = segno.make_qr(text, error="m", boost_error=False)
    matrix = tuple(code.matrix_iter(border=margin))
    small = Image.new("L", (len(matrix), len(matrix)))
    small.putdata([0 if dark else 255 for row in matrix for dark in row])
    side = CODE_MM * PX * len(matrix) // (len(matrix) - 2 * margin)
    made.paste(small.resize((side, side), Image.Resampling.NEAREST), (made.width - side, 13 * PX))
    return made


def clean(text: str, size: tuple[int, int] = FRAME) -> Image.Image:
    """A badge held still and straight in good light."""
    frame = Image.new("L", size, 120)
    badge = card(text)
    badge.thumbnail((size[0] * 2 // 3, size[1] * 2 // 3))
    frame.paste(badge, ((size[0] - badge.width) // 2, (size[1] - badge.height) // 2))
    return frame


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one photograph."""

    away_mm: float
    tilt: tuple[float, float, float]
    """Degrees about the three axes: leaning back, turned aside, rolled."""
    beside_mm: tuple[float, float]
    blur: float
    shaken: int
    grain: float
    dark: float
    """Light at the darker edge, as a share of that at the brighter."""
    glare: float
    quality: int

    @classmethod
    def of(cls, rng: random.Random) -> Fault:
        return cls(
            away_mm=rng.uniform(130, 300),
            tilt=(rng.uniform(-38, 38), rng.uniform(-38, 38), rng.uniform(-180, 180)),
            beside_mm=(rng.uniform(-25, 25), rng.uniform(-15, 15)),
            blur=rng.uniform(0.3, 1.3),
            shaken=rng.choice((0, 0, 1, 1, 2)),
            grain=rng.uniform(4, 18),
            dark=rng.uniform(0.2, 0.8),
            glare=rng.choice((0.0, 0.0, rng.uniform(0.3, 0.9))),
            quality=rng.randrange(30, 75),
        )


def photograph(seed: int, size: tuple[int, int] = FRAME) -> tuple[str, Image.Image]:
    """The text of a badge and a bad photograph of it."""
    rng = random.Random(seed)
    text = badge_text(rng)
    fault = Fault.of(rng)
    seen = _held(card(text), fault, size, rng)
    seen = _lit(seen, fault, rng)
    seen = seen.filter(ImageFilter.GaussianBlur(fault.blur))
    if fault.shaken:
        seen = seen.filter(ImageFilter.BoxBlur((fault.shaken, 0)))
    seen = _grainy(seen, fault.grain, rng)
    kept = BytesIO()
    seen.save(kept, "JPEG", quality=fault.quality)
    return text, Image.open(kept)


def _held(
    badge: Image.Image, fault: Fault, size: tuple[int, int], rng: random.Random
) -> Image.Image:
    """The badge in front of somebody's coat, as a camera 60 degrees wide sees it."""
    focus = size[0] / (2 * math.tan(math.radians(30)))
    lean, aside, roll = (math.radians(angle) for angle in fault.tilt)
    rotation = _product(_about_z(roll), _product(_about_y(aside), _about_x(lean)))
    code_mm = (CARD_MM[0] - CODE_MM / 2 - 5, CARD_MM[1] / 2 + 3)  # where people aim
    to_mm = (1 / PX, 0, -code_mm[0], 0, 1 / PX, -code_mm[1], 0, 0, 1)
    r = rotation
    x, y = fault.beside_mm
    placed = (r[0], r[1], x, r[3], r[4], y, r[6], r[7], fault.away_mm)
    lens = (focus, 0, size[0] / 2, 0, focus, size[1] / 2, 0, 0, 1)
    back = _inverse(_product(lens, _product(placed, to_mm)))
    flat = tuple(number / back[8] for number in back[:8])
    badge = badge.filter(ImageFilter.GaussianBlur(fault.away_mm / 110))  # a lens' own softness
    askew, smooth = Image.Transform.PERSPECTIVE, Image.Resampling.BICUBIC
    shape = Image.new("L", badge.size, 255).transform(size, askew, flat)
    seen = badge.transform(size, askew, flat, resample=smooth)
    return Image.composite(seen, _coat(size, rng), shape)


def _coat(size: tuple[int, int], rng: random.Random) -> Image.Image:
    """Cloth: dark, with a coarse pattern."""
    coarse = Image.frombytes(
        "L", (size[0] // 16, size[1] // 16), rng.randbytes(size[0] * size[1] // 256)
    )
    return coarse.resize(size, Image.Resampling.BICUBIC).point([40 + n // 3 for n in range(256)])


def _lit(seen: Image.Image, fault: Fault, rng: random.Random) -> Image.Image:
    """Brighter on one side, and a window's reflection in the badge's sleeve."""
    side = max(seen.size) * 2
    slope = Image.linear_gradient("L").resize((side, side)).rotate(rng.uniform(0, 360))
    left, top = (side - seen.width) // 2, (side - seen.height) // 2
    slope = slope.crop((left, top, left + seen.width, top + seen.height))
    floor = int(255 * fault.dark)
    seen = ImageChops.multiply(
        seen, slope.point([floor + n * (255 - floor) // 255 for n in range(256)])
    )
    if fault.glare:
        glow = Image.radial_gradient("L").crop((16, 16, 240, 240)).resize((320, 240))
        strength = [int(max(0, 175 - n) * fault.glare * 255 / 175) for n in range(256)]
        window = Image.new("L", seen.size, 0)
        x, y = rng.randrange(-260, 60), rng.randrange(-200, 0)
        window.paste(glow.point(strength), (seen.width // 2 + x, seen.height // 2 + y))
        seen = ImageChops.add(seen, window)
    return seen


def _grainy(seen: Image.Image, grain: float, rng: random.Random) -> Image.Image:
    spread = NormalDist(128, grain)
    curve = [min(255, max(0, round(spread.inv_cdf((n + 0.5) / 256)))) for n in range(256)]
    noise = Image.frombytes("L", seen.size, rng.randbytes(seen.width * seen.height)).point(curve)
    return ImageChops.add(seen, noise, offset=-128)


def _about_x(a: float) -> Matrix:
    return (1, 0, 0, 0, math.cos(a), -math.sin(a), 0, math.sin(a), math.cos(a))


def _about_y(a: float) -> Matrix:
    return (math.cos(a), 0, math.sin(a), 0, 1, 0, -math.sin(a), 0, math.cos(a))


def _about_z(a: float) -> Matrix:
    return (math.cos(a), -math.sin(a), 0, math.sin(a), math.cos(a), 0, 0, 0, 1)


def _product(a: Matrix, b: Matrix) -> Matrix:
    return tuple(
        sum(a[3 * row + n] * b[3 * n + column] for n in range(3))
        for row in range(3)
        for column in range(3)
    )


def _inverse(m: Matrix) -> Matrix:
    a, b, c, d, e, f, g, h, i = m
    cofactors = (
        e * i - f * h, c * h - b * i, b * f - c * e,
        f * g - d * i, a * i - c * g, c * d - a * f,
        d * h - e * g, b * g - a * h, a * e - b * d,
    )  # fmt: skip
    whole = a * cofactors[0] + b * cofactors[3] + c * cofactors[6]
    return tuple(number / whole for number in cofactors)

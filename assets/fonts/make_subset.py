"""Three faces of Noto Sans, cut to the alphabets and signs that call sheets and receipts need.

The screen's face keeps its kerning. Paper is set without (fpdf2 does not shape, and drops those
tables from what it embeds), so its two faces have none to carry to a phone.

    python assets/fonts/make_subset.py NOTO_FOLDER assets/fonts

NOTO_FOLDER holds the TrueType files of Debian's fonts-noto-core and fonts-noto-extra. Needs
fontTools. Noto Sans has no arrows, ticks or boxes, so those are taken over from Noto Sans Math
and Noto Sans Symbols2, which share its units per em.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

FACES = ("NotoSans-Regular", "NotoSans-Bold", "NotoSans-Condensed")
OF_PAPER = ("NotoSans-Bold", "NotoSans-Condensed")
LAYOUT = ("GDEF", "GPOS", "GSUB")

LETTERS = (
    range(0x20, 0x7F),
    range(0xA0, 0x250),  # Latin-1, Latin Extended-A and -B
    range(0x259, 0x25A),  # schwa
    range(0x2B0, 0x2E0),  # spacing accents, the okina
    range(0x300, 0x30D),
    range(0x31B, 0x31C),
    range(0x323, 0x329),
    range(0x370, 0x400),  # Greek
    range(0x400, 0x530),  # Cyrillic
    range(0x1E00, 0x1F00),  # Latin Extended Additional: Vietnamese
    range(0x2000, 0x2070),  # punctuation
    range(0x2070, 0x20C0),  # superscripts, currency
    range(0x2100, 0x2150),
    range(0x2150, 0x218C),  # fractions
    range(0xFFFD, 0xFFFE),
)
ARROWS = range(0x2190, 0x219A)
SIGNS = {
    "NotoSansMath-Regular": (
        0x221A,
        0x221E,
        0x2248,
        0x2260,
        0x2264,
        0x2265,
        *range(0x2190, 0x219A),
    ),
    "NotoSansSymbols2-Regular": (
        *(0x25A0, 0x25A1, 0x25AA, 0x25B2, 0x25B6, 0x25BC, 0x25C0, 0x25CB, 0x25CF),
        *(0x2605, 0x2606, 0x2610, 0x2611, 0x2612, 0x2665, 0x2666, 0x26A0),
        *range(0x2713, 0x2719),
    ),
}
MINUS = 0x2212


def cut(path: Path, characters: list[int]) -> TTFont:
    """A font that keeps these characters, their kerning, its names and its licence."""
    options = subset.Options(
        hinting=False, layout_features=["kern"], glyph_names=True, recommended_glyphs=True
    )
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.notdef_outline = True
    font = TTFont(path, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    return font


def graft(font: TTFont, source: TTFont, characters: list[int]) -> None:
    """Copy the outlines of these characters into a font that lacks them."""
    have, found = font.getBestCmap(), source.getBestCmap()
    order = font.getGlyphOrder()
    for character in characters:
        if character in have or character not in found:
            continue
        name = f"uni{character:04X}"
        glyph = source["glyf"][found[character]]
        if glyph.isComposite():
            glyph = flattened(source, found[character])
        order.append(name)
        font["glyf"].glyphs[name] = glyph
        font["hmtx"].metrics[name] = source["hmtx"].metrics[found[character]]
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[character] = name
    font.setGlyphOrder(order)
    font["glyf"].glyphOrder = order
    font["maxp"].numGlyphs = len(order)


def flattened(font: TTFont, name: str) -> Glyph:
    """A composite glyph as plain outlines: its parts are not in the other font."""
    recording = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(recording)
    pen = TTGlyphPen(None)
    recording.replay(pen)
    return pen.glyph()


def main(noto: Path, target: Path) -> None:
    letters = [character for span in LETTERS for character in span]
    for face in FACES:
        font = cut(noto / f"{face}.ttf", [*letters, MINUS])
        for source, characters in SIGNS.items():
            graft(font, TTFont(noto / f"{source}.ttf"), [*characters, MINUS])
        for table in LAYOUT if face in OF_PAPER else ():
            del font[table]
        font.save(target / f"{face}.ttf")
        size = (target / f"{face}.ttf").stat().st_size
        print(f"{face}: {len(font.getBestCmap())} characters, {size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""Text as it is laid over pictures: several faces, weights and scripts, all from OpenCV's own fonts."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.manipulate.canvas import Canvas
from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.maps import resized
from lineage.records import Pixels

_WORDS = (
    "new now only here sale today love look style more free best this mood vibes link in bio wait what finally weekend "
    "drop soon happy the one and for you my your shop online save 20% off 50% only 9.99 #ootd #new #ad #love @studio",
    "neu heute schöner jetzt mehr für dich nur Größe Angebot Frühling endlich alles gut",
    "nouveau été aujourd'hui offre c'est parti déjà très beau prix à découvrir",
    "nuevo mañana oferta hoy qué más corazón rebajas de verano",
    "nowość dziś więcej łatwo kup teraz wyprzedaż lato",
    "yeni bugün şimdi güzel indirim çok iyi fırsat",
    "новинка сегодня скидка лето только сейчас красиво для тебя",
    "νέο σήμερα προσφορά καλοκαίρι μόνο τώρα",
    "新品 今日 限定 夏日 特惠 喜欢 上新",
    "新着 本日 限定 セール かわいい おすすめ",
    "신상 오늘 할인 여름 추천 특가",
    "جديد اليوم عرض خصم الصيف",
)
_LANGUAGES = tuple(tuple(words.split()) for words in _WORDS)
_FACES = ("sans", "sans", "sans", "italic", "uni")


def phrase(dose: Dose, words: int) -> str:
    """So many words of one language; half of the time English, sometimes shouted."""
    language = _LANGUAGES[0] if dose.chance(0.5) else dose.pick(_LANGUAGES)
    text = " ".join(dose.pick(language) for _ in range(words))
    return text.upper() if dose.chance(0.3) else text


def lettering(text: str, height: int, *, face: str = "sans", weight: int = 400) -> Pixels:
    """One line of text as an alpha mask (h, w) uint8; `height` is that of the font in px, weight 100 … 900."""
    font = cv2.FontFace(face)
    _, _, width, _ = cv2.getTextSize((1 << 14, 1 << 12), text, (0, 0), font, height, weight)
    mask = np.zeros((height + height // 2 + 2, width + height // 2 + 2), np.uint8)
    cv2.putText(mask, text, (height // 4 + 1, height + 1), (255,), font, height, weight)
    return mask


def styled(dose: Dose, text: str, height: int) -> Pixels:
    """The text in any face and weight, sometimes narrowed or widened; alpha mask (h, w) uint8."""
    mask = lettering(text, max(5, height), face=dose.pick(_FACES), weight=dose.whole(3, 9) * 100)
    if dose.chance(0.3):
        mask = resized(mask, (max(1, round(mask.shape[1] * dose.uniform(0.65, 1.5))), mask.shape[0]))
    return mask


def shrunk(mask: Pixels, width: int) -> Pixels:
    """The mask scaled down, if need be, to be no wider than this many px."""
    if mask.shape[1] <= width:
        return mask
    return resized(mask, (max(1, width), max(1, round(mask.shape[0] * width / mask.shape[1]))))


def stroked(mask: Pixels, reach: int) -> Pixels:
    """The mask grown by so many px on every side, for an outline or a shadow below the text."""
    grown = cv2.copyMakeBorder(mask, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(grown, kernel), np.uint8)


def write(
    canvas: Canvas, mask: Pixels, place: tuple[int, int], colour: Colour, *, outline: Colour | None = None
) -> None:
    """Draw text with its upper left corner at `place`; an outline is an eighteenth of its height."""
    x, y = place
    if outline is not None:
        reach = max(1, mask.shape[0] // 18)
        canvas.draw(outline, stroked(mask, reach), x - reach, y - reach)
    canvas.draw(colour, mask, x, y)


def faded(mask: Pixels, opacity: float) -> Pixels:
    """The mask at a part of its opacity."""
    return np.asarray(cv2.convertScaleAbs(mask, alpha=opacity), np.uint8)


def contrasting(colour: Colour) -> Colour:
    """Black or white, whichever can be read on the colour."""
    return (0, 0, 0) if sum(colour) > 380 else (255, 255, 255)

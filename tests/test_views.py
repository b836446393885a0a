import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from lineage.describe.views import MOST, views
from lineage.describe.views.boxes import iou

LIGHT, DARK = ((255, 255, 255), (244, 245, 247), (20, 20, 20)), ((18, 18, 20), (32, 32, 36), (230, 230, 230))


def paste(canvas, picture, box):
    x0, y0, x1, y1 = box
    canvas.paste(Image.fromarray(picture).resize((x1 - x0, y1 - y0), Image.Resampling.LANCZOS), (x0, y0))
    return box


def as_posted(canvas, quality=85):
    """As it comes from the web: compressed."""
    code = cv2.imencode(".jpg", np.asarray(canvas)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR_RGB), np.uint8)


def boxes_of(found, post):
    """Where the views lie in the post, px."""
    boxes = []
    for view in found:
        h, w = view.pixels.shape[:2]
        ends = view.view_to_post @ np.array([(0, 0, 1), (w / max(w, h), h / max(w, h), 1)]).T
        boxes.append((ends[:2] / ends[2]).T.ravel() * max(post.shape[:2]))
    return np.array(boxes)


def best_iou(post, *boxes, kind=None):
    """How well views of that kind, or of any, agree with the worst found of these boxes."""
    found = [view for view in views(post) if kind in (None, view.name)]
    return min(iou(np.array(box), boxes_of(found, post)).max() for box in boxes) if found else 0.0


def screenshot(picture, colours, *, margin):
    ground, card, ink = colours
    canvas = Image.new("RGB", (720, 1400), ground)
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(26)
    pen.rectangle((0, 0, 720, 80), fill=card)
    pen.text((40, 25), "12:30    Photos", font=font, fill=ink)
    pen.ellipse((36, 100, 108, 172), fill=(90, 140, 200))
    pen.text((130, 120), "someone · 3 h", font=font, fill=ink)
    box = paste(canvas, picture, (margin, 200, 720 - margin, 200 + (720 - 2 * margin) * 3 // 4))
    for column in range(4):
        pen.ellipse((36 + 80 * column, 800, 76 + 80 * column, 840), outline=ink, width=3)
    for row in range(3):
        pen.text((36, 880 + 40 * row), "What a lovely thing to see in the shop #summer", font=font, fill=ink)
    pen.rectangle((0, 1310, 720, 1400), fill=card)
    return as_posted(canvas), box


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("margin", [0, 30])
def test_the_picture_in_a_screenshot_is_a_panel(drawn, colours, margin):
    post, box = screenshot(drawn(1), colours, margin=margin)
    assert best_iou(post, box, kind="panel") >= 0.9


@pytest.mark.parametrize("ground", ["white", "black"])
def test_the_picture_under_a_caption_is_a_panel(drawn, ground):
    canvas = Image.new("RGB", (800, 800), ground)
    box = paste(canvas, drawn(2), (0, 200, 800, 800))
    ImageDraw.Draw(canvas).text((60, 60), "WHEN IT IS FRIDAY", font=ImageFont.load_default(70), fill="grey")
    post = as_posted(canvas)
    assert best_iou(post, box, kind="panel") >= 0.9
    assert best_iou(post, (0, 0, 800, 200)) < 0.8


@pytest.mark.parametrize("gutter", [0, 12])
@pytest.mark.parametrize(("columns", "rows"), [(2, 1), (1, 2), (3, 1), (2, 2), (3, 2), (4, 2), (3, 3)])
def test_every_tile_of_a_collage_is_a_panel(drawn, columns, rows, gutter):
    canvas = Image.new("RGB", (columns * 300 + (columns + 1) * gutter, rows * 240 + (rows + 1) * gutter), "white")
    boxes = []
    for tile in range(columns * rows):
        x, y = gutter + tile % columns * (300 + gutter), gutter + tile // columns * (240 + gutter)
        boxes.append(paste(canvas, drawn(10 + tile), (x, y, x + 300, y + 240)))
    post = as_posted(canvas)
    assert best_iou(post, *boxes, kind="panel") >= 0.9


@pytest.mark.parametrize("box", [(80, 60, 380, 285), (500, 300, 780, 510)])
def test_a_picture_pasted_onto_a_photograph_is_a_panel(drawn, box):
    canvas = Image.fromarray(drawn(30, width=960, height=640))
    paste(canvas, drawn(31), box)
    assert best_iou(as_posted(canvas), box, kind="panel") >= 0.9


def test_an_overlay_across_its_edge_does_not_hide_a_panel(drawn):
    canvas = Image.fromarray(drawn(30, width=960, height=640))
    box = paste(canvas, drawn(32), (300, 150, 700, 450))
    pen = ImageDraw.Draw(canvas)
    pen.ellipse((640, 250, 760, 370), fill=(255, 210, 0))
    pen.text((250, 400), "so nice", font=ImageFont.load_default(80), fill="white", stroke_width=4, stroke_fill="black")
    assert best_iou(as_posted(canvas), box, kind="panel") >= 0.9


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 40, 120)])
@pytest.mark.parametrize("size", [(900, 600), (640, 1000), (1000, 1000)])
def test_plain_borders_are_trimmed(drawn, colour, size):
    canvas = Image.new("RGB", size, colour)
    x, y = (size[0] - 640) // 2, (size[1] - 480) // 3
    box = paste(canvas, drawn(3), (x, y, x + 640, y + 480))
    assert best_iou(as_posted(canvas), box, kind="trimmed") >= 0.95


def test_the_blurred_copy_behind_a_picture_is_removed(drawn):
    picture = drawn(4)
    behind = cv2.GaussianBlur(cv2.resize(picture[:, 92:228], (720, 1280)), (0, 0), 25)
    canvas = Image.fromarray(behind)
    box = paste(canvas, picture, (0, 370, 720, 910))
    assert best_iou(as_posted(canvas), box) >= 0.9


def test_the_whole_post_comes_first_and_is_not_copied(drawn):
    post = drawn(5)
    frame = views(post)[0]
    assert frame.name == "frame"
    assert frame.pixels.shape == post.shape
    assert np.shares_memory(frame.pixels, post)
    np.testing.assert_allclose(frame.view_to_post, np.eye(3))


def test_maps_lead_from_the_view_to_its_place_in_the_post(drawn):
    post, _ = screenshot(drawn(6), LIGHT, margin=30)
    for view, (x0, y0, x1, y1) in zip(views(post), boxes_of(views(post), post).round().astype(int), strict=True):
        np.testing.assert_array_equal(view.pixels, post[y0:y1, x0:x1])


def test_no_two_views_are_nearly_the_same(drawn):
    post, _ = screenshot(drawn(7), DARK, margin=30)
    boxes = boxes_of(views(post), post)
    assert max(iou(box, np.delete(boxes, n, axis=0)).max() for n, box in enumerate(boxes)) <= 0.91


def test_the_number_of_views_is_bounded():
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    checkers = np.kron(noise, np.ones((25, 25, 1), np.uint8))
    assert 1 <= len(views(checkers)) <= MOST


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (900, 2), (3, 3), (30, 4000)])
def test_tiny_and_narrow_posts_have_views(shape):
    post = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    assert all(view.pixels.size for view in views(post))


def test_a_post_of_two_plain_halves_is_not_trimmed_to_nothing():
    halves = np.full((360, 266, 3), 240, np.uint8)
    halves[170:] = (20, 60, 30)
    for post in (halves, np.ascontiguousarray(halves.transpose(1, 0, 2))):
        assert "trimmed" not in {view.name for view in views(post)}


def test_a_post_of_one_colour_is_only_itself_and_its_middle():
    assert [view.name for view in views(np.full((300, 400, 3), 128, np.uint8))] == ["frame", "crop"]

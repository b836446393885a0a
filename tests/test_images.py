"""The decoder, against real files of every format, odd ones and broken ones, all made here."""

import pickle
import struct
import subprocess
import sys
import threading
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms, ImageFilter
from PIL.JpegImagePlugin import JpegImageFile

from lineage.errors import ImageError, ImageTooLarge
from lineage.read.images import SUPPORTED_SUFFIXES, decode, preview, shrink

WIDTH, HEIGHT = 60, 40


def scene(width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """A smooth picture whose four corners differ: red, green, blue and grey parts that survive lossy formats."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return Image.fromarray(np.uint8(np.dstack([230 - 180 * x, 40 + 180 * y, 60 + 150 * x * (1 - y)])))


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    file = BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(file, **options)
    else:
        image.save(file, kind, **options)
    return file.getvalue()


def pixels_of(content: bytes, **options) -> np.ndarray:
    return decode(content, **options).pixels.astype(int)


def error(a: np.ndarray, b: Image.Image | np.ndarray) -> float:
    """Mean absolute difference in grey levels."""
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).mean())


def reason_of(content: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        decode(content, name="campaign/spring.img")
    assert caught.value.name == "campaign/spring.img"
    assert str(caught.value) == f"campaign/spring.img: {caught.value.reason}"
    return caught.value.reason


def psd(planes: np.ndarray, *, mode: int = 3, packed: bool = False, layers: bytes = b"") -> bytes:
    """(channels, H, W) uint8 or uint16 → a PSD with this composite, by the published file format."""
    channels, height, width = planes.shape
    rows = [row.astype(row.dtype.newbyteorder(">")).tobytes() for plane in planes for row in plane]
    header = b"8BPS" + struct.pack(">H6xHIIHH", 1, channels, height, width, 8 * planes.itemsize, mode)
    sections = struct.pack(">II", 0, 0) + struct.pack(">I", len(layers)) + layers
    if not packed:
        return header + sections + struct.pack(">H", 0) + b"".join(rows)
    # PackBits: a run of literal bytes is its length less one, then the bytes; at most 128 at once.
    packs = [b"".join(bytes([len(r[i : i + 128]) - 1]) + r[i : i + 128] for i in range(0, len(r), 128)) for r in rows]
    return (
        header + sections + struct.pack(">H", 1) + b"".join(struct.pack(">H", len(p)) for p in packs) + b"".join(packs)
    )


def tiff(samples: np.ndarray, *tags: tuple[int, int, int]) -> bytes:
    """(H, W) numbers → an uncompressed little-endian TIFF of one strip with further tags (number, type, value)."""
    height, width = samples.shape
    content = samples.astype(samples.dtype.newbyteorder("<")).tobytes()
    fields = {
        256: (4, width),
        257: (4, height),
        258: (3, 8 * samples.itemsize),
        259: (3, 1),
        262: (3, 1),
        273: (4, 8),
        277: (3, 1),
        278: (4, height),
        279: (4, len(content)),
        339: (3, {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]),
    }
    fields.update({number: (kind, value) for number, kind, value in tags})
    directory = b"".join(
        struct.pack("<HHII", number, kind, 1, value) for number, (kind, value) in sorted(fields.items())
    )
    return (
        b"II*\0" + struct.pack("<I", 8 + len(content)) + content + struct.pack("<H", len(fields)) + directory + bytes(4)
    )


FILES = {
    "JPEG": encoded(scene(), "JPEG", quality=95),
    "progressive JPEG": encoded(scene(), "JPEG", quality=95, progressive=True),
    "PNG": encoded(scene(), "PNG"),
    "palette PNG": encoded(scene().quantize(256), "PNG"),
    "WebP": encoded(scene(), "WEBP", quality=95),
    "lossless WebP": encoded(scene(), "WEBP", lossless=True),
    "GIF": encoded(scene(), "GIF"),
    "BMP": encoded(scene(), "BMP"),
    "TIFF": encoded(scene(), "TIFF"),
    "LZW TIFF": encoded(scene(), "TIFF", compression="tiff_lzw"),
    "deflate TIFF": encoded(scene(), "TIFF", compression="tiff_adobe_deflate"),
    "JPEG TIFF": encoded(scene(), "TIFF", compression="jpeg", quality=95),
    "palette TIFF": encoded(scene().quantize(256), "TIFF"),
    "PSD": psd(np.asarray(scene()).transpose(2, 0, 1)),
    "packed PSD": psd(np.asarray(scene()).transpose(2, 0, 1), packed=True),
    "16-bit PSD": psd(np.asarray(scene()).transpose(2, 0, 1).astype(np.uint16) * 257),
    "packed 16-bit PSD": psd(np.asarray(scene()).transpose(2, 0, 1).astype(np.uint16) * 257, packed=True),
    "HEIC": encoded(scene(), "HEIF", quality=90),
    "AVIF": encoded(scene(), "AVIF", quality=90),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_every_format_gives_the_picture(content):
    picture = decode(content)
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.flags.c_contiguous
    assert picture.pixels.flags.writeable
    assert error(picture.pixels, scene()) < 6


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_truncated_files_are_refused(content, share):
    assert any(word in reason_of(content[: int(len(content) * share)]) for word in ("truncated", "cut short"))


def test_the_format_is_that_of_the_bytes_whatever_the_suffix_says(tmp_path):
    path = tmp_path / "picture.jpg"
    path.write_bytes(FILES["PNG"])
    assert decode(path).format == "PNG"


def test_every_written_suffix_is_supported():
    assert {
        ".jpg",
        ".jpeg",
        ".png",
        ".webp",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".psd",
        ".heic",
        ".avif",
    } <= SUPPORTED_SUFFIXES


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"Dear all,\nplease find attached the spring campaign.\n", "text, not a picture"),
        ("Grüße aus Köln, ".encode() * 9, "text, not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n\xc5\xd0", "not a picture of a supported format"),
        (bytes(range(256)), "not a picture of a supported format"),
        (b"8BPS\0\2" + bytes(60), "the PSD is damaged, cut short or of an unsupported kind"),
        (FILES["PNG"].replace(b"IDAT", b"IDOT", 1), "the PNG is damaged, cut short or of an unsupported kind"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(content, reason):
    assert reason_of(content) == reason


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(ImageError, match="no such file"):
        decode(tmp_path / "gone.jpg")
    with pytest.raises(ImageError, match="is a directory"):
        decode(tmp_path)


def test_the_cause_is_kept_and_the_error_crosses_processes():
    with pytest.raises(ImageError) as caught:
        decode(FILES["JPEG"][:300], name="half.jpg")
    assert isinstance(caught.value.__cause__, OSError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == "half.jpg: the JPEG is truncated"


def test_bytes_named_like_a_file_are_not_read_from_that_file(tmp_path):
    # Pillow maps uncompressed files into memory by their name.
    path = tmp_path / "picture.bmp"
    path.write_bytes(encoded(scene().convert("L").point(lambda value: 255 - value), "BMP"))
    assert error(pixels_of(encoded(scene().convert("L"), "BMP"), name=str(path))[..., 0], scene().convert("L")) == 0


# Size


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_a_wanted_size_bounds_the_longer_side_and_keeps_the_original_dimensions(content):
    picture = decode(content, longest=30)
    assert picture.pixels.shape == (20, 30, 3)
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)
    assert error(picture.pixels, scene().resize((30, 20), Image.Resampling.BOX)) < 6


def test_pictures_are_never_enlarged():
    assert decode(FILES["PNG"], longest=500).pixels.shape == (HEIGHT, WIDTH, 3)


def test_a_line_keeps_at_least_one_pixel():
    assert decode(encoded(scene(2000, 1), "PNG"), longest=100).pixels.shape == (1, 400, 3)  # a strip: four times 100


def test_a_large_jpeg_is_decoded_at_a_reduced_scale(monkeypatch):
    decoded = []
    load = JpegImageFile.load

    def watched(self):
        decoded.append(self.size)
        return load(self)

    monkeypatch.setattr(JpegImageFile, "load", watched)
    picture = decode(encoded(scene(4000, 1500), "JPEG"), longest=250)
    assert decoded[0] == (500, 188)
    assert picture.pixels.shape == (94, 250, 3)
    assert (picture.width, picture.height) == (4000, 1500)


def test_reduced_decoding_hardly_differs_from_shrinking_the_whole():
    noise = np.random.default_rng(1).integers(0, 256, (900, 1200, 3), dtype=np.uint8)
    image = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(3))
    content = encoded(image, "JPEG", quality=95, subsampling=0)
    assert error(pixels_of(content, longest=150), shrink(decode(content).pixels, 150)) < 1.5


def test_more_pixels_than_the_limit_are_refused_before_they_are_decoded():
    with pytest.raises(
        ImageTooLarge, match=r"big\.png: 60 × 40 px are more than the 0 megapixels of the setting pixel_limit"
    ):
        decode(FILES["PNG"], name="big.png", pixel_limit=WIDTH * HEIGHT - 1)
    assert decode(FILES["PNG"], pixel_limit=WIDTH * HEIGHT).width == WIDTH


def test_a_decompression_bomb_is_refused_by_its_header():
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(ImageTooLarge):
        decode(bomb + struct.pack(">I", 0) + b"IDAT" + bytes(4))


# Orientation


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_orientation_is_applied(kind, orientation):
    stored = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    image = scene()
    for method in stored[orientation]:
        image = image.transpose(method)
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = decode(encoded(image, kind, exif=exif.tobytes()), longest=30)
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)
    assert error(picture.pixels, scene().resize((30, 20), Image.Resampling.BOX)) < 6


def test_an_illegible_exif_block_costs_the_orientation_and_not_the_picture():
    content = encoded(scene(), "JPEG", quality=95, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\x03" * 9)
    assert error(decode(content).pixels, scene()) < 6


# Transparency


def test_transparency_is_laid_over_white():
    image = scene()
    image.putalpha(Image.new("L", image.size, 0))
    for kind in ("PNG", "WEBP", "TIFF", "AVIF"):
        assert (pixels_of(encoded(image, kind)) == 255).all(), kind


def test_half_transparency_is_mixed_with_white():
    image = Image.new("RGBA", (8, 8), (255, 0, 0, 128))
    assert np.abs(pixels_of(encoded(image, "PNG"))[0, 0] - [255, 127, 127]).max() <= 1


def test_colour_under_transparent_pixels_does_not_bleed_in_when_shrunk():
    image = np.zeros((64, 64, 4), np.uint8)
    image[:, 32:] = (255, 255, 0, 255)
    assert (pixels_of(encoded(Image.fromarray(image), "PNG"), longest=9)[..., :2] == 255).all()


def artwork(*colours: tuple[int, int, int]) -> Image.Image:
    """Stripes of these colours on a transparent ground."""
    image = np.zeros((64, 64, 4), np.uint8)
    for n, colour in enumerate(colours):
        image[8 + 8 * n : 16 + 8 * n, 8:56] = (*colour, 255)
    return Image.fromarray(image)


def test_white_artwork_is_laid_over_black_where_it_shows():
    for kind in ("PNG", "WEBP", "TIFF"):
        pixels = pixels_of(encoded(artwork((255, 255, 255), (250, 252, 255)), kind))
        assert (pixels[0] == 0).all(), kind
        assert (pixels[8:24, 8:56] > 240).all(), kind


def test_a_white_product_with_folds_stays_on_white():
    pixels = pixels_of(encoded(artwork(*[(250, 250, 250)] * 5, (225, 225, 230)), "PNG"))
    assert (pixels[0] == 255).all()


def test_a_nearly_white_page_without_transparency_stays_as_it_is():
    image = Image.new("RGBA", (64, 64), (255, 255, 255, 255))
    image.putpixel((5, 5), (0, 0, 0, 255))
    assert pixels_of(encoded(image, "PNG")).min() == 0
    assert (pixels_of(encoded(image, "PNG")) == 255).mean() > 0.99


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_a_transparent_colour_becomes_white(mode):
    image = Image.new(mode, (8, 8), 0)
    assert (pixels_of(encoded(image, "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0)) == 255).all()


def test_grey_with_alpha_is_laid_over_white():
    assert pixels_of(encoded(Image.new("LA", (8, 8), (0, 51)), "PNG"))[0, 0].tolist() == [204, 204, 204]


def test_a_fourth_channel_of_a_psd_is_not_taken_for_transparency():
    planes = np.concatenate([np.asarray(scene()).transpose(2, 0, 1), np.zeros((1, HEIGHT, WIDTH), np.uint8)])
    assert error(decode(psd(planes)).pixels, scene()) == 0


# Depth


def ramp() -> np.ndarray:
    return np.arange(256, dtype=np.uint16).reshape(16, 16)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_and_not_clipped(kind):
    assert (pixels_of(encoded(Image.fromarray(ramp() * 257), kind))[..., 1] == ramp()).all()


def test_sixteen_bit_colour_is_scaled():
    # Filter type 0, then big-endian samples.
    rows = b"".join(b"\0" + np.repeat(row * 257, 3).astype(">u2").tobytes() for row in ramp())
    parts = (b"IHDR" + struct.pack(">IIBBBBB", 16, 16, 16, 2, 0, 0, 0), b"IDAT" + zlib.compress(rows), b"IEND")
    chunks = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in parts)
    assert (pixels_of(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))[..., 2] == ramp()).all()


def test_white_is_zero_in_a_tiff_that_says_so():
    assert (pixels_of(tiff(ramp() * 257, (262, 3, 0)))[..., 0] == 255 - ramp()).all()


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (ramp().astype(np.float32) / 255, ramp()),
        (ramp().astype(np.float32) * 40 - 1000, ramp()),
        (ramp().astype(np.uint32) * 257, ramp()),
        ((ramp().astype(np.int32) * 257 - 32768).astype(np.int16), ramp()),
        (np.full((16, 16), 7, np.float32), np.zeros((16, 16))),
        (np.full((16, 16), np.nan, np.float32), np.zeros((16, 16))),
        (np.where(ramp() == 9, np.inf, ramp() / 255).astype(np.float32), np.where(ramp() == 9, 255, ramp())),
    ],
    ids=["0..1", "float of another range", "32 bit", "signed", "constant", "not a number", "infinite"],
)
def test_samples_without_an_agreed_range_fill_the_grey_scale(samples, expected):
    assert np.abs(pixels_of(tiff(samples))[..., 0] - expected).max() <= 1


def test_one_bit_is_black_and_white():
    image = scene().convert("1")
    for kind in ("PNG", "TIFF", "BMP"):
        assert error(decode(encoded(image, kind)).pixels[..., 0], image.convert("L")) == 0, kind
    fax = encoded(image, "TIFF", compression="group4")
    assert error(decode(fax).pixels[..., 0], image.convert("L")) == 0


def test_one_bit_is_shrunk_to_greys():
    checks = Image.fromarray((np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)).convert("1")
    assert np.abs(pixels_of(encoded(checks, "PNG"), longest=16) - 127).max() < 20


def test_uncompressed_16_bit_planes_are_refused_rather_than_read_as_noise():
    content = tiff(np.zeros((16, 16), np.uint16), (284, 3, 2))
    assert reason_of(content) == "the TIFF is damaged, cut short or of an unsupported kind"


# Colour


def cmyk() -> Image.Image:
    return scene().convert("CMYK")


@pytest.mark.parametrize("kind", ["TIFF", "JPEG"])
def test_cmyk_without_a_profile_is_converted_plainly(kind):
    assert error(decode(encoded(cmyk(), kind)).pixels, scene()) < 6


def test_cmyk_psd_is_converted():
    inverted = 255 - np.asarray(cmyk()).transpose(2, 0, 1)
    assert error(decode(psd(inverted, mode=4)).pixels, scene()) < 6


def profile(name: Literal["sRGB", "LAB"]) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


def swapped_profile() -> bytes:
    """sRGB with the red and blue primaries exchanged: its effect can be told without a colorimeter."""
    content = bytearray(profile("sRGB"))
    # A tag table follows the header of 128 bytes: count, then signature, offset and size of each tag.
    entries = range(132, 132 + 12 * int.from_bytes(content[128:132]), 12)
    places = {bytes(content[entry : entry + 4]): entry for entry in entries}
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    content[red + 4 : red + 12], content[blue + 4 : blue + 12] = (
        content[blue + 4 : blue + 12],
        content[red + 4 : red + 12],
    )
    return bytes(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_an_embedded_profile_is_applied(kind):
    options = {} if kind in ("PNG", "TIFF") else {"quality": 95}
    content = encoded(scene(), kind, icc_profile=swapped_profile(), **options)
    assert error(decode(content).pixels, np.asarray(scene())[..., ::-1]) < 6


def test_an_srgb_profile_changes_nothing():
    assert error(decode(encoded(scene(), "PNG", icc_profile=profile("sRGB"))).pixels, scene()) < 0.5


def test_a_profile_of_rgb_is_applied_to_grey():
    image = scene().convert("L")
    assert error(decode(encoded(image, "PNG", icc_profile=profile("sRGB"))).pixels[..., 0], image) < 0.5


@pytest.mark.parametrize(
    "broken", [b"no profile at all", profile("sRGB")[:200], profile("sRGB")[:100] + bytes(300), profile("LAB")]
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_profile_that_cannot_be_used_is_ignored(broken, mode):
    image = scene().convert(mode)
    plain = decode(encoded(image, "TIFF")).pixels
    assert error(decode(encoded(image, "TIFF", icc_profile=broken)).pixels, plain) == 0


def test_a_lab_tiff_is_converted():
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.profileToProfile(scene(), srgb, lab, outputMode="LAB")
    assert image is not None
    assert error(decode(encoded(image, "TIFF")).pixels, scene()) < 6


# Several pictures in a file


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "PNG", "AVIF"])
def test_the_first_picture_of_several_is_taken(kind):
    others = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("black", "red")]
    content = encoded(scene(), kind, save_all=True, append_images=others, **({"quality": 90} if kind == "AVIF" else {}))
    assert error(decode(content).pixels, scene()) < 6


def test_a_phone_picture_with_a_second_one_attached_is_read_as_its_first():
    content = encoded(scene(), "MPO", save_all=True, append_images=[Image.new("RGB", (20, 20))], quality=95)
    assert error(decode(content).pixels, scene()) < 6


# Being a good neighbour


def test_warnings_about_odd_files_are_not_passed_on():
    exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0" + struct.pack("<HHII", 0x0112, 3, 2, 0x10001) + b"\x01"
    content = encoded(scene(), "JPEG", exif=exif)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        decode(content)
    assert caught == []


def test_threads_decode_alike_and_leave_the_warning_filters_as_they_were():
    before = list(warnings.filters)
    results: list[float] = []

    def work() -> None:
        results.extend(error(decode(content).pixels, scene()) for content in FILES.values())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 * len(FILES)
    assert max(results) < 6
    assert warnings.filters == before


def test_pillow_is_not_taught_new_formats_for_everyone():
    program = "import lineage.read.images; from PIL import Image; raise SystemExit('HEIF' in Image.OPEN)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.slow
def test_flipped_bytes_give_a_picture_or_an_image_error():
    rng = np.random.default_rng(7)
    refused = 0
    for _ in range(40):
        for content in FILES.values():
            broken = bytearray(content)
            for place in rng.integers(0, min(len(broken), 600), rng.integers(1, 9)):
                broken[place] = rng.integers(256)
            try:
                decode(bytes(broken), longest=30, pixel_limit=4_000_000)
            except ImageError:
                refused += 1
    assert 0 < refused < 40 * len(FILES)


# Previews


def test_a_preview_is_a_small_webp_close_to_the_picture():
    large = np.asarray(scene(800, 500))
    picture = decode(preview(large))
    assert (picture.format, picture.width, picture.height) == ("WEBP", 320, 200)
    assert error(picture.pixels, scene(320, 200)) < 4


def test_a_preview_of_a_small_picture_keeps_its_size():
    assert decode(preview(np.asarray(scene()))).pixels.shape == (HEIGHT, WIDTH, 3)


def test_shrinking_is_antialiased_and_never_enlarges():
    stripes = np.zeros((90, 90, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(shrink(stripes, 9).astype(int) - 127).max() < 20
    assert shrink(stripes, 90) is stripes


def test_real_photographs_of_the_sample_library_are_read():
    paths = sorted(Path(__file__).parent.parent.glob("samples/library/*/*.jpg"))
    assert len(paths) >= 40
    for path in paths:
        picture = decode(path, longest=320)
        assert (picture.format, max(picture.pixels.shape)) == ("JPEG", 320)

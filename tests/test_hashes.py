"""Perceptual hashes: against the definition of pHash, against the geometry of a square, and pinned."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from lineage.describe.hashes import distance, hamming, orientations, perceptual_hashes
from lineage.describe.same_picture import SamePicture
from lineage.records import Hashes

LIBRARY = Path(__file__).parent.parent / "samples" / "library"


def photograph(name: str = "hats/00686.jpg") -> Image.Image:
    return Image.open(LIBRARY / name).convert("RGB")


def blobs(seed: int, side: int = 256) -> Image.Image:
    """Random but smooth: much structure, no symmetry, and no file needed."""
    noise = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((side, side), Image.Resampling.BICUBIC)


def hashes_of(image: Image.Image) -> Hashes:
    return perceptual_hashes(np.asarray(image))


def phash_by_definition(image: Image.Image) -> str:
    """DCT-II of the 32 × 32 grey picture from its formula; bit 1 where one of the 8 × 8 lowest exceeds their median."""
    grey = np.asarray(image.convert("L").resize((32, 32), Image.Resampling.LANCZOS), float)
    frequency, position = np.mgrid[:8, :32]
    cosines = np.cos(np.pi * frequency * (2 * position + 1) / 64)
    lowest = cosines @ grey @ cosines.T
    bits = (lowest > np.median(lowest)).ravel()
    return f"{int(''.join('01'[int(bit)] for bit in bits), 2):016x}"


@pytest.mark.parametrize("seed", range(5))
def test_phash_is_what_its_definition_says(seed):
    assert hashes_of(blobs(seed)).phash == phash_by_definition(blobs(seed))


def test_phash_of_a_photograph_is_what_its_definition_says():
    assert hashes_of(photograph()).phash == phash_by_definition(photograph())


def test_hashes_are_constant():
    # An index keeps them for years: a change of these values needs a new schema version.
    pdq = "dffc12c8a597432fb5bf26ccb983e4708cca73e4d0732891067125efce8942c3"
    assert hashes_of(blobs(0)) == Hashes(phash="eea0c8ebc744a393", pdq=pdq, pdq_quality=100)


def test_hashes_are_hex_digits_of_64_and_256_bit():
    hashes = hashes_of(blobs(1))
    assert (len(hashes.phash), len(hashes.pdq)) == (16, 64)
    assert int(hashes.phash, 16) >= 0
    assert int(hashes.pdq, 16) >= 0


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (7, 5)])
def test_the_smallest_pictures_have_hashes_of_no_quality(size):
    assert hashes_of(Image.new("RGB", size, "teal")).pdq_quality == 0


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*/*.jpg"))[::6], ids=lambda path: path.stem)
def test_a_smaller_softer_copy_stays_near(path):
    original = Image.open(path)
    smaller = original.resize((original.width * 3 // 5, original.height * 3 // 5)).filter(ImageFilter.GaussianBlur(0.7))
    assert distance(hashes_of(smaller), hashes_of(original)) < 0.04


def test_siblings_are_told_apart():
    assert distance(hashes_of(photograph("jackets/00555.jpg")), hashes_of(photograph("jackets/00595.jpg"))) > 0.1


def test_another_picture_is_far():
    assert distance(hashes_of(blobs(1)), hashes_of(blobs(2))) > 0.3


# Orientations


def test_the_first_orientation_is_the_picture_as_it_is():
    assert orientations(np.asarray(photograph()))[0] == hashes_of(photograph())


@pytest.mark.parametrize("method", list(Image.Transpose))
def test_a_turned_or_mirrored_post_is_found_by_one_of_its_orientations(method):
    original = hashes_of(blobs(3))
    post = np.asarray(blobs(3).transpose(method))
    assert distance(perceptual_hashes(post), original) > 0.25
    variants = orientations(post)
    assert len(set(variants)) == 8
    nearest = min(variants, key=lambda variant: distance(variant, original))
    assert hamming(nearest.pdq, original.pdq) <= 2
    assert hamming(nearest.phash, original.phash) <= 2


# Distance


@pytest.mark.parametrize(
    ("a", "b", "bits"), [("00", "00", 0), ("0f", "f0", 8), ("8000", "0001", 2), ("0" * 64, "f" * 64, 256)]
)
def test_hamming_counts_differing_bits(a, b, bits):
    assert hamming(a, b) == hamming(b, a) == bits


def test_hashes_of_different_length_are_not_compared():
    with pytest.raises(ValueError, match="16 and 64 hex digits"):
        hamming("0" * 16, "0" * 64)


def test_distance_is_the_share_of_pdq_bits_where_both_have_structure():
    query, asset = Hashes("0" * 16, "0" * 64, 90), Hashes("f" * 16, "0" * 63 + "f", 50)
    assert distance(query, asset) == 4 / 256


@pytest.mark.parametrize("qualities", [(90, 49), (49, 90), (0, 0)])
def test_distance_is_the_share_of_phash_bits_where_one_has_too_little(qualities):
    query, asset = Hashes("0" * 15 + "1", "0" * 64, qualities[0]), Hashes("0" * 16, "f" * 64, qualities[1])
    assert distance(query, asset) == 1 / 64


def test_files_of_one_picture_are_one_group():
    one, other = photograph(), photograph("shoes/00240.jpg")
    half = one.resize((one.width // 2, one.height // 2))
    first, second, third = SamePicture([hashes_of(one), hashes_of(other), hashes_of(half)]).groups()
    assert first == third != second


def test_the_first_of_a_group_is_found_by_way_of_others():
    chain = [Hashes("0" * 16, f"{(1 << 10 * n) - 1:064x}", 100) for n in (3, 9, 2, 0, 1)]  # 10 bits from link to link
    same = SamePicture(chain)
    assert [same.first(number) for number in range(5)] == [0, 1, 0, 0, 0]
    assert same.groups().tolist() == [0, 1, 0, 0, 0]


def test_a_picture_without_structure_is_the_same_as_nothing():
    flat = hashes_of(Image.new("RGB", (64, 64), "white"))
    first, second = SamePicture([flat, flat]).groups()
    assert first != second

"""Pictures drawn for tests: no two seeds look alike, every one has structure to recognise it by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import hypothesis
import numpy as np
import pytest
from PIL import Image

from lineage.records import Pixels

SAMPLES = Path(__file__).parent.parent / "samples"
_EXAMPLES_A_SECOND = 50


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "go on for about so long in each test of test_fuzz_*.py, with other examples than are always tried"
    parser.addoption("--fuzz", type=float, metavar="SECONDS", help=told)


def pytest_configure(config: pytest.Config) -> None:
    """Hypothesis counts examples and not seconds; where nothing is said, a run tries what the last one tried."""
    seconds = config.getoption("--fuzz")
    few = hypothesis.settings(deadline=None, derandomize=True)
    hypothesis.settings.register_profile("few", few)
    if seconds is not None:
        many = int(seconds * _EXAMPLES_A_SECOND) + 1
        hypothesis.settings.register_profile("many", few, derandomize=False, max_examples=many)
    hypothesis.settings.load_profile("few" if seconds is None else "many")


@pytest.fixture(scope="session")
def fuzz_seconds(pytestconfig: pytest.Config) -> float | None:
    """How long is wanted of a loop; None: as little as is always tried."""
    seconds: float | None = pytestconfig.getoption("--fuzz")
    return seconds


def draw(seed: int, *, width: int = 320, height: int = 240) -> Pixels:
    """Soft clouds with shapes on them, (height, width, 3) uint8."""
    rng = np.random.default_rng(seed)
    clouds = rng.uniform(0, 255, (6, 8, 3)).astype(np.float32)
    picture = cv2.resize(clouds, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)
    for _ in range(40):
        x, y, r = (int(v) for v in rng.uniform((0, 0, 4), (width, height, 30)))
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        if rng.random() < 0.5:
            cv2.circle(picture, (x, y), r, colour, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(picture, (x, y), (x + 2 * r, y + r), colour, -1)
    return picture


@pytest.fixture(scope="session")
def drawn() -> Callable[..., Pixels]:
    """`drawn(seed, width=…, height=…)`: a picture that no other seed gives."""
    return draw


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with three pictures in two folders."""
    root = tmp_path / "library"
    for seed, path in enumerate(("spring/a.jpg", "spring/b.png", "autumn/c.webp")):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw(seed)).save(file)
    return root

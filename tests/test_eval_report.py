"""The report shows what was found, whatever was found."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from eval.corpus import Corpus, Post, Rendered, read_folder
from eval.predictions import Claim, Header, Prediction
from eval.report import write_report
from eval.results import score


@pytest.fixture
def corpus(library):
    pixels = np.asarray(Image.open(library / "spring" / "a.jpg"))
    posts = (Post("one.jpg", "crop", 0.5, "spring/a.jpg", "", lambda: Rendered(pixels)),)
    return Corpus("posts", read_folder(library).sources, posts)


def test_an_answer_that_the_library_does_not_have_is_told_without_a_picture(corpus, tmp_path):
    answers = [Prediction("one.jpg", "known", (Claim("elsewhere/b.jpg", 0.9),))]
    results = score(corpus, Header("lineage", corpus.digest, {}, {}), answers, seed=0)
    write_report(tmp_path, results, [corpus], command="", seed=0)
    page = (tmp_path / "report.html").read_text()
    assert "answer: elsewhere/b.jpg" in page
    assert "not in the library folder" in page

"""`lineage serve` on the index of a Qdrant server: decisions and queue lie there too, for all who ask it."""

from __future__ import annotations

import httpx
from PIL import Image

from tests.command import call
from tests.qdrant_standin import standin
from tests.serving import served


def test_what_is_decided_at_one_service_is_known_at_another(tmp_path, drawn, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "library").mkdir()
    for seed in (0, 1):
        Image.fromarray(drawn(seed)).save(tmp_path / "library" / f"{seed}.png")
    Image.fromarray(drawn(1)[10:230, 20:310]).save(tmp_path / "post.jpg", quality=80)
    post = {"post": ("post.jpg", (tmp_path / "post.jpg").read_bytes())}
    with standin() as server:
        store = f"{server.url}/pictures"
        assert call("index", tmp_path / "library", "--store", store, "--workers", "1").returncode == 0
        with served(store) as one, served(store) as other:
            found = httpx.post(f"{one}/v1/query", files=post, timeout=60).json()
            assert found["verdict"] == "known"
            held = {"what": "quarantine", "asset": found["matches"][0]["id"]}
            httpx.post(f"{one}/v1/feedback", json=held, timeout=60).raise_for_status()
            assert httpx.post(f"{other}/v1/query", files=post, timeout=60).json()["verdict"] == "review"
            (waiting,) = httpx.get(f"{one}/v1/reviews", timeout=60).json()["reviews"]
            decision = {"what": "confirm", "answer": waiting["id"], "asset": waiting["asset_id"]}
            assert httpx.post(f"{one}/v1/feedback", json=decision, timeout=60).status_code == 200
            assert httpx.post(f"{other}/v1/feedback", json=decision, timeout=60).status_code == 409
            assert httpx.post(f"{other}/v1/query", files=post, timeout=60).json()["verdict"] == "known"

"""What so many posts, and so many pictures, cannot back is refused, before the work where that can be told."""

from __future__ import annotations

from lineage.decide.thresholds import POSTS_PER_SAMPLE, finest_level, samples_needed
from lineage.errors import UsageError

FEWEST_POSTS = 100  # fewer say nothing about two dozen features


def require_posts(posts: int) -> None:
    """Refuse to fit a decision to hardly any posts.

    Raises:
        UsageError: there are too few
    """
    if posts < FEWEST_POSTS:
        raise UsageError(f"{posts} posts are too few to fit a decision; at least {FEWEST_POSTS} are needed")


def require_backing(*, posts: int, false_known: float) -> None:
    """Refuse a level that so many posts cannot back, whatever the library.

    Raises:
        UsageError: there are too few to fit a decision, or to back the level
    """
    samples, needed = posts // POSTS_PER_SAMPLE, samples_needed(false_known)
    enough = max(FEWEST_POSTS, POSTS_PER_SAMPLE * needed)
    if posts < FEWEST_POSTS:
        raise UsageError(
            f"{posts} posts are too few to fit a decision; --false-known {false_known:g} needs --posts {enough}, "
            f"of {needed} pictures or more"
        )
    if samples < needed:
        raise UsageError(
            f"a false-known level of {false_known:g} needs {needed} novel posts, each of another picture, and of "
            f"{posts} posts {samples} are novel; make {enough}, of {needed} pictures or more: --posts {enough}; "
            f"or ask for less: --false-known {finest_level(samples):g}"
        )


def require_pictures(pictures: int, *, false_known: float, of: str) -> None:
    """Refuse a level that so many pictures cannot back: posts of one picture are no two samples.

    Args:
        pictures: different ones that novel posts are made of
        false_known: the level, 0..1
        of: what has no more, for the sentence

    Raises:
        UsageError: there are too few
    """
    if pictures < (needed := samples_needed(false_known)):
        finest = f"{finest_level(pictures):g}"
        raise UsageError(
            f"a false-known level of {false_known:g} needs novel posts of {needed} different pictures, "
            f"and {of} has {pictures}, which back {finest}: --false-known {finest}"
        )

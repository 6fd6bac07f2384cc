"""Guess which word was meant."""

from collections.abc import Iterable


def nearest(word: str, words: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """Return the one of ``words`` that ``word`` looks like; nothing when none is near.

    ``likeness`` says how near, from 0 (anything) to 1 (the same).
    """
    from difflib import get_close_matches

    folded = {candidate.lower().replace("-", "_"): candidate for candidate in sorted(words)}
    near = get_close_matches(word.lower().replace("-", "_"), folded, n=1, cutoff=likeness)
    return folded[near[0]] if near else None


def did_you_mean(word: str, words: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """Return ``did you mean 'x'?`` for the nearest of ``words``; nothing when none is near."""
    near = nearest(word, words, likeness=likeness)
    return f"did you mean {near!r}?" if near else None

"""Guess which word was meant."""

from collections.abc import Iterable


def did_you_mean(word: str, words: Iterable[str]) -> str | None:
    """Return ``did you mean 'x'?`` for the nearest of ``words``; nothing when none is near."""
    from difflib import get_close_matches

    folded = {candidate.lower().replace("-", "_"): candidate for candidate in sorted(words)}
    near = get_close_matches(word.lower().replace("-", "_"), folded, n=1, cutoff=0.6)
    return f"did you mean {folded[near[0]]!r}?" if near else None

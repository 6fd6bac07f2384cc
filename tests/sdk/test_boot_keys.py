"""The language of ``boot_command``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.sdk.keys import KEYS, Pause, Stroke, UnknownKey, shifted, strokes, unshifted


def written(text: str) -> str:
    """Return what a text means, in words."""
    return " ".join(
        f"wait:{each.seconds:g}" if isinstance(each, Pause) else f"{each.how}:{each.key}" for each in strokes(text)
    ).replace("tap:", "")


CASES = [
    ("", ""),
    ("aB ", "a B  "),
    ("<enter><return><ENTER><Enter>", "enter enter enter enter"),
    ("<esc><tab><bs><del><insert><home><end>", "esc tab bs del insert home end"),
    ("<pageUp><pageDown><up><down><left><right><menu>", "pageup pagedown up down left right menu"),
    ("<f1><f9><f10><F12>", "f1 f9 f10 f12"),
    ("<spacebar>x", "  x"),
    ("<leftAlt><rightCtrl><leftShift><rightSuper>", "leftalt rightctrl leftshift rightsuper"),
    ("<leftCommand><rightOption><leftOption>", "leftsuper rightalt leftalt"),
    ("<leftAltOn><f1><leftAltOff>", "press:leftalt f1 release:leftalt"),
    ("<leftOptionOn><rightCommandOFF>", "press:leftalt release:rightsuper"),
    ("<LEFTCTRLON>c<leftctrloff>", "press:leftctrl c release:leftctrl"),
    ("<enterOn><enterOff>", "press:enter release:enter"),
    ("<aOn><aOff><AOn><1On><1Off><;On>", "press:a release:a press:A press:1 release:1 press:;"),
    ("<<On><>Off>", "press:< release:>"),
    ("<wait><wait5><wait10s><wait1m30s>", "wait:1 wait:5 wait:10 wait:90"),
    ("<wait500ms><WAIT1.5s><wait0>", "wait:0.5 wait:1.5 wait:0"),
    ("a < b", "a   <   b"),
    ("cat <<EOF", "c a t   < < E O F"),
    ("<>", "< >"),
    ("<1>", "< 1 >"),
    ("</x>", "< / x >"),
    ("< enter>", "<   e n t e r >"),
    ("<enter", "< e n t e r"),
    ("<<wait0>html>", "< wait:0 h t m l >"),
    ("a\r\nb\n", "a b"),
    ("é€", "é €"),
]


@pytest.mark.parametrize(("text", "meant"), CASES)
def test_what_is_typed(text: str, meant: str) -> None:
    assert written(text) == meant


UNKNOWN = [
    ("<enterr>", "enterr", 0, "did you mean <enter>?"),
    ("linux<space>quiet", "space", 5, "did you mean <spacebar>?"),
    ("<waitlong>", "waitlong", 0, "did you mean <wait>?"),
    ("<a>", "a", 0, "<<wait0>a> types it as it stands"),
    ("<f13>", "f13", 0, "did you mean"),
    ("x<html>", "html", 1, "<<wait0>html> types it as it stands"),
    ("<wait5x>", "wait5x", 0, "did you mean <wait>?"),
    ("<spaceOn>", "spaceOn", 0, "did you mean"),
]


@pytest.mark.parametrize(("text", "word", "start", "hint"), UNKNOWN)
def test_a_word_that_is_no_key(text: str, word: str, start: int, hint: str) -> None:
    with pytest.raises(UnknownKey) as caught:
        list(strokes(text))
    error = caught.value
    assert str(error) == f"<{word}> is no key"
    assert text[error.start : error.end] == f"<{word}>"
    assert error.start == start
    assert hint in error.hint


ACTIONS = st.one_of(
    st.builds(Stroke, st.sampled_from(sorted(KEYS)), st.sampled_from(["tap", "press", "release"])),
    st.builds(Stroke, st.characters(exclude_characters="<\r\n", exclude_categories=["Cs"])),
    st.builds(Pause, st.integers(0, 10_000).map(float)),
)


def spelled(action: Stroke | Pause) -> str:
    """Return how an action is written."""
    if isinstance(action, Pause):
        return f"<wait{action.seconds:.0f}>"
    if action.how == "tap" and len(action.key) == 1:
        return action.key
    name = {" ": "spacebar"}.get(action.key, action.key)
    return f"<{name}{ {'tap': '', 'press': 'On', 'release': 'Off'}[action.how]}>"


@given(st.lists(ACTIONS))
def test_what_is_written_is_what_is_typed(actions: list[Stroke | Pause]) -> None:
    assert list(strokes("".join(map(spelled, actions)))) == actions


@given(st.text())
def test_every_text_means_something_or_has_a_word_that_is_no_key(text: str) -> None:
    place = None
    try:
        meant = list(strokes(text))
    except UnknownKey as error:
        place = text[error.start], text[error.end - 1]
    if place is not None:
        assert place == ("<", ">")
    elif "<" not in text:
        assert meant == [Stroke(each) for each in text if each not in "\r\n"]


@given(st.characters())
def test_shift_gives_one_character(key: str) -> None:
    assert len(shifted(key)) == len(unshifted(key)) == 1


@pytest.mark.parametrize("key", [*"aB1!;~é", "enter", "leftshift"])
def test_shift_and_back(key: str) -> None:
    assert unshifted(shifted(key)) == unshifted(key)
    assert shifted(unshifted(key)) == shifted(key)
    assert Stroke(shifted(key)).shifted == (len(key) == 1)
    assert not Stroke(unshifted(key)).shifted

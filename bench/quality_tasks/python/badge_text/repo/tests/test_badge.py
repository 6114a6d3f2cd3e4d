from badges.badge import badge_text


def test_badge_text() -> None:
    assert badge_text(0) == ""
    assert badge_text(7) == "7"
    assert badge_text(99) == "99"
    assert badge_text(100) == "99+"

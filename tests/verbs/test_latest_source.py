"""Which of several dates is the latest."""

from tests.verbs.records import made, records


def test_the_words_of_the_latest_and_of_a_tie_the_first():
    frame = records(
        ADT=["2024-01-02", "2024-01-01", "2024-01-01", None],
        BDT=["2024-01-01", "2024-01-02", "2024-01-01", None],
    )
    assert made({"latest_source": {"ADT": "first", "BDT": "second"}}, frame) == [
        "first",
        "second",
        "first",
        "",
    ]

import json

from hypothesis import given
from hypothesis import strategies as st

from moderator.behaviour.memory import MOST_MARKS, MOST_OF_A_KEY, Mark, Memory


def mark(at: float, key: str = "k", number: int = 0) -> Mark:
    return Mark(at, key, f"m{number}", "who")


def test_marks_are_forgotten_by_age() -> None:
    memory = Memory(10.0)
    for at in range(5):
        memory.add(mark(at * 5.0, number=at))
    memory.expire(20.0)
    assert [one.at for one in memory.of("k")] == [10.0, 15.0, 20.0]
    memory.expire(31.0)
    assert not memory.known_keys()


def test_a_flood_of_keys_costs_the_oldest_mark() -> None:
    memory = Memory(1e9)
    for number in range(MOST_MARKS + 3):
        memory.add(mark(number, f"k{number}", number))
    assert len(memory.known_keys()) == MOST_MARKS
    assert not memory.of("k2")
    assert memory.of("k3")


def test_a_key_keeps_its_last_marks() -> None:
    memory = Memory(1e9)
    for number in range(MOST_OF_A_KEY + 5):
        memory.add(mark(number, number=number))
    assert [one.at for one in memory.of("k")][:2] == [5.0, 6.0]
    assert len(memory.of("k")) == MOST_OF_A_KEY


def test_some_of_a_key_can_be_forgotten() -> None:
    memory = Memory(100.0)
    first, second = mark(1.0, number=1), mark(2.0, number=2)
    memory.add(first)
    memory.add(second)
    memory.forget("k", [first])
    assert list(memory.of("k")) == [second]
    memory.expire(102.5)
    assert not memory.of("k")
    memory.forget("k")


ACTIONS = st.lists(
    st.tuples(st.sampled_from("abc"), st.floats(0, 5), st.booleans()), max_size=60
)  # fmt: skip


@given(ACTIONS)
def test_it_never_holds_what_is_too_old_and_survives_being_saved(
    actions: list[tuple[str, float, bool]],
) -> None:
    memory, now = Memory(10.0), 0.0
    for number, (key, later, forgets) in enumerate(actions):
        now += later
        memory.expire(now)
        if forgets:
            memory.forget(key)
        else:
            memory.add(mark(now, key, number))
        held = [one for each in memory.known_keys() for one in memory.of(each)]
        assert all(now - one.at <= 10.0 for one in held)
    again = Memory(10.0)
    again.restore(json.loads(json.dumps(memory.state())))
    assert again.state() == memory.state()
    assert {key: list(memory.of(key)) for key in memory.known_keys()} == {
        key: list(again.of(key)) for key in again.known_keys()
    }


def test_what_was_saved_is_forgotten_when_it_would_have_been() -> None:
    """Marks that were pushed out or taken away still have their places in the line."""
    memory, again = Memory(1e9), Memory(1e9)
    for number in range(2 * MOST_MARKS):
        key = "often" if number % 10 else f"rarely {number % 70}"
        if number == MOST_MARKS + 500:
            memory.forget("rarely 30")
            again.restore(json.loads(json.dumps(memory.state())))
        for one in (memory, again) if number >= MOST_MARKS + 500 else (memory,):
            one.add(mark(float(number), key, number))
        if number >= MOST_MARKS + 500:
            assert list(memory.known_keys()) == list(again.known_keys())
            assert all(memory.of(each) == again.of(each) for each in memory.known_keys())

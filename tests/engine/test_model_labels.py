"""What models are called, and what tells apart those that would share a name."""

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.model_labels import labels_of, short_model
from tui.tables.look import Look
from tui.words.format import fit_apart

SPELLINGS = [
    "claude-opus-4-6",
    "claude-opus-4.6",
    "anthropic/claude-opus-4.6",
    "anthropic/claude-4.6-opus-20260205",
    "anthropic/claude-opus-4.6:thinking",
    "us.anthropic.claude-opus-4-6-v1",
    "us.anthropic.claude-opus-4-6-v1:0",
    "eu.anthropic.claude-opus-4-6-v1",
    "vertex_ai/claude-opus-4-6@20260205",
    "claude-opus-4-6[1m]",
    "claude-opus-4-6-20260205",
    "Claude-Opus-4-6",
    "claude-opus-4-6-fast",
    "gpt-5.2",
    "gpt-5.2\x1b[31m",
    "gpt-5.2 ",
    "openai/gpt-5.2",
    "",
    "unknown",
]


def test_a_model_alone_goes_by_its_everyday_name() -> None:
    names = ["claude-opus-4-5-20251101", "anthropic/claude-sonnet-4.6:thinking", "gpt-5.2"]
    assert labels_of(names) == {
        names[0]: "Opus 4.5",
        names[1]: "Sonnet 4.6",
        names[2]: "gpt-5.2",
    }


def test_what_an_id_has_around_the_model_tells_two_apart() -> None:
    names = [
        "claude-opus-4-6",
        "us.anthropic.claude-opus-4-6-v1:0",
        "anthropic/claude-opus-4.6:thinking",
        "claude-opus-4-6-20260205[1m]",
        "claude-sonnet-3-5-20240620",
        "claude-3-5-sonnet-20241022",
    ]
    assert list(labels_of(names).values()) == [
        "Opus 4.6",
        "Opus 4.6 (us.anthropic, v1:0)",
        "Opus 4.6 (anthropic, thinking)",
        "Opus 4.6 (20260205, 1m)",
        "Sonnet 3.5 (20240620)",
        "Sonnet 3.5 (20241022)",
    ]


def test_ids_that_differ_in_spelling_alone_are_shown_whole() -> None:
    names = ["claude-opus-4.6", "claude-opus-4-6", "claude-4-6-opus"]
    assert list(labels_of(names).values()) == names


@given(st.lists(st.sampled_from(SPELLINGS) | st.text(max_size=6), unique=True))
def test_no_two_models_side_by_side_share_a_label(names: list[str]) -> None:
    labels = labels_of(names)
    assert list(labels) == names
    assert len(set(labels.values())) == len(names)
    assert all(labels.values())


@given(st.lists(st.sampled_from(SPELLINGS), unique=True, min_size=1))
def test_labels_do_not_depend_on_the_order_of_models(names: list[str]) -> None:
    assert labels_of(names) == labels_of(sorted(names))


def test_a_table_calls_models_as_the_user_does_before_all_else() -> None:
    names = ["claude-opus-4-6", "anthropic/claude-opus-4.6"]
    look = Look(width=80, models={names[1]: "Router"}).among(names)
    assert [look.model(name) for name in names] == ["Opus 4.6", "Router"]
    assert short_model(names[1]) == "Opus 4.6"


def test_names_that_begin_alike_are_cut_in_their_middle() -> None:
    names = ["gpt-5.2-codex-mini-high", "gpt-5.2-codex-maxi-high", "glm"]
    assert [fit_apart(name, 14, names) for name in names] == [
        "gpt-…mini-high",
        "gpt-…maxi-high",
        "glm           ",
    ]
    assert fit_apart(names[0], 14, names[:1]) == "gpt-5.2-codex…"

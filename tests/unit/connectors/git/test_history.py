"""Descent of commits, compared with its definition on any history, clocks that are wrong included."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from lpcac.connectors.git.history import History
from lpcac.connectors.git.objects import Commit

Graph = Mapping[str, Commit]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Return commits called "0", "1" and so on, each on up to two of those before it."""
    size = draw(st.integers(1, 8))
    found: dict[str, Commit] = {}
    for number in range(size):
        parents = draw(st.lists(st.sampled_from(sorted(found)), max_size=2, unique=True)) if found else []
        found[str(number)] = Commit("", tuple(parents), draw(st.integers(0, 5)))
    return found


def contained(graph: Graph, commit: str) -> set[str]:
    """Return what a commit contains, itself included."""
    found, pending = set(), [commit]
    while pending:
        if (sha := pending.pop()) not in found:
            found.add(sha)
            pending += graph[sha].parents
    return found


@given(graphs(), st.data())
def test_a_commit_descends_from_exactly_what_it_contains(graph: Graph, data: st.DataObject) -> None:
    older, newer = (data.draw(st.sampled_from(sorted(graph))) for _ in range(2))
    assert History(graph.get).is_ancestor(older, newer) == (older in contained(graph, newer))


@given(graphs(), st.data())
def test_a_merge_base_is_in_both_and_in_no_other_commit_of_both(graph: Graph, data: st.DataObject) -> None:
    a, b = (data.draw(st.sampled_from(sorted(graph))) for _ in range(2))
    common = contained(graph, a) & contained(graph, b)
    best = {sha for sha in common if not any(sha != other and sha in contained(graph, other) for other in common)}
    found = History(graph.get).merge_base(a, b)
    assert found in best if best else found is None


@given(graphs(), st.data())
def test_a_branch_went_through_what_it_has_and_the_other_commit_has_not(graph: Graph, data: st.DataObject) -> None:
    since, until = (data.draw(st.sampled_from(sorted(graph))) for _ in range(2))
    chain = [until]
    while graph[chain[-1]].parents:
        chain.append(graph[chain[-1]].parents[0])
    expected = [sha for sha in chain if sha not in contained(graph, since)]
    assert list(History(graph.get).first_parents(since, until)) == expected
    assert list(History(graph.get).first_parents(None, until)) == chain


@given(graphs(), st.data())
def test_a_history_that_is_cut_off_ends_there(graph: Graph, data: st.DataObject) -> None:
    missing = data.draw(st.sets(st.sampled_from(sorted(graph))))
    kept = {sha: commit for sha, commit in graph.items() if sha not in missing}
    if not kept:
        return
    older, newer = (data.draw(st.sampled_from(sorted(kept))) for _ in range(2))
    history = History(kept.get)
    if history.is_ancestor(older, newer):
        assert older in contained(graph, newer)
    assert all(sha in kept for sha in history.first_parents(None, newer))


def test_a_question_about_near_commits_reads_none_that_is_far() -> None:
    graph = {str(n): Commit("", (str(n - 1),) if n else (), n) for n in range(10_000)}
    asked: set[str] = set()

    def find(sha: str) -> Commit | None:
        asked.add(sha)
        return graph.get(sha)

    history = History(find)
    assert history.is_ancestor("9990", "9999")
    assert not history.is_ancestor("9999", "9990")
    assert history.merge_base("9995", "9999") == "9995"
    assert len(asked) < 20

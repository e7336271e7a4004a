"""Comments of the fake GitHub."""

from collections.abc import Callable

import httpx
import pytest
from tests.fakes.github import ACTIONS_BOT, FakeGitHub, Repository

COMMENTS = "/repos/acme/siem/issues/1/comments"


@pytest.fixture(autouse=True)
def _an_issue(repository: Repository) -> None:
    repository.open_issue("alice", "Something")


def test_comments_come_in_pages_that_link_to_each_other(client: httpx.Client, repository: Repository) -> None:
    repository.issue(1).add_comments(250)
    sizes, address = [], f"{COMMENTS}?per_page=100"
    while address:
        page = client.get(address)
        sizes.append(len(page.json()))
        assert page.links.get("next", {}).get("url", "").startswith(str(client.base_url)) or "next" not in page.links
        address = page.links.get("next", {}).get("url", "")
    assert sizes == [100, 100, 50]


@pytest.mark.parametrize(("asked", "given"), [("", 30), ("?per_page=7", 7), ("?per_page=500", 100)])
def test_a_page_holds_thirty_unless_asked_and_never_more_than_a_hundred(
    client: httpx.Client, repository: Repository, asked: str, given: int
) -> None:
    repository.issue(1).add_comments(120)
    assert len(client.get(COMMENTS + asked).json()) == given


def test_a_page_beyond_the_end_is_empty(client: httpx.Client) -> None:
    assert client.get(f"{COMMENTS}?page=9").json() == []


def test_a_single_page_has_no_links(client: httpx.Client) -> None:
    assert "link" not in client.get(COMMENTS).headers


@pytest.mark.parametrize("character", ["a", "\N{PILE OF POO}"])
def test_a_comment_may_have_65536_characters_of_any_size(client: httpx.Client, character: str) -> None:
    assert client.post(COMMENTS, json={"body": character * 65_536}).status_code == 201


def test_a_longer_comment_is_refused(client: httpx.Client, repository: Repository) -> None:
    refused = client.post(COMMENTS, json={"body": "a" * 65_537})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["message"] == "Body is too long (maximum is 65536 characters)"
    assert repository.issue(1).comments == []


def test_an_edit_may_not_be_too_long_either(client: httpx.Client, repository: Repository) -> None:
    own = client.post(COMMENTS, json={"body": "short"}).json()["url"]
    assert client.patch(own, json={"body": "a" * 65_537}).status_code == 422
    assert [comment.body for comment in repository.issue(1).comments] == ["short"]


def test_a_blank_comment_is_refused(client: httpx.Client) -> None:
    assert client.post(COMMENTS, json={"body": " \n"}).status_code == 422


def test_a_job_writes_as_the_actions_bot(client: httpx.Client) -> None:
    author = client.post(COMMENTS, json={"body": "Plan"}).json()["user"]
    assert (author["login"], author["id"], author["type"]) == (ACTIONS_BOT, 41898282, "Bot")


def test_an_app_writes_as_its_own_bot(make_client: Callable[..., httpx.Client]) -> None:
    app = make_client(login="lpcac[bot]")
    author = app.post(COMMENTS, json={"body": "Plan"}).json()["user"]
    assert (author["login"], author["type"]) == ("lpcac[bot]", "Bot")


def test_a_comment_is_edited_in_place(github: FakeGitHub, client: httpx.Client, repository: Repository) -> None:
    made = client.post(COMMENTS, json={"body": "one"}).json()
    github.travel(minutes=5)
    edited = client.patch(made["url"], json={"body": "two"}).json()
    assert (edited["id"], edited["body"], edited["created_at"]) == (made["id"], "two", made["created_at"])
    assert edited["updated_at"] > made["updated_at"]
    assert len(repository.issue(1).comments) == 1


def test_people_can_tamper_with_the_comment_of_a_bot(client: httpx.Client, repository: Repository) -> None:
    own = client.post(COMMENTS, json={"body": "honest"}).json()["url"]
    repository.issue(1).comments_by(ACTIONS_BOT)[0].edit("forged")
    shown = client.get(own).json()
    assert (shown["body"], shown["user"]["login"]) == ("forged", ACTIONS_BOT)


def test_only_comments_changed_since_a_moment_are_listed(
    github: FakeGitHub, client: httpx.Client, repository: Repository
) -> None:
    repository.issue(1).comment("bob", "old")
    github.travel(hours=1)
    moment = github.world.now().isoformat()
    repository.issue(1).comment("bob", "new")
    listed = client.get(COMMENTS, params={"since": moment}).json()
    assert [comment["body"] for comment in listed] == ["new"]


def test_a_bot_cannot_comment_where_the_conversation_is_locked(client: httpx.Client, repository: Repository) -> None:
    repository.issue(1).locked = True
    assert client.post(COMMENTS, json={"body": "Plan"}).status_code == 403


def test_a_comment_can_be_deleted(client: httpx.Client, repository: Repository) -> None:
    own = client.post(COMMENTS, json={"body": "gone soon"}).json()["url"]
    assert client.delete(own).status_code == 204
    assert client.get(own).status_code == 404
    assert repository.issue(1).comments == []

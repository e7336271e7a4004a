"""Nobody who proposes something decides where the token goes, what counts as reviewed, or who is excused."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest
from tests.action.recorded import entries
from tests.action.scene import READ_ONLY, Scene, client, directory_map, repo
from tests.fakes.github.domain.git_repository import Link

from lpcac.action.certificates import Certificates
from lpcac.simulator.server import Simulator
from lpcac.simulator.world import demo_world


def steering_to(url: str, *names: str, more: str = "") -> str:
    """Return a map whose clients live on another Director."""
    return directory_map(url, "".join(client(name, f"pool-{name}") for name in names or ("acme",)), more=more)


@pytest.fixture
def elsewhere(make_director) -> Simulator:  # noqa: ANN001
    """Return a copy of the Director at another address, with the same pools and the same ids."""
    return make_director(demo_world())


def test_words_that_were_changed_above_a_record_make_it_worthless(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    [comment] = scene.own_comments(pull)
    comment.edit(comment.body.replace("system", "harmless"))

    ran = scene.merge(pull)

    assert ran.code == 4, ran.log
    assert "edited after it was recorded" in scene.result_comment(pull)
    assert scene.director_writes() == []


@pytest.mark.parametrize("place", ["first", "within", "text behind"])
def test_a_record_that_was_moved_within_its_comment_counts_for_nothing(scene: Scene, place: str) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    [comment] = scene.own_comments(pull)
    shown, _, record = comment.body.strip().rpartition("\n")
    moved = {
        "first": shown.replace("\n", f"\n{record}", 1),
        "within": shown.replace("system", f"sys{record}tem", 1),
        "text behind": f"{shown}\n{record}\n<details><summary>Nothing to see</summary>",
    }
    comment.edit(moved[place])

    ran = scene.merge(pull)

    assert ran.code == 4, ran.log
    assert scene.director_writes() == []


@pytest.mark.parametrize("variable", ["GITHUB_HEAD_REF", "github_actor", "RUNNER_NAME", "BRANCH"])
def test_no_word_of_a_proposals_choice_is_masked_in_what_people_read(scene: Scene, variable: str) -> None:
    content = f"# token_env: {variable}\n{steering_to(scene.director.url)}"
    pull = scene.propose("security_logs", {"lpcac.yaml": content, "clients/acme/r.yaml": repo("security_logs")})

    ran = scene.review(pull, environ={variable: "security_logs", "BRANCH": "security_logs"})

    assert ran.code == 0, ran.log
    assert 'Repo "security_logs"' in scene.plan_comment(pull)
    assert "[secret]" not in scene.plan_comment(pull)


def test_line_ends_and_blanks_that_github_makes_its_own_change_nothing(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    [comment] = scene.own_comments(pull)
    comment.edit(comment.body.strip().replace("\n", "\r\n"))

    assert scene.merge(pull).code == 0


def test_planning_anew_makes_an_edited_comment_count_again(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    [comment] = scene.own_comments(pull)
    comment.edit(comment.body.replace("system", "harmless"))
    scene.review(pull)

    assert scene.merge(pull).code == 0


def test_a_client_that_moves_to_a_copied_director_has_no_history_and_no_review_there(
    scene: Scene, elsewhere: Simulator
) -> None:
    scene.landed("start", {"clients/acme/repos.yaml": repo("system") + "---\n" + repo("security")})
    pull = scene.propose("move", {"lpcac.yaml": steering_to(elsewhere.url)})
    scene.review(pull)

    moved = scene.merge(pull)

    assert moved.code == 4, moved.log
    assert "no record of this target" in scene.result_comment(pull)

    elsewhere.world.pool("pool-acme").logpoint("lp-01").create(
        "Repo", {"name": "system", "repopath": [{"path": "/data_hot/", "retention": 30}]}
    )
    pull = scene.propose("fewer", {"clients/acme/repos.yaml": repo("security")})
    ran = scene.review(pull)

    assert (ran.code, ran.outputs["deletes"], ran.outputs["creates"]) == (0, "0", "1"), ran.log
    assert scene.merge(pull).code == 0
    assert {"system", "security"} <= set(elsewhere.world.pool("pool-acme").logpoint("lp-01").names("Repo"))


def test_one_logpoint_under_two_addresses_belongs_to_one_client(scene: Scene, elsewhere: Simulator) -> None:
    both = directory_map(scene.director.url, client("acme", "pool-acme") + client("twin", "pool-acme")).replace(
        "clients:", f"  copy: {{url: '{elsewhere.url}', token_env: DIRECTOR_TOKEN}}\nclients:"
    )
    both = both.replace("path: clients/twin, director: main", "path: clients/twin, director: copy")
    scene.repository.push("main", {"lpcac.yaml": both})
    pull = scene.propose("both", {f"clients/{name}/r.yaml": repo(f"of-{name}") for name in ("acme", "twin")})

    ran = scene.review(pull, inputs={"director-token-for": "main, copy"})

    assert ran.code == 3, ran.log
    assert "belongs to acme and twin" in ran.summary


def test_a_direct_push_sends_the_token_to_no_other_director(scene: Scene, elsewhere: Simulator) -> None:
    push = scene.repository.push(
        "main", {"lpcac.yaml": steering_to(elsewhere.url), "clients/acme/r.yaml": repo("system")}
    )

    ran = scene.pushed(push)

    assert ran.code == 4, ran.log
    assert elsewhere.requests == ()
    assert elsewhere.url in ran.summary
    assert ran.outputs["applied"] == "false"
    assert entries(scene) == []


def test_a_direct_push_that_needs_no_review_may_bring_a_director(scene: Scene, elsewhere: Simulator) -> None:
    files = {"lpcac.yaml": steering_to(elsewhere.url), "clients/acme/r.yaml": repo("system")}

    ran = scene.pushed(scene.repository.push("main", files), inputs={"require-review": "false"})

    assert ran.code == 0, ran.log
    assert "system" in elsewhere.world.pool("pool-acme").logpoint("lp-01").names("Repo")


def test_a_group_on_top_of_one_that_is_not_merged_asks_no_director_that_it_brings(
    scene: Scene, elsewhere: Simulator
) -> None:
    first = scene.propose("steal", {"lpcac.yaml": steering_to(elsewhere.url)})
    second = scene.propose("use", {"clients/acme/r.yaml": repo("system")})
    group = second.enqueue(after=first.enqueue())

    ran = scene.queued(group)

    assert ran.code == 0, ran.log
    assert elsewhere.requests == ()
    assert len(scene.director.requests) > 0
    assert "1 to create" in ran.summary


def test_a_group_whose_branch_the_clone_lacks_is_planned_without_any_director(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})

    def forget(job) -> None:  # noqa: ANN001
        (Path(job.workspace) / ".git/refs/remotes/origin/main").unlink()

    ran = scene.queued(pull.enqueue(), before=forget)

    assert ran.code == 0, ran.log
    assert scene.director.requests == ()
    assert "fetch-depth: 0" in ran.summary
    assert "1 to create" in ran.summary


def test_planning_by_hand_on_a_branch_asks_no_director_that_the_branch_brings(
    scene: Scene, elsewhere: Simulator
) -> None:
    files = {"lpcac.yaml": steering_to(elsewhere.url), "clients/acme/r.yaml": repo("system")}
    scene.repository.push("steal", files)

    ran = scene.by_hand("plan", on="steal")

    assert ran.code == 0, ran.log
    assert elsewhere.requests == ()
    assert ran.outputs["creates"] == "1"


def test_looking_for_drift_by_hand_is_for_the_default_branch(scene: Scene) -> None:
    scene.repository.push("topic", {"README.md": "x"})

    ran = scene.by_hand("drift", on="topic")

    assert ran.code == 64
    assert "default branch only" in ran.log


def test_an_apply_by_hand_is_not_excused_by_the_commit_that_it_applies(scene: Scene) -> None:
    lenient = steering_to(scene.director.url, more="require_review: false\n")
    scene.repository.push("main", {"lpcac.yaml": lenient, "clients/acme/r.yaml": repo("system")})

    ran = scene.by_hand("apply")

    assert ran.code == 4, ran.log
    assert "system" not in scene.logpoint().names("Repo")

    scene.repository.push("main", {"README.md": "a later commit"})
    assert scene.by_hand("apply").code == 0


# -- certificates

BUNDLE = {"ca-bundle": "certificates/director.pem"}


@pytest.fixture
def certified(scene: Scene) -> Scene:
    """Return a scene whose default branch holds certificates."""
    scene.repository.push("main", {"certificates/director.pem": Path(certifi.where()).read_text(encoding="utf-8")})
    return scene


def test_certificates_of_a_pull_request_do_not_count_before_its_merge(certified: Scene) -> None:
    scene = certified
    files = {"certificates/director.pem": "not a certificate", "clients/acme/r.yaml": repo("system")}
    pull = scene.propose("certificates", files)

    reviewed = scene.review(pull, inputs=BUNDLE)
    merged = scene.merge(pull, inputs=BUNDLE)

    assert reviewed.code == 0, reviewed.log
    assert merged.code == 1
    assert "not applied" in scene.result_comment(pull)


def test_certificates_that_only_a_pull_request_has_are_refused(scene: Scene) -> None:
    pull = scene.propose("certificates", {"certificates/director.pem": "x", "clients/acme/r.yaml": repo("system")})

    ran = scene.review(pull, inputs=BUNDLE)

    assert ran.code == 64
    assert "merge them first" in ran.log
    assert scene.director.requests == ()


def test_a_link_in_the_work_tree_leads_to_no_certificates_of_a_pull_request(scene: Scene) -> None:
    pull = scene.propose("certificates", {"evil/director.pem": "x", "clients/acme/r.yaml": repo("system")})

    def link(job) -> None:  # noqa: ANN001
        (Path(job.workspace) / "certificates").symlink_to("evil")

    ran = scene.review(pull, inputs=BUNDLE, before=link)

    assert ran.code == 64
    assert "merge them first" in ran.log


@pytest.mark.parametrize("held", ["a file", "a link"])
def test_a_link_in_a_pull_request_does_not_choose_among_the_bases_certificates(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    good = Path(certifi.where()).read_text(encoding="utf-8")
    base: dict[str, str] = {"a.pem": good + "# of a stranger\n"}
    base |= {"director.pem": good} if held == "a file" else {"real.pem": good, "director.pem": Link("real.pem")}
    with_bundle = steering_to(scene.director.url).replace("token_env:", "ca_bundle: director.pem, token_env:")
    scene.repository.push("main", {**base, "lpcac.yaml": with_bundle})
    pull = scene.propose("evil", {"director.pem": Link("a.pem"), "clients/acme/r.yaml": repo("system")})
    given: list[str] = []
    written = Certificates._written

    def seen(certificates: Certificates, name: str) -> Path | None:
        place = written(certificates, name)
        given.extend([place.read_text(encoding="utf-8")] if place else [])
        return place

    monkeypatch.setattr(Certificates, "_written", seen)
    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    assert set(given) == {good}
    assert "director main: certificates from" in scene.plan_comment(pull).replace("`", "")


@pytest.mark.parametrize("where", ["/github/workspace/certificates/ca.pem", "../certificates/ca.pem"])
def test_certificates_that_the_map_names_by_any_path_are_read_from_the_base(scene: Scene, where: str) -> None:
    good = Path(certifi.where()).read_text(encoding="utf-8")
    # The runner's own path, as this scene has it for the next run.
    where = where.replace("/github/workspace", str(scene.folder / "run-0" / "workspace"))
    steered = steering_to(scene.director.url).replace("token_env:", f"ca_bundle: '{where}', token_env:")
    steered = steered.replace("path: clients/acme", "path: acme")
    scene.repository.push("main", {"config/lpcac.yaml": steered, "certificates/ca.pem": good})
    files = {"certificates/ca.pem": "not a certificate", "config/acme/r.yaml": repo("system")}
    pull = scene.propose("certificates", files)

    ran = scene.review(pull, inputs={"map": "config/lpcac.yaml"})

    assert ran.code == 0, ran.log
    assert ran.outputs["creates"] == "1"
    assert ran.job.workspace == str(scene.folder / "run-0" / "workspace")


def test_certificates_that_an_earlier_step_wrote_are_used(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})

    def write(content: str):  # noqa: ANN202
        def put(job) -> None:  # noqa: ANN001
            (Path(job.workspace) / "certificates").mkdir()
            (Path(job.workspace) / "certificates/director.pem").write_text(content, encoding="utf-8")

        return put

    good = scene.review(pull, inputs=BUNDLE, before=write(Path(certifi.where()).read_text(encoding="utf-8")))
    bad = scene.review(pull, inputs=BUNDLE, before=write("not a certificate"))

    assert good.code == 0, good.log
    assert bad.code == 1


# -- whose words count


def test_an_apps_comment_deployment_and_issue_count_where_its_name_is_given(scene: Scene) -> None:
    app = {"bot-login": "octo-lpcac[bot]"}
    token = {
        "github-token": scene.github.token(
            {"contents": "read", "deployments": "write", "issues": "write", "pull_requests": "write"},
            login="octo-lpcac[bot]",
        )
    }
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system") + "---\n" + repo("security")})
    scene.review(pull, inputs={**app, **token})
    scene.review(pull, inputs={**app, **token})
    [comment] = pull.comments
    assert comment.author.login == "octo-lpcac[bot]"

    push = pull.merge()
    assert scene.pushed(push, inputs=token).code == 4, "without the name nobody knows whose comment it is"
    assert scene.pushed(push, inputs={**app, **token}).code == 0

    scene.logpoint().delete("Repo", "system")
    night = scene.night(inputs={**app, **token})
    scene.night(inputs={**app, **token})
    assert night.outputs["has-drift"] == "true"
    [issue] = scene.repository.issues(label="lpcac/drift")
    assert issue.author.login == "octo-lpcac[bot]"


def test_a_deployment_of_somebody_else_tells_nothing_of_what_git_owned(scene: Scene) -> None:
    scene.repository.push("main", {"clients/acme/r.yaml": repo("system") + "---\n" + repo("security")})
    assert scene.by_hand("apply", {"require-review": "false"}).code == 0
    for deployment in scene.repository.deployments:
        deployment.creator = scene.github.world.account("mallory")
    pull = scene.propose("fewer", {"clients/acme/r.yaml": repo("security")})

    assert scene.review(pull).outputs["deletes"] == "0"


def test_a_fork_may_choose_no_director_either(scene: Scene, elsewhere: Simulator) -> None:
    fork = scene.repository.fork("mallory")
    fork.push("idea", {"lpcac.yaml": steering_to(elsewhere.url), "clients/acme/r.yaml": repo("system")})
    pull = scene.repository.open_pull_request("idea", source=fork)

    # Even if the secrets were there.
    ran = scene.review(pull, permissions=READ_ONLY)

    assert ran.code == 0, ran.log
    assert elsewhere.requests == scene.director.requests == ()


@pytest.mark.parametrize("spelling", ["by name", "by id", "in capitals"])
def test_a_client_that_names_anothers_logpoint_is_neither_planned_nor_applied(scene: Scene, spelling: str) -> None:
    pool = next(each for each in scene.director.world.pools if each.name == "pool-acme")
    names = {
        "by name": (pool.name, pool.logpoints[0].name),
        "by id": (pool.pool_uuid, pool.logpoints[0].identifier),
        "in capitals": (pool.pool_uuid.upper(), pool.logpoints[0].identifier),
    }
    rival, logpoint = names[spelling]
    clients = client("acme", "pool-acme") + client("rival", rival, f"['{logpoint}']", "prune: true")
    files = {"lpcac.yaml": directory_map(scene.director.url, clients), "clients/rival/r.yaml": repo("mine")}
    scene.landed("start", {"clients/acme/r.yaml": repo("system")})
    before = len(scene.director_writes())
    pull = scene.propose("rival", files)

    reviewed, merged = scene.review(pull), scene.merge(pull)

    # A pool in capitals is none that the Director has.
    assert reviewed.code == (1 if spelling == "in capitals" else 3), reviewed.log
    assert "to delete" not in scene.plan_comment(pull).splitlines()[1]
    assert merged.code != 0, merged.log
    assert len(scene.director_writes()) == before
    assert "system" in scene.logpoint().names("Repo")

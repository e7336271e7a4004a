"""What the directory map means, and what is refused in it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from lpcac.core.errors import UsageError
from lpcac.core.files import Folders
from lpcac.core.findings import Finding, Severity
from lpcac.core.resources import ResourceKey
from lpcac.directory_map.directory_map import Acceptance, Client, DirectoryMap, ad_hoc_client
from lpcac.directory_map.limits import Limits
from lpcac.directory_map.parser import read_map
from lpcac.directory_map.schema import MapDocument
from lpcac.models import registry

FOLDERS = ("bases", "bases/standard", "clients", "clients/acme", "clients/globex", "clients/initech", "odd")
SCHEMA = Draft202012Validator(MapDocument.model_json_schema())


def entry(**changes: Any) -> dict[str, Any]:
    plain = {
        "name": "acme",
        "path": "clients/acme",
        "director": "main",
        "pool": "pool-acme",
        "logpoints": "*",
    }
    return {key: value for key, value in (plain | changes).items() if value is not None}


def glob(**changes: Any) -> dict[str, Any]:
    return entry(**({"name": None, "path": "clients/*", "pool": "pool-${client}"} | changes))


def document(*clients: dict[str, Any], **changes: Any) -> dict[str, Any]:
    directors = {"main": {"url": "https://director.example.com", "token_env": "DIRECTOR_TOKEN"}}
    return {
        "apiVersion": "logpoint-cac/v1",
        "kind": "DirectoryMap",
        "directors": directors,
        "clients": list(clients),
        **changes,
    }


def read(
    written: dict[str, Any], folders: tuple[str, ...] = FOLDERS, links: tuple[str, ...] = ()
) -> tuple[DirectoryMap | None, list[Finding]]:
    return read_map(yaml.safe_dump(written).encode(), "lpcac.yaml", Folders(folders, links), registry())


def clients(*entries: dict[str, Any], **changes: Any) -> dict[str, Client]:
    directory_map, findings = read(document(*entries, **changes))
    assert not findings
    assert directory_map
    return {client.name: client for client in directory_map.clients}


def problems(*entries: dict[str, Any], **changes: Any) -> list[str]:
    return [finding.message for finding in read(document(*entries, **changes))[1]]


def test_an_exact_entry_becomes_the_client_it_describes() -> None:
    client = clients(
        entry(
            logpoints=["lp-01", "lp-02"],
            bases=["bases/standard/"],
            vars={"hot_days": 90, "fast": True, "label": "${client}!"},
            external={"Repo": ["kept-${client}"]},
            prune=True,
            allow_repo_delete=True,
            limits={"max_deletes": 3, "max_delete_percent": 50},
        )
    )["acme"]
    assert client == Client(
        name="acme",
        path="clients/acme",
        director="main",
        pool="pool-acme",
        logpoints=("lp-01", "lp-02"),
        bases=("bases/standard",),
        vars={"hot_days": 90, "fast": True, "label": "acme!"},
        external=frozenset({ResourceKey("Repo", "kept-acme")}),
        prune=True,
        limits=Limits(max_deletes=3, max_delete_percent=50, allow_repo_delete=True),
    )


def test_a_glob_makes_a_client_of_every_folder_that_matches() -> None:
    made = clients(glob(logpoints=["${client}-lp"]))
    assert [(c.name, c.path, c.pool, c.logpoints) for c in made.values()] == [
        ("acme", "clients/acme", "pool-acme", ("acme-lp",)),
        ("globex", "clients/globex", "pool-globex", ("globex-lp",)),
        ("initech", "clients/initech", "pool-initech", ("initech-lp",)),
    ]


def test_a_glob_may_stand_for_a_part_of_a_name_and_the_name_may_add_to_it() -> None:
    made = clients(glob(path="clients/g*x", name="eu-${client}"))
    assert [(c.name, c.path, c.pool) for c in made.values()] == [("eu-lobe", "clients/globex", "pool-lobe")]


def test_an_exact_path_goes_before_a_glob_wherever_it_stands() -> None:
    made = clients(glob(), entry(pool="special"))
    assert made["acme"].pool == "special"
    assert made["globex"].pool == "pool-globex"


def test_the_first_of_two_globs_takes_a_folder() -> None:
    made = clients(glob(path="clients/g*", pool="first", name="g${client}"), glob())
    assert made["globex"].pool == "first"
    assert made["acme"].pool == "pool-acme"


def test_a_faulty_exact_entry_does_not_hand_its_folder_to_a_glob() -> None:
    directory_map, findings = read(document(entry(director="mian"), glob()))
    assert directory_map
    assert [client.name for client in directory_map.clients] == ["globex", "initech"]
    assert [finding.message for finding in findings] == ['director "mian" is not in `directors` (did you mean "main"?)']


def test_findings_point_at_the_line_and_column() -> None:
    content = b"""apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors:
  main: {url: "https://director.example.com", token_env: DIRECTOR_TOKEN}
clients:
  - name: acme
    path: clients/acme
    director: mian
    pool: pool-acme
    logpoints: "*"
"""
    _, findings = read_map(content, "lpcac.yaml", Folders(FOLDERS), registry())
    assert [str(finding) for finding in findings] == [
        'lpcac.yaml:8:15: director "mian" is not in `directors` (did you mean "main"?)'
    ]


def test_a_folder_that_is_not_there_is_an_error() -> None:
    assert problems(entry(path="clients/acmee")) == [
        'there is no folder "clients/acmee" beside the map (did you mean "clients/acme"?)'
    ]


def test_a_base_that_is_not_there_is_an_error() -> None:
    assert problems(entry(bases=["bases/standrad"])) == [
        'there is no folder "bases/standrad" beside the map (did you mean "bases/standard"?)'
    ]


def test_a_glob_that_matches_nothing_is_a_warning() -> None:
    directory_map, findings = read(document(glob(path="tenants/*")))
    assert directory_map
    assert [(finding.severity, finding.message) for finding in findings] == [
        (Severity.WARNING, 'no folder matches "tenants/*"')
    ]


def test_symbolic_links_are_refused_for_clients_globs_and_bases() -> None:
    written = document(
        entry(path="linked/acme"), glob(), entry(name="odd", path="odd", bases=["shared"], pool="pool-odd")
    )
    directory_map, findings = read(written, links=("linked", "clients/elsewhere", "shared"))
    assert directory_map
    assert [client.name for client in directory_map.clients] == ["acme", "globex", "initech"]
    assert {finding.code for finding in findings} == {"symbolic-link"}
    assert len(findings) == 3


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../other", "`..` leaves the repository"),
        ("clients/../../other", "`..` leaves the repository"),
        ("/etc", "an absolute path leaves the repository"),
        ("C:/clients", "an absolute path leaves the repository"),
        ("clients\\acme", "with forward slashes"),
        (".git", "hidden folders are not read"),
        ("./clients", "hidden folders are not read"),
        ("*/*", "one `*`"),
        ("clients/${client}", "a placeholder with a base's path only"),
        ("clients//acme", "relative to the map"),
        ("clients/acme\n", "relative to the map"),
        ("", "relative to the map"),
    ],
)
def test_a_path_that_is_no_folder_below_the_map_is_refused(path: str, why: str) -> None:
    (message,) = problems(entry(path=path))
    assert why in message


def test_a_name_cannot_lead_a_base_out_of_the_repository() -> None:
    assert problems(entry(name="..", bases=["bases/${client}"])) == [
        '"bases/.." is not a folder below the map\'s folder'
    ]


def test_two_clients_with_one_name_are_an_error() -> None:
    assert problems(entry(), entry(path="clients/globex", pool="pool-globex")) == [
        'two clients are called "acme": "clients/globex" and "clients/acme"'
    ]


def test_a_client_that_is_declared_again_keeps_the_first_entry() -> None:
    directory_map, findings = read(document(entry(), entry(pool="other")))
    assert directory_map
    assert [client.pool for client in directory_map.clients] == ["pool-acme"]
    assert [finding.severity for finding in findings] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("first", "second", "is_claimed"),
    [
        (["lp-01"], ["lp-01"], True),
        (["lp-01"], ["lp-02"], False),
        ("*", ["lp-02"], True),
        (["lp-02"], "*", True),
        ("*", "*", True),
    ],
)
def test_a_logpoint_belongs_to_one_client(first: Any, second: Any, is_claimed: bool) -> None:
    found = problems(entry(logpoints=first), entry(name="globex", path="clients/globex", logpoints=second))
    claim = 'client "globex" claims a logpoint of pool "pool-acme" that client "acme" already claims'
    assert found == ([claim] if is_claimed else [])


def test_pools_of_one_name_on_two_directors_are_two_pools() -> None:
    directors = {
        "main": {"url": "https://director.example.com", "token_env": "ONE"},
        "other": {"url": "https://other.example.com", "token_env": "TWO"},
        "again": {"url": "https://DIRECTOR.example.com:443/", "token_env": "ONE"},
    }
    second = entry(name="globex", path="clients/globex", director="other")
    assert not problems(entry(), second, directors=directors)
    assert problems(entry(), second | {"director": "again"}, directors=directors)


def test_a_placeholder_other_than_client_is_an_error() -> None:
    assert problems(entry(pool="pool-${clinet}")) == ['"${clinet}" is not a placeholder: the map has only ${client}']


def test_a_placeholder_in_an_exact_name_is_an_error() -> None:
    assert problems(entry(name="eu-${client}")) == ['"eu-${client}" cannot be a client\'s name']


def test_an_exact_path_needs_a_name() -> None:
    (message,) = problems(entry(name=None))
    assert message.endswith("`name` is required unless `path` holds a `*`")


def test_a_list_that_holds_a_star_is_told_how_to_write_all() -> None:
    (message,) = problems(entry(logpoints=["*"]))
    assert 'for all of the pool write logpoints: "*", without a list' in message


def test_a_variable_is_one_plain_value_and_anything_else_is_one_finding() -> None:
    written = yaml.safe_dump(document(entry(vars={"day": "DAY", "list": [1], "nothing": None}))).replace(
        "DAY", "2026-01-31"
    )
    _, findings = read_map(written.encode(), "lpcac.yaml", Folders(FOLDERS), registry())
    assert [finding.message.partition("vars.")[2] for finding in findings] == [
        "day: can be read in more than one way (in YAML 1.1 it is a date): quote it if it is text",
        "list: must be text, a number, true or false",
        "nothing: must be text, a number, true or false",
    ]


def test_an_unknown_kind_is_an_error_with_the_closest_one() -> None:
    assert problems(entry(external={"Rpo": ["x"]})) == ['there is no kind "Rpo" (did you mean "Repo"?)']


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://director.example.com", "the token would be sent unencrypted"),
        ("https://user:hunter2@director.example.com", "without user, password"),
        ("https://director.example.com/?a=b", "query"),
        ("ftp://director.example.com", "https://HOST"),
        ("https://director.example.com:99999", "unusable host or port"),
        ("https://[::zz]", "https://HOST"),
        ("https://[1:2]", "unusable host or port"),
        ("director.example.com", "https://HOST"),
    ],
)
def test_an_unusable_address_is_refused_and_not_repeated(url: str, why: str) -> None:
    (message,) = problems(directors={"main": {"url": url, "token_env": "TOKEN"}})
    assert why in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]/", "https://[2001:db8::1]"]
)
def test_loopback_needs_no_tls_and_ipv6_is_fine(url: str) -> None:
    assert not problems(directors={"main": {"url": url, "token_env": "TOKEN"}})


def test_a_secret_in_place_of_a_variable_name_is_not_repeated() -> None:
    directors = {"main": {"url": "https://director.example.com", "token_env": "s3cr3t-value"}}
    (message,) = problems(directors=directors)
    assert "name an environment variable" in message
    assert "s3cr3t" not in message


def test_no_map_names_a_program_that_gives_the_token() -> None:
    director = {"url": "https://director.example.com", "token_env": "TOKEN", "token_command": "cat /etc/passwd"}
    (message,) = problems(directors={"main": director})
    assert "token_command" in message


def test_accepted_drift_is_read_with_its_date() -> None:
    accept = [
        {
            "client": "ac*",
            "kind": "Repo",
            "name": "system",
            "field": "paths",
            "reason": "r",
            "until": "2026-12-31",
        }
    ]
    directory_map, findings = read(document(entry(), accept=accept))
    assert directory_map
    assert not findings
    (known,) = directory_map.accept
    assert (known.until, known.field) == (date(2026, 12, 31), "paths")
    assert known.concerns("acme", ResourceKey("Repo", "system"))
    assert not known.concerns("globex", ResourceKey("Repo", "system"))
    assert not known.concerns("acme", ResourceKey("Repo", "other"))


def test_an_accept_entry_about_no_client_of_the_map_is_a_warning() -> None:
    def warned(*names: str | None, **changes: Any) -> list[tuple[str, str, Severity]]:
        plain = {"kind": "Repo", "name": "system", "reason": "r", "until": "2026-12-31"}
        accept = [plain | ({"client": name} if name else {}) for name in names]
        _, findings = read(document(entry(), entry(**changes), accept=accept))
        return [(finding.pointer, finding.message, finding.severity) for finding in findings]

    globex = {"name": "globex", "path": "clients/globex", "pool": "pool-globex"}
    assert warned(None, "acme", "g*", "*", **globex) == []
    assert warned("acme", "acne", "x*", **globex) == [
        (
            "/accept/1/client",
            'the map has no client "acne" (did you mean "acme"?): this entry accepts nothing',
            Severity.WARNING,
        ),
        ("/accept/2/client", 'the map has no client "x*": this entry accepts nothing', Severity.WARNING),
    ]
    # The client may be the very one whose entry is wrong.
    assert [severity for *_, severity in warned("globex", **globex | {"director": "mian"})] == [Severity.ERROR]


@pytest.mark.parametrize(
    ("pattern", "accepted", "alarming"),
    [
        ("acme[12]", ["acme[12]"], ["acme1", "acme2", "acme"]),
        ("acme?", ["acme?"], ["acmes", "acme"]),
        ("[a-z]*", ["[a-z]", "[a-z]cme"], ["acme"]),
        ("a*[1]*e", ["ab[1]de", "a[1]e"], ["ab1de"]),
        ("!acme", ["!acme"], ["other"]),
        ("*", ["acme", "a\\b"], []),
        ("a\\*", ["a\\b"], ["ab", "a*"]),
    ],
)
def test_only_the_asterisk_is_wild_in_the_client_of_an_accept_entry(
    pattern: str, accepted: list[str], alarming: list[str]
) -> None:
    known = Acceptance("Repo", "system", "r", date(2026, 12, 31), pattern)
    assert [client for client in [*accepted, *alarming] if known.is_for(client)] == accepted


def test_a_day_that_does_not_exist_is_an_error() -> None:
    accept = [{"kind": "Repo", "name": "system", "reason": "r", "until": "2026-02-30"}]
    assert problems(accept=accept) == ["2026-02-30 is not a valid date"]


def test_review_is_required_unless_the_map_says_otherwise() -> None:
    assert [
        getattr(read(document(**changes))[0], "require_review", None) for changes in ({}, {"require_review": False})
    ] == [True, False]


def test_approval_is_required_only_where_the_map_says_so() -> None:
    assert [
        getattr(read(document(**changes))[0], "require_approval", None) for changes in ({}, {"require_approval": True})
    ] == [False, True]


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"- a\n", b"text", b"a: [", b"\xff"])
def test_content_that_is_no_map_is_one_finding_and_no_map(content: bytes) -> None:
    directory_map, findings = read_map(content, "lpcac.yaml", Folders(()), registry())
    assert directory_map is None
    assert len(findings) == 1


def test_a_second_document_in_the_map_is_an_error() -> None:
    content = yaml.safe_dump_all([document(), {"kind": "Repo"}]).encode()
    _, findings = read_map(content, "lpcac.yaml", Folders(()), registry())
    assert [finding.code for finding in findings] == ["more-than-a-map"]


def test_names_from_the_map_are_harmless_in_messages() -> None:
    (message,) = problems(entry(director="\x1b[31mred\u202e"), directors={})
    assert message.isprintable()


def test_selecting_a_client_that_is_not_there_says_which_was_meant() -> None:
    directory_map, _ = read(document(glob()))
    assert directory_map
    assert [client.name for client in directory_map.select(["globex"])] == ["globex"]
    assert len(directory_map.select([])) == 3
    with pytest.raises(UsageError, match=r'client "acne" is not in lpcac\.yaml \(did you mean "acme"\?\)'):
        directory_map.select(["acne"])


def test_flags_make_an_ad_hoc_client_named_after_the_folder() -> None:
    client = ad_hoc_client(
        "/repo/clients/acme",
        pool="pool-acme",
        logpoints=["lp-01"],
        registry=registry(),
        external=["Repo=kept=here"],
        prune=True,
        allow_repo_delete=True,
    )
    assert (client.name, client.logpoints, client.director, client.prune) == ("acme", ("lp-01",), "", True)
    assert client.external == {ResourceKey("Repo", "kept=here")}
    assert client.limits == Limits(allow_repo_delete=True)


def test_a_file_names_its_folder_and_a_star_means_all() -> None:
    client = ad_hoc_client("/repo/acme/01.yaml", pool="p", logpoints=["*"], registry=registry())
    assert (client.name, client.logpoints) == ("acme", "*")


@pytest.mark.parametrize(
    "flags",
    [
        {"logpoints": []},
        {"pool": ""},
        {"logpoints": ["*", "lp-01"]},
        {"external": ["Repo"]},
        {"external": ["Repo="]},
        {"external": ["Rpo=x"]},
    ],
)
def test_incomplete_flags_are_a_usage_error(flags: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ad_hoc_client("/acme", registry=registry(), **({"pool": "p", "logpoints": ["lp"]} | flags))


ENTRIES = st.lists(
    st.sampled_from(
        [
            entry(),
            entry(name="globex", path="clients/globex", pool="pool-globex"),
            glob(),
            glob(path="clients/i*", name="i${client}", pool="pool-i${client}"),
        ]
    ),
    unique_by=str,
)


@given(entries=ENTRIES, data=st.data())
def test_the_order_of_folders_never_matters(entries: list[dict[str, Any]], data: st.DataObject) -> None:
    shuffled = tuple(data.draw(st.permutations(FOLDERS)))
    assert read(document(*entries), shuffled) == read(document(*entries))


@given(entries=ENTRIES, data=st.data())
def test_an_exact_entry_wins_in_every_order_of_entries(entries: list[dict[str, Any]], data: st.DataObject) -> None:
    special = entry(pool="special")
    others = [each for each in entries if each.get("name") != "acme"]
    shuffled = data.draw(st.permutations([special, *others]))
    directory_map, _ = read(document(*shuffled))
    assert directory_map
    assert [client.pool for client in directory_map.clients if client.path == "clients/acme"] == ["special"]


TEXTS = st.text(st.sampled_from("ab./*$:{}\\ -\n1"), max_size=6)
VALUES = st.one_of(
    TEXTS,
    st.sampled_from(["*", "clients/*", "clients/acme", "https://a.example", "http://localhost:1/x", "2026-01-01"]),
    st.integers(-2, 101),
    st.sampled_from([1.0, 1.5, 90.0]),
    st.booleans(),
    st.none(),
    st.lists(TEXTS, max_size=2),
    st.dictionaries(st.sampled_from(["a", "Repo", "1", "max_deletes", "max_delete_percent"]), TEXTS, max_size=2),
    st.dictionaries(st.sampled_from(["a", "Repo"]), st.lists(TEXTS, max_size=2), max_size=2),
)
PARTS = [
    ("clients", "name"),
    ("clients", "path"),
    ("clients", "pool"),
    ("clients", "logpoints"),
    ("clients", "bases"),
    ("clients", "vars"),
    ("clients", "external"),
    ("clients", "limits"),
    ("clients", "prune"),
    ("accept", "client"),
    ("accept", "until"),
    ("accept", "kind"),
    ("directors", "url"),
    ("directors", "token_env"),
    ("directors", "ca_bundle"),
    ("directors", "unknown"),
]


@given(part=st.sampled_from(PARTS), value=VALUES)
def test_schema_and_model_accept_the_same_maps(part: tuple[str, str], value: Any) -> None:
    accepted = {"kind": "Repo", "name": "a", "reason": "b", "until": "2026-12-31"}
    director = {"url": "https://director.example.com", "token_env": "TOKEN"}
    section, key = part
    written = document(
        entry() | ({key: value} if section == "clients" else {}),
        accept=[accepted | ({key: value} if section == "accept" else {})],
        directors={"main": director | ({key: value} if section == "directors" else {})},
    )
    try:
        MapDocument.model_validate(written)
        is_valid = True
    except ValidationError:
        is_valid = False
    assert SCHEMA.is_valid(written) == is_valid

"""What a client is composed of: every rule of bases, patches and variables, at file and line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpcac.composition.client import ClientLayers, Composed
from lpcac.composition.layers import Layer, read_layer
from lpcac.core.findings import Position, Severity
from lpcac.core.resources import THIS_LOGPOINT, THIS_POOL, Desired, Ownership, ResourceKey, Target
from lpcac.directory_map.directory_map import Client
from lpcac.models import registry

ACME = Client("acme", "clients/acme", "main", "pool-acme", ("lp-01",), ("bases/standard",))


def repo(name: str, days: object = 90, more: str = "") -> str:
    return (
        f"apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {{name: {name}{more}}}\n"
        f"spec: {{paths: [{{path: /data_hot, retention_days: {days}}}]}}\n"
    )


def policy(name: str, routing: str, more: str = "") -> str:
    return (
        f"apiVersion: logpoint-cac/v1\nkind: ProcessingPolicy\nmetadata: {{name: {name}{more}}}\n"
        f"spec: {{routing_policy: {routing}}}\n"
    )


def routing(name: str, catch_all: str) -> str:
    return (
        f"apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\nmetadata: {{name: {name}}}\n"
        f"spec: {{catch_all: {catch_all}, routing_criteria: []}}\n"
    )


def drop(name: str, kind: str = "Repo") -> str:
    return f"kind: {kind}\nmetadata: {{name: {name}, patch: true}}\nspec: null\n"


def base(*texts: str, folder: str = "bases/standard") -> Layer:
    return read_layer([(f"{folder}/{n}.yaml", text.encode()) for n, text in enumerate(texts, 1)], registry(), folder)


def own(*texts: str) -> Layer:
    return read_layer([(f"acme/{n}.yaml", text.encode()) for n, text in enumerate(texts, 1)], registry())


def layers_of(*layers: Layer, client: Client = ACME, **variables: Any) -> ClientLayers:
    return ClientLayers(replace(client, vars=variables), layers, registry())


def composed(*layers: Layer, **variables: Any) -> Composed:
    return layers_of(*layers, **variables).composed("pool-acme", "lp-01")


def lines(*layers: Layer, **variables: Any) -> list[str]:
    return [str(finding) for finding in composed(*layers, **variables).findings]


def days(found: Composed) -> dict[str, int]:
    return {key.name: r.spec["paths"][0]["retention_days"] for key, r in found.desired.resources.items()}


PATCH_30 = repo("a", 30, ", patch: true")


def test_a_client_has_its_bases_resources_and_its_own() -> None:
    found = composed(base(repo("a")), own(repo("b", 30)))
    assert (days(found), found.findings) == ({"a": 90, "b": 30}, ())


def test_a_client_may_have_nothing_of_its_own_and_a_base_nothing_at_all() -> None:
    assert days(composed(base(repo("a")), own())) == {"a": 90}
    assert days(composed(base(), own(repo("a")))) == {"a": 90}
    assert lines(base(), own()) == ["no resource document found: declare at least one, or give another path"]


def test_a_client_may_drop_all_that_its_bases_declare() -> None:
    found = composed(base(repo("a"), repo("b")), own(drop("a"), drop("b")))
    assert (found.findings, dict(found.desired.resources), found.desired.is_silent) == ((), {}, False)


def test_a_client_whose_own_files_say_nothing_is_no_empty_client() -> None:
    """Whichever base drops everything: the client's own path may be wrong."""
    dropping = base(drop("a"), folder="bases/none")
    for folder in (own(), own(""), own("---\n"), own("# yaml-language-server: $schema=x.json\n"), own("#\n# #\n")):
        found = composed(base(repo("a")), dropping, folder)
        assert [(each.code, each.severity) for each in found.findings] == [("no-resources", Severity.ERROR)]
        assert found.desired.is_silent


@pytest.mark.parametrize("text", ["# no logs yet\n", "---\n  ## no logs yet\n", "--- # no logs yet", "\ufeff# none\n"])
def test_a_file_that_only_holds_words_says_that_nothing_is_declared_and_a_warning_says_so_too(text: str) -> None:
    found = composed(base(), own("", text))
    assert [str(each) for each in found.findings] == [
        'acme/2.yaml:1:1: warning: nothing is declared: "acme/2.yaml" holds comments only'
    ]
    assert found.findings[0].severity is Severity.WARNING
    assert found.desired.is_silent
    assert composed(base(repo("a")), own(text)).findings == ()


def test_a_patch_adjusts_a_bases_resource() -> None:
    found = composed(base(repo("a"), repo("b")), own(PATCH_30))
    assert (days(found), found.findings) == ({"a": 30, "b": 90}, ())
    resource = found.desired.resources[ResourceKey("Repo", "a")]
    assert resource.position == Position("bases/standard/1.yaml", 3, 18)
    assert resource.where("/spec/paths/0/retention_days") == Position("acme/1.yaml", 4, 50)
    assert resource.patched == ("/spec/paths",)


def test_a_patch_may_omit_all_that_it_does_not_change() -> None:
    patch = "kind: Repo\nmetadata: {name: a, patch: true, description: other, labels: {x: y}}\n"
    found = composed(base(repo("a", more=", description: one, labels: {z: y}")), own(patch))
    assert found.findings == ()
    assert found.documents[0].value["metadata"] == {"name": "a", "description": "other", "labels": {"z": "y", "x": "y"}}
    assert days(found) == {"a": 90}


def test_a_dropped_resource_is_gone_and_its_place_is_remembered() -> None:
    found = composed(base(repo("a"), repo("b")), own(drop("a")))
    assert (days(found), found.findings) == ({"b": 90}, ())
    assert found.desired.dropped == {ResourceKey("Repo", "a"): Position("acme/1.yaml", 3, 7)}


def test_a_reference_to_what_was_dropped_names_the_place_that_drops_it() -> None:
    assert lines(base(repo("a"), routing("r", "a")), own(drop("a"))) == [
        'bases/standard/2.yaml:4:19: RoutingPolicy "r": repo "a" is not declared: acme/1.yaml:3:7 drops it'
    ]


def test_a_dropped_resource_can_be_declared_anew_in_the_same_folder_whatever_comes_first() -> None:
    for texts in ((drop("a"), repo("a", 7)), (repo("a", 7), drop("a"))):
        found = composed(base(repo("a")), own(*texts))
        assert (days(found), found.findings, dict(found.desired.dropped)) == ({"a": 7}, (), {})


def test_a_later_base_patches_an_earlier_one_and_the_client_patches_both() -> None:
    eu = base(repo("a", 60, ", patch: true"), repo("e", 1), folder="bases/eu")
    assert days(composed(base(repo("a")), eu, own())) == {"a": 60, "e": 1}
    assert days(composed(base(repo("a")), eu, own(PATCH_30, repo("e", 2, ", patch: true")))) == {"a": 30, "e": 2}


def test_an_earlier_base_cannot_patch_a_later_one() -> None:
    early = base(repo("a", 60, ", patch: true"), folder="bases/eu")
    assert lines(early, base(repo("a")), own()) == [
        (
            'bases/eu/1.yaml:3:18: Repo "a" has nothing to patch: a patch adjusts what a base declares, and there is '
            "no base below this folder; list the base in `bases` of this client in the directory map"
        )
    ]


def test_a_patch_without_a_target_says_what_may_have_been_meant() -> None:
    assert lines(base(repo("system")), own(repo("sytem", 30, ", patch: true"))) == [
        'acme/1.yaml:3:18: Repo "sytem" has nothing to patch: no base declares it (did you mean "system"?)'
    ]
    assert lines(base(repo("a")), own(drop("a").replace("Repo", "RoutingPolicy"))) == [
        'acme/1.yaml:2:18: RoutingPolicy "a" has nothing to patch: no base declares it'
    ]


def test_a_patch_in_a_folder_without_bases_is_an_error() -> None:
    assert lines(own(PATCH_30, repo("b"))) == [
        (
            'acme/1.yaml:3:18: Repo "a" has nothing to patch: a patch adjusts what a base declares, and there is no '
            "base below this folder; list the base in `bases` of this client in the directory map"
        )
    ]


def test_a_patch_for_what_the_same_folder_declares_has_no_target() -> None:
    (line,) = lines(base(repo("z")), own(repo("a"), PATCH_30))
    assert line.startswith('acme/2.yaml:3:18: Repo "a" has nothing to patch: no base declares it')


def test_a_patch_for_what_an_earlier_base_drops_names_the_drop() -> None:
    assert lines(base(repo("a"), repo("b")), base(drop("a"), folder="bases/eu"), own(PATCH_30)) == [
        'acme/1.yaml:3:18: Repo "a" cannot be patched: bases/eu/1.yaml:3:7 drops it'
    ]


def test_declaring_what_a_base_declares_names_both_places_and_the_way_out() -> None:
    assert lines(base(repo("a")), own(repo("a", 30))) == [
        (
            'acme/1.yaml:3:18: Repo "a" is already declared in base "bases/standard" (bases/standard/1.yaml:3:18): '
            "to change it, add patch: true to the metadata here"
        )
    ]


def test_mistakes_in_a_declaration_that_must_not_be_are_told_as_well() -> None:
    assert [f.code for f in composed(base(repo("a")), own(repo("a", 0))).findings] == ["duplicate", "invalid-value"]


def test_a_name_twice_in_one_folder_is_a_duplicate_as_ever() -> None:
    assert lines(base(repo("a"), repo("a")), own()) == [
        'bases/standard/2.yaml:3:18: Repo "a" is declared twice (first in bases/standard/1.yaml:3:18)'
    ]


def test_one_folder_patches_a_resource_once() -> None:
    assert lines(base(repo("a")), own(PATCH_30, PATCH_30)) == [
        'acme/2.yaml:3:18: Repo "a" is patched twice in this folder (first in acme/1.yaml:3:18): merge the patches'
    ]


def test_a_mistake_that_a_patch_brings_stands_in_the_patch_and_a_bases_in_the_base() -> None:
    assert lines(base(repo("a")), own(repo("a", 0, ", patch: true"))) == [
        'acme/1.yaml:4:50: Repo "a": paths[0].retention_days: must be 1 or more, not 0'
    ]
    assert lines(base(repo("a", 0)), own("kind: Repo\nmetadata: {name: a, patch: true, description: x}\n")) == [
        'bases/standard/1.yaml:4:50: Repo "a": paths[0].retention_days: must be 1 or more, not 0'
    ]


def test_a_required_key_that_a_patch_removes_is_missed_where_it_is_removed() -> None:
    patch = "kind: Repo\nmetadata: {name: a, patch: true}\nspec: {paths: null}\n"
    assert lines(base(repo("a")), own(patch)) == ['acme/1.yaml:3:15: Repo "a": spec: key "paths" is missing']


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            "kind: Repo\nmetadata: {name: a, patch: true}\nspec: {path: null}\n",
            'acme/1.yaml:3:8: Repo "a": there is no key "path" to remove (did you mean "paths"?)',
        ),
        (
            "kind: Repo\nmetadata: {name: a, patch: true}\nspec: {path: 1}\n",
            'acme/1.yaml:3:8: Repo "a": spec: unknown key "path" (did you mean "paths"?)',
        ),
        (
            "kind: Repo\nmetadata: {name: a, patch: true}\nspec: []\n",
            'acme/1.yaml:3:7: Repo "a": spec: must be a map, not a list',
        ),
        ("kind: Repo\nmetadata: {patch: true}\n", "acme/1.yaml:2:11: Repo has no name: name the resource to patch"),
        (
            "kind: Repp\nmetadata: {name: a, patch: true}\n",
            'acme/1.yaml:1:7: kind "Repp" is unknown (did you mean "Repo"?)',
        ),
        (
            "kind: Repo\nmetadata: {name: '${vars.x}', patch: true}\n",
            'acme/1.yaml:2:18: client "acme" has no variable "x"; set it in the map\'s entry, under vars',
        ),
    ],
)
def test_a_patch_that_cannot_be_meant_is_told_at_its_place(patch: str, expected: str) -> None:
    assert lines(base(repo("a")), own(patch)) == [expected]


def test_a_patch_may_say_the_version_and_is_where_a_wrong_one_is_found() -> None:
    right = base(repo("a"))
    assert lines(right, own(PATCH_30)) == []
    (line,) = lines(right, own(PATCH_30.replace("cac/v1", "cac/v2")))
    assert line.startswith('acme/1.yaml:1:13: Repo "a": apiVersion: must be logpoint-cac/v1')
    unversioned = base(repo("a").partition("\n")[2])
    assert [finding.code for finding in composed(unversioned, own()).findings] == ["missing-key"]
    assert lines(unversioned, own(PATCH_30)) == []


def test_patch_means_true_or_nothing() -> None:
    (finding,) = composed(own(repo("a", more=", patch: false"))).findings
    assert finding.position == Position("acme/1.yaml", 3, 28)
    assert "write `patch: true`, or leave the key out where the document is no patch" in finding.message


def test_an_unreadable_patch_is_told_once_and_leaves_its_target_out() -> None:
    broken = "kind: Repo\nmetadata: {name: a, patch: true}\nspec: {x: !!python/none 1}\n"
    found = composed(base(repo("a"), repo("b")), own(broken))
    assert [finding.code for finding in found.findings] == ["yaml-tag"]
    assert days(found) == {"b": 90}


def test_what_a_base_declares_is_external_only_when_a_patch_drops_it() -> None:
    client = replace(ACME, external=frozenset({ResourceKey("Repo", "acme_a")}))
    shared = base(repo("'${client}_a'"), routing("r", "acme_a"))

    def codes(*texts: str) -> list[str]:
        return [f.code for f in layers_of(shared, own(*texts), client=client).composed("p", "l").findings]

    assert codes() == ["external-declared"]
    assert codes(repo("acme_a", 30, ", patch: true")) == ["external-declared"]
    assert codes(drop("acme_a")) == []


# -- variables


def test_variables_fill_names_values_and_descriptions_of_bases_and_patches() -> None:
    shared = base(repo("'${client}_a'", "'${vars.days}'", ", description: '${pool}/${logpoint}'"))
    found = composed(shared, own(repo("acme_a", "'${vars.cold}'", ", patch: true")), days=90, cold=7)
    assert (days(found), found.findings) == ({"acme_a": 7}, ())
    assert found.documents[0].value["metadata"]["description"] == "pool-acme/lp-01"


def test_a_patch_may_name_its_target_as_the_base_spells_it() -> None:
    assert days(composed(base(repo("'${client}_a'")), own(repo("'${client}_a'", 7, ", patch: true")))) == {"acme_a": 7}


def test_a_value_that_is_overridden_needs_no_variable() -> None:
    assert lines(base(repo("a", "'${vars.absent}'")), own(PATCH_30)) == []


def test_an_undefined_variable_is_told_once_at_its_place_and_nothing_follows_from_it() -> None:
    assert lines(base(repo("a", "'${vars.dais}'"), routing("r", "a")), own(), days=1) == [
        'bases/standard/1.yaml:4:50: client "acme" has no variable "dais" (did you mean "days"?)'
    ]
    assert lines(base(repo("'${vars.x}'"), routing("r", "'${vars.x}'")), own()) == [
        'bases/standard/1.yaml:3:18: client "acme" has no variable "x"; set it in the map\'s entry, under vars',
        'bases/standard/2.yaml:4:19: client "acme" has no variable "x"; set it in the map\'s entry, under vars',
    ]


def test_a_value_of_the_wrong_type_names_the_placeholder_it_came_from() -> None:
    assert lines(base(repo("a", "'${vars.days}'")), own(), days="many") == [
        (
            'bases/standard/1.yaml:4:50: Repo "a": paths[0].retention_days: must be a whole number, not the text "many"'
            ' (from "${vars.days}")'
        )
    ]


def test_a_value_of_the_wrong_type_names_where_its_variables_are_set() -> None:
    client = replace(
        ACME, vars={"days": "30", "to": "x"}, vars_at={"days": Position("lpcac.yaml", 9), "to": Position("m.yaml", 4)}
    )

    def line(value: str) -> str:
        layers = ClientLayers(client, (base(repo("a", value)), own()), registry())
        (finding,) = layers.composed("p", "l").findings
        return finding.message.partition("whole number, ")[2]

    assert line("'${vars.days}'") == 'not the text "30" (from "${vars.days}", set at lpcac.yaml:9:1)'
    assert line("'${vars.days}${vars.to}${client}${vars.to}'") == (
        'not the text "30xacmex" (from "${vars.days}${vars.to}${client}${vars.to}", '
        "set at lpcac.yaml:9:1 and m.yaml:4:1)"
    )
    assert line("'${client}'") == 'not the text "acme" (from "${client}")'
    assert line("'30'") == 'not the text "30": remove the quotes'


@pytest.mark.parametrize("key", ["${client}", "${vars.nope}"])
def test_a_placeholder_in_a_labels_key_is_found_since_keys_are_not_filled(key: str) -> None:
    label = f"kind: Repo\nmetadata: {{name: a, patch: true, labels: {{'{key}': x}}}}\n"
    for layers in ((base(repo("a", more=f", labels: {{'{key}': x}}")), own()), (base(repo("a")), own(label))):
        (finding,) = composed(*layers).findings
        assert (finding.code, finding.position and finding.position.column > 1) == ("invalid-key", True)


def test_references_are_checked_after_variables_are_filled() -> None:
    shared = base(repo("acme_a"), routing("r", "'${client}_a'"), routing("s", "'${client}_b'"))
    assert lines(shared, own()) == [
        (
            'bases/standard/3.yaml:4:19: RoutingPolicy "s": repo "acme_b" is not declared (from "${client}_b") '
            '(did you mean "acme_a"?): declare it, or list it as external (`external`, --external) if it is managed '
            "elsewhere"
        )
    ]


def test_two_names_that_become_one_are_a_duplicate() -> None:
    assert [f.code for f in composed(base(repo("'${client}'"), repo("acme")), own()).findings] == ["duplicate"]


def test_an_escaped_dollar_sign_is_found_however_it_is_written() -> None:
    shared = base(repo('"\\x24{client}"', more=', description: "$${client}"'))
    found = composed(shared, own())
    assert found.documents[0].value["metadata"] == {"name": "acme", "description": "${client}"}


def test_variables_that_stand_nowhere_are_known() -> None:
    shared = base(repo("a", "'${vars.days}'"))
    assert layers_of(shared, own(), days=1, other=2).unused_variables == {"other"}
    assert layers_of(shared, own(PATCH_30), days=1).unused_variables == frozenset()
    assert layers_of(shared, own("a: [\n"), days=1, other=2).unused_variables == frozenset()


# -- where the logpoint makes a difference

PER_LOGPOINT = base(repo("'a_${logpoint}'"), routing("r", "'a_${logpoint}'"))


def test_what_is_declared_can_differ_by_logpoint() -> None:
    layers = layers_of(PER_LOGPOINT, own())
    assert layers.depends_on_logpoint
    for logpoint in ("lp-01", "lp-02"):
        found = layers.composed("pool-acme", logpoint)
        assert (ResourceKey("Repo", f"a_{logpoint}") in found.desired.resources, found.findings) == (True, ())


def test_offline_every_named_logpoint_is_looked_at() -> None:
    two = replace(ACME, logpoints=("lp-01", "lp-02"))
    layers = layers_of(base(repo("'a_${logpoint}'"), repo("a_lp-02")), own(), client=two)
    assert [[f.code for f in found.findings] for found in layers.composed_offline()] == [[], ["duplicate"]]
    assert len(layers_of(base(repo("a")), own(), client=two).composed_offline()) == 1


def test_offline_nothing_is_concluded_from_names_that_only_the_director_knows() -> None:
    everywhere = replace(ACME, logpoints="*")
    shared = base(repo("a_lp-01"), routing("r", "'a_${logpoint}'"), routing("s", "b"))
    (found,) = layers_of(shared, own(), client=everywhere).composed_offline()
    assert [str(finding) for finding in found.findings] == [
        (
            'bases/standard/3.yaml:4:19: RoutingPolicy "s": repo "b" is not declared: declare it, or list it as '
            "external (`external`, --external) if it is managed elsewhere"
        )
    ]


IDENTIFIER = "0a" * 16


@pytest.mark.parametrize("logpoints", ["*", (IDENTIFIER,)])
def test_offline_a_name_that_a_template_can_become_is_there_and_any_other_is_not(logpoints: Any) -> None:
    client = replace(ACME, logpoints=logpoints)
    shared = base(repo("'a_${vars.x}[${logpoint}]'"), repo("z"))
    mine = own(
        routing("r", "'a_b[lp-01]'"), routing("s", "'a_c[lp-01]'"), routing("t", "'a_bl'"), policy("p", "'a_b[l]'")
    )
    (found,) = layers_of(shared, mine, client=client, x="b").composed_offline()
    assert [each.position.file for each in found.findings if each.position] == [
        "acme/2.yaml",
        "acme/3.yaml",
        "acme/4.yaml",
    ]
    assert {each.code for each in found.findings} == {"unknown-reference"}


@pytest.mark.parametrize("pool", [IDENTIFIER, IDENTIFIER.upper()])
def test_offline_the_name_of_a_pool_that_is_given_by_its_uuid_is_not_known_either(pool: str) -> None:
    shared = base(repo("'${pool}_a'"), routing("r", "pool-acme_a"), routing("s", "pool-acme_b"))
    (found,) = layers_of(shared, own(), client=replace(ACME, pool=pool)).composed_offline()
    assert [each.position.file for each in found.findings if each.position] == ["bases/standard/3.yaml"]
    (found,) = layers_of(shared, own(), client=replace(ACME, pool="pool-acme")).composed_offline()
    assert len(found.findings) == 1


@pytest.mark.parametrize("logpoints", ["*", (IDENTIFIER,)])
def test_offline_a_patch_for_a_name_that_only_the_director_knows_may_have_its_target(logpoints: Any) -> None:
    client = replace(ACME, logpoints=logpoints)
    shared = base(repo("'a_${logpoint}'"), repo("b_lp-01"))

    def codes(patch: str) -> list[str]:
        (found,) = layers_of(shared, own(patch), client=client).composed_offline()
        return [finding.code for finding in found.findings]

    assert codes(repo("a_lp-01", 30, ", patch: true")) == []
    assert codes(repo("'b_${logpoint}'", 30, ", patch: true")) == []
    assert codes(repo("c_lp-01", 30, ", patch: true")) == ["patch-without-target"]
    assert codes(drop("a_lp-01", "RoutingPolicy")) == ["patch-without-target"]


def test_on_the_logpoint_itself_nothing_is_in_doubt() -> None:
    layers = layers_of(base(repo("'a_${logpoint}'")), own(routing("r", "a_lp-01"), repo("a_lp-01", 7, ", patch: true")))
    assert layers.composed("pool-acme", "lp-01").findings == ()
    assert [each.code for each in layers.composed("pool-acme", IDENTIFIER).findings] == [
        "unknown-reference",
        "patch-without-target",
    ]


def test_a_client_depends_on_the_names_of_its_pool_and_logpoint_and_on_no_others() -> None:
    for placeholder, depends in (("pool", True), ("logpoint", True), ("client", False), ("vars.x", False)):
        layers = layers_of(base(repo("a", more=f", description: '${{{placeholder}}}'")), own(), x=1)
        assert layers.depends_on_logpoint == depends


# -- what Git owned


def owned(*layers: Layer, **variables: Any) -> set[str]:
    keys = layers_of(*layers, **variables).declared_keys(THIS_POOL, THIS_LOGPOINT)
    here = Ownership(keys).on(Target("acme", "pool-acme", "lp-07", "uuid", "id"))
    return {key.name for key in here.owned}


def test_git_owned_what_the_bases_and_the_client_declared_without_what_was_dropped() -> None:
    assert owned(base(repo("a"), repo("b", 0)), own(drop("a"), repo("c"))) == {"b", "c"}
    assert owned(base(repo("'${client}_a'")), own()) == {"acme_a"}
    assert owned(base(repo("'${vars.unknown}'"), "kind: Repo\nmetadata: {name: 1}\n"), own()) == set()


def test_a_name_that_depends_on_the_logpoint_is_owned_under_each_logpoints_own() -> None:
    assert owned(base(repo("'${pool}_${logpoint}'")), own()) == {"pool-acme_lp-07"}
    assert owned(base(repo("'${logpoint}'")), own(drop("'${logpoint}'"))) == set()


def test_a_drop_by_one_logpoints_name_makes_names_that_depend_on_it_nobodys() -> None:
    assert owned(base(repo("'a_${logpoint}'"), repo("b")), own(drop("a_lp-07"))) == {"b"}


def test_nothing_below_an_unreadable_layer_is_owned_since_it_may_have_been_dropped() -> None:
    assert owned(base(repo("a")), own("a: [\n", repo("b"))) == {"b"}
    assert owned(base(repo("a")), base("a: [\n", repo("b"), folder="bases/eu"), own(repo("c"))) == {"b", "c"}


# -- sharing


def test_a_bases_document_that_nobody_touches_is_checked_once_for_all_clients() -> None:
    shared = base(repo("a"), repo("b", "'${vars.days}'"))
    first, second = (composed(shared, own(), days=days_kept) for days_kept in (1, 2))
    a, b = ResourceKey("Repo", "a"), ResourceKey("Repo", "b")
    assert first.desired.resources[a] is second.desired.resources[a]
    assert (first.desired.resources[b].spec, second.desired.resources[b].spec) == (
        {"paths": [{"path": "/data_hot", "retention_days": 1}]},
        {"paths": [{"path": "/data_hot", "retention_days": 2}]},
    )


def test_one_clients_patch_leaves_the_base_as_it_is_for_the_next() -> None:
    shared = base(repo("a"))
    assert days(composed(shared, own(PATCH_30))) == {"a": 30}
    assert days(composed(shared, own())) == {"a": 90}


TEXTS = [
    repo("a"),
    repo("b", "'${vars.days}'"),
    routing("r", "a"),
    policy("p", "r"),
    policy("q", "r", ", labels: {x: y}"),
]
PATCHES = [PATCH_30, drop("b"), policy("q", "r", ", patch: true, labels: {z: y}"), repo("c", "'${vars.days}'")]


@given(st.permutations(TEXTS), st.permutations(PATCHES))
def test_the_sequence_of_files_and_documents_means_nothing(texts: list[str], patches: list[str]) -> None:
    found = composed(base(*texts), own("---\n".join(patches)), days=7)
    assert found.findings == ()
    assert days(Composed(Desired({k: r for k, r in found.desired.resources.items() if k.kind == "Repo"}), ())) == {
        "a": 30,
        "c": 7,
    }
    assert {key.name for key in found.desired.resources} == {"a", "c", "r", "p", "q"}
    labels = next(d.value["metadata"]["labels"] for d in found.documents if "labels" in d.value["metadata"])
    assert labels == {"x": "y", "z": "y"}

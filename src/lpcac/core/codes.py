"""Every code of a finding, a risk and a refusal: what it means, and what to do.

Lint codes are next to their checks (`lpcac.lint.codes`) and have their own pages in docs/lint.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Advice(NamedTuple):
    """What a code means and what to do about it, a sentence each."""

    means: str
    to_do: str


FILES: Final[Mapping[str, Advice]] = MappingProxyType(
    {
        "file-size": Advice("A file is over 8 MiB, or the commit has too much YAML.", "Split it, or move data out."),
        "path-unreadable": Advice("A path cannot be read as a file.", "Correct the path or its permissions."),
        "symbolic-link": Advice(
            "A symbolic link could lead out of the repository.", "Put a real file or folder there."
        ),
        "submodule": Advice("A submodule's files are not part of the commit.", "Put the files themselves there."),
        "lfs-pointer": Advice("Git LFS keeps the file elsewhere.", "Take it out of LFS: `git lfs untrack`."),
        "merge-conflict": Advice("The file has the marks of a merge conflict.", "Resolve the conflict and commit."),
        "yaml-syntax": Advice("The text is not YAML.", "Correct the line; often a quote or an indent is missing."),
        "yaml-missing-separator": Advice(
            "Two documents follow each other without a line between them.", "Put a line `---` between the two."
        ),
        "yaml-encoding": Advice("The file is not UTF-8.", "Save it as UTF-8."),
        "yaml-control-character": Advice("The file has a control character.", "Remove it, or escape it in quotes."),
        "yaml-size": Advice("A document is over 1 MiB.", "Split it into several documents."),
        "yaml-nesting": Advice("A document is nested over 64 levels deep.", "Make it flatter."),
        "yaml-tag": Advice(
            "A YAML tag asks for more than plain data.", "Remove the tag; quote the value if it is text."
        ),
        "yaml-key": Advice("A key is a list or a map.", "Write text as the key."),
        "yaml-duplicate-key": Advice("A map has the same key twice.", "Keep one of the two."),
        "yaml-merge-key": Advice("Merge keys (`<<`) are not supported.", "Write the keys out, or use a base."),
        "yaml-alias-bomb": Advice("With its aliases written out, the document is over 1 MiB.", "Use fewer aliases."),
        "yaml-recursive-alias": Advice("An alias is inside the value that it repeats.", "Write the value out."),
        "too-many-problems": Advice("There are more problems than are shown.", "Correct these first, then run again."),
        "duplicate": Advice("Two documents declare one name.", "Rename or remove one; the message names both places."),
        "not-a-map": Advice("A document or the directory map is not a YAML map.", "Begin with apiVersion and kind."),
        "missing-key": Advice("A required key is missing.", "Add it; the reference has each kind's fields."),
        "unknown-key": Advice("There is no such key.", "Correct the spelling; the message suggests the nearest one."),
        "invalid-key": Advice("A key has a form that is not allowed.", "Write it as the message says."),
        "invalid-value": Advice("A value is not allowed here.", "Write it as the message says; quote text."),
        "unknown-kind": Advice("There is no such kind.", "Use a kind of the reference."),
        "unknown-reference": Advice(
            "A name refers to nothing that is declared.", "Declare it, correct it, or list it: `external`."
        ),
        "external-declared": Advice("An object is both declared and `external`.", "Remove it from one of the two."),
        "no-resources": Advice("There is nothing to check.", "Add a resource, or a file that is only a comment."),
        "look-alike-names": Advice("Two names look the same.", "Rename one of the two."),
        "invisible-characters": Advice("A text has invisible characters.", "Type the text again."),
        "confusable-letters": Advice(
            "A name has letters of another script that look like its own.", "Type the name again, in one script."
        ),
        "storage-path-twice": Advice(
            "A repo has one storage path twice.", "Keep one tier for each path, unless a logpoint has it so."
        ),
        "stores-nowhere": Advice("A criterion stores events in no repo.", "Name a repo, or discard the events."),
        "parses-nothing": Advice("A normalization policy parses nothing.", "Name a package or compiled normalizer."),
    }
)
"""Of files, and what they declare."""

COMPOSITION: Final[Mapping[str, Advice]] = MappingProxyType(
    {
        "empty-patch": Advice("A patch changes nothing.", "Add fields, or write `spec: null` to drop the resource."),
        "patch-without-target": Advice("No base has what is patched.", "Correct kind and name, or drop `patch: true`."),
        "patched-twice": Advice("A folder patches one resource twice.", "Merge the two patches."),
        "undefined-variable": Advice(
            "A placeholder's variable has no value.", "Set it in the map's entry, under vars."
        ),
        "unused-variable": Advice("A variable of the map is never used.", "Use it, or remove it."),
        "unknown-placeholder": Advice("There is no such placeholder.", "Write `$${` for a literal `${`."),
    }
)
"""Of bases, patches and variables."""

DIRECTORY_MAP: Final[Mapping[str, Advice]] = MappingProxyType(
    {
        "empty-map": Advice("The directory map is empty.", "Write one; the reference has its keys."),
        "more-than-a-map": Advice("The map's file holds something else too.", "Move that to another file."),
        "unreadable-map": Advice("The directory map cannot be read.", "Run `lpcac validate` and correct what it says."),
        "map-size": Advice("The map expands to too much.", "Use fewer patterns or entries, or several maps."),
        "director-address": Advice("A Director's address is not usable.", "Write `https://HOST`, and no more."),
        "director-not-reviewed": Advice(
            "A Director was added to the map, or changed in it, and no merged pull request showed it.",
            "Merge a pull request whose green plan shows it, then run the check again.",
        ),
        "unknown-director": Advice("A client names a Director that the map lacks.", "Correct it, or add the Director."),
        "client-name": Advice("This cannot be a client's name.", "Choose a name on one line, or rename the folder."),
        "client-declared-twice": Advice("Two entries declare one client.", "Remove one, or rename it."),
        "no-such-folder": Advice("There is no such folder next to the map.", "Create it, or correct the path."),
        "glob-matches-nothing": Advice("No folder matches the pattern.", "Correct it, or remove the entry."),
        "folder-overlap": Advice("The folders of two clients overlap.", "Keep them apart."),
        "base-path": Advice("A base is not a folder below the map's folder.", "Correct the path."),
        "base-overlap": Advice("A base and a client's folder, or two bases, overlap.", "Keep them apart."),
        "logpoint-claimed-twice": Advice("Two clients claim one logpoint.", "Leave it to one of them."),
        "accepts-nothing": Advice("An entry of `accept` names no client of the map.", "Correct or remove it."),
        "no-such-date": Advice("There is no such date.", "Correct `until`."),
        "unknown-lint-code": Advice("There is no such lint code.", "Use one of docs/lint."),
    }
)
"""Of `lpcac.yaml`."""

TESTS_AND_RULES: Final[Mapping[str, Advice]] = MappingProxyType(
    {
        "test-failed": Advice("An event ended elsewhere than expected.", "Correct the pipeline, or the expectation."),
        "test-failed-by": Advice("This line decided where a failed case's event ended.", "See the case it names."),
        "test-not-run": Advice("No client uses the base that this test is in.", "Use the base, or remove the test."),
        "tests-out-of-time": Advice("The time for pipeline tests was used up.", "Use fewer cases or samples."),
        "case-without-entry": Advice("A case's processing policy is not declared.", "Set `via` to one that is."),
        "event-value": Advice("An event has a value that is not text.", "Write a text or a number for each field."),
        "sample-unreadable": Advice("A file of samples cannot be read.", "Put it next to the test, without links."),
        "sample-syntax": Advice(
            "A line of a sample file is not a JSON object.", "Write one event, in JSON, on each line."
        ),
        "sample-size": Advice("A file of samples is too large.", "Keep fewer events: 10,000, and 8 MiB."),
        "sample-empty": Advice("A file of samples has no event.", "Add one, or remove the case."),
        "rule-broken": Advice("A resource breaks a rule of the map.", "Change the resource as the message says."),
        "rules-not-reviewed": Advice(
            "Rules were changed without a review, and those that were reviewed cannot be found.",
            "Merge a pull request whose green plan shows the rules.",
        ),
        "invalid-rule": Advice("A rule's schema is not usable.", "Correct it as the message says."),
        "not-a-rule": Advice("A file of rules holds something else too.", "Move that to another file."),
        "rule-out-of-place": Advice(
            "A rule is in a file of resources.", "Move it to a file that `rules` in the map names."
        ),
        "rules-out-of-time": Advice("The time for checking rules was used up.", "Use simpler or fewer rules."),
        "judges-differ": Advice("Two JSON Schema programs disagree.", "Report it as a bug, with the document."),
        "suppression-without-reason": Advice("A comment silences lint without a reason.", "Say why, or remove it."),
    }
)
"""Of pipeline tests, custom rules, and comments that silence lint."""

PLANNING: Final[Mapping[str, Advice]] = MappingProxyType(
    {
        "unknown-pool": Advice("The Director has no such pool.", "Correct `pool`; the message lists what exists."),
        "ambiguous-pool": Advice("Several pools have this name.", "Write the UUID of one."),
        "inactive-pool": Advice("The pool is inactive.", "Activate it in the Director, or remove the client."),
        "empty-pool": Advice("The pool has no logpoint.", "Add one in the Director."),
        "unusable-pool": Advice("The Director describes the pool in a way that is not usable.", "See the message."),
        "unknown-logpoint": Advice("The pool has no such logpoint.", "Correct `logpoints`; the message lists them."),
        "ambiguous-logpoint": Advice("Several logpoints have this name.", "Write the identifier of one."),
        "co-managed-logpoint": Advice("The logpoint is co-managed.", "Set it to normal mode, or take it off the map."),
        "missing-on-logpoint": Advice(
            "The logpoint lacks what is referred to.", "Install it there, or correct the name."
        ),
        "vendor-name": Advice("The name is the vendor's and cannot be created.", "Choose another name."),
        "unusable-live-object": Advice(
            "A live object cannot be changed safely.", "See the message; often two share a name."
        ),
        "blocked-deletion": Advice(
            "Something on the logpoint still refers to it.", "Declare it again, or change what refers to it."
        ),
        "nothing-declared": Advice(
            "Everything would be deleted.", "Declare what to keep, or take the client off the map."
        ),
        "made-twice": Advice("Two objects have one name.", "Delete one on the Director; the message has both ids."),
        "director-not-merged": Advice("The default branch lacks this Director.", "Merge the Director first."),
        "not-planned": Advice("No job planned this client.", "Run the failed jobs again."),
        "left-out": Advice("`sync` could not declare an object.", "See the reason; declare it by hand if you can."),
        "file-left-alone": Advice("`sync` did not change a file.", "Move the file away and sync again, or edit it."),
    }
)
"""Of what a plan needs from the Director, and of what `sync` left out."""

RISKS: Final[Mapping[str, Advice]] = MappingProxyType(
    {
        "repo-deleted": Advice("A repo is deleted, with all its logs.", "Keep the repo if the logs are needed."),
        "tier-removed": Advice(
            "A tier is removed, with the logs in it.", "Keep the tier until its logs have moved on."
        ),
        "retention-shortened": Advice("Older logs are destroyed.", "Check what must be kept, by law and by contract."),
        "tiers-reordered": Advice("Logs move through the tiers in another order.", "Check which tier is the last."),
        "remote-copy-shortened": Advice("A remote copy ends earlier.", "Check that nobody relies on it."),
        "criterion-discards": Advice("Events or raw messages are no longer stored.", "Test which events match."),
        "catch-all-moved": Advice("Unmatched events go to another repo.", "Check that repo's retention."),
        "events-dropped": Advice("Events that were stored are dropped.", "See the table of events that end elsewhere."),
        "raw-message-dropped": Advice("Events lose their raw message.", "Check that nobody needs it as evidence."),
        "kept-shorter": Advice("Events are kept for a shorter time.", "Check what must be kept."),
        "fields-lost": Advice(
            "Normalization or enrichment gives fewer fields than criteria of the routing policy may need.",
            "Check which fields the criteria compare, or keep the events longer where no criterion matches.",
        ),
        "end-unknown": Advice("It is no longer known where events end.", "Name a repo in each criterion that stores."),
        "look-alike-name": Advice(
            "The logpoint has an object with nearly this name.", "Check that it is not the same."
        ),
        "unknown-field": Advice(
            "Replacing may reset a field that lpcac does not know.", "Check the object afterwards."
        ),
    }
)
"""Of what a change destroys or stops storing; a plan lists it first."""

REFUSALS: Final[Mapping[str, Advice]] = MappingProxyType(
    {
        "too-many-deletes": Advice("More deletes than the limit.", "Check them; then waive the limit for this plan."),
        "too-large-share": Advice("More of the target than the limit.", "Check the deletes; then waive the limit."),
        "needs-permission": Advice("Deleting a repo destroys logs.", "Set `allow_repo_delete: true` for the client."),
        "other-scope": Advice("Another job manages this target.", "Take it over with `take-over-scope`."),
    }
)
"""Of why a guard stops a plan; the exit code is 4."""

SECTIONS: Final[Mapping[str, Mapping[str, Advice]]] = MappingProxyType(
    {
        "Files and resources": FILES,
        "Bases, patches and variables": COMPOSITION,
        "The directory map": DIRECTORY_MAP,
        "Pipeline tests and rules": TESTS_AND_RULES,
        "Planning and sync": PLANNING,
        "Risks": RISKS,
        "Refusals": REFUSALS,
    }
)
"""All of them, by subject."""

"""What identifies rules covers every byte that counts."""

from __future__ import annotations

from lpcac.rules.content import content_digest

REFERRING = b"""\
apiVersion: logpoint-cac/v1
kind: Rule
metadata: {name: own}
spec: {title: Own, kinds: [Repo], schema: {$ref: other.json}}
"""


def test_a_file_of_rules_counts_by_its_bytes_although_another_rule_refers_to_it_and_cannot_read_it() -> None:
    digests = {
        content_digest([("rules/other.json", content), ("rules/own.yaml", REFERRING)], lambda *_: "it is too large")
        for content in (b"{}", b"[]")
    }

    assert len(digests) == 2

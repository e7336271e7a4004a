"""What every logpoint ships with: the vendor's objects, packages, normalizers, paths and sources."""

from collections.abc import Iterator
from typing import Any

STORAGE_PATHS = ("/data_hot/", "/data_warm/", "/cold_nfs/", "/opt/immune/storage/")

PACKAGES = (
    "LP_AWS_CloudTrail",
    "LP_Apache_HTTP_Server",
    "LP_Checkpoint_Firewall",
    "LP_Cisco_ASA",
    "LP_Cisco_IOS",
    "LP_CrowdStrike_Falcon",
    "LP_F5_BIG-IP",
    "LP_Fortinet_FortiGate",
    "LP_Juniper_SRX",
    "LP_Linux",
    "LP_Microsoft_365",
    "LP_Microsoft_Exchange",
    "LP_Palo_Alto",
    "LP_Sophos_XG_Firewall",
    "LP_Squid_Proxy",
    "LP_VMware_ESXi",
    "LP_Windows",
    "LP_Windows_Sysmon",
)

COMPILED_NORMALIZERS = {
    "AWSCloudTrailCompiledNormalizer": "5.2.0",
    "CEFCompiledNormalizer": "5.4.1",
    "CheckPointFirewallCompiledNormalizer": "5.1.3",
    "CiscoASACompiledNormalizer": "5.3.0",
    "CrowdStrikeCompiledNormalizer": "5.2.2",
    "FortiGateCompiledNormalizer": "5.4.0",
    "JSONCompiledNormalizer": "5.0.4",
    "LEEFCompiledNormalizer": "5.0.1",
    "LPA_Windows": "5.6.0",
    "Office365CompiledNormalizer": "5.5.1",
    "PaloAltoCompiledNormalizer": "5.3.2",
    "WindowsSysmonCompiledNormalizer": "5.4.2",
    "WindowsXMLCompiledNormalizer": "5.4.2",
}

ENRICHMENT_SOURCES = ("Threat_Intelligence", "geo_ip")

SIGNATURES_PER_PACKAGE = 24


def vendor_objects() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object a logpoint ships with, as (kind, fields), references first.

    A processing policy names its routing policy here; whoever installs it puts the id in.
    """
    for repo in ("default", "_logpoint", "_LogPointAlerts"):
        tiers = [{"path": "/opt/immune/storage/", "retention": 365}]
        yield "Repo", {"name": repo, "repopath": tiers, "repoha": []}
        yield "RoutingPolicy", {"policy_name": repo, "catch_all": repo, "routing_criteria": []}
    for policy, normalizer in (
        ("_logpoint", "JSONCompiledNormalizer"),
        ("_LogPointAlerts", "CEFCompiledNormalizer"),
    ):
        fields = {"name": policy, "normalization_packages": [], "compiled_normalizer": [normalizer]}
        yield "NormalizationPolicy", fields
    yield "EnrichmentPolicy", _threat_intelligence()
    yield "ProcessingPolicy", _processing_policy("default", "None")
    yield "ProcessingPolicy", _processing_policy("_logpoint", "_logpoint")


def _processing_policy(name: str, normalization_policy: str) -> dict[str, Any]:
    return {
        "policy_name": name,
        "routing_policy": name,
        "norm_policy": normalization_policy,
        "enrich_policy": "None",
    }


def _threat_intelligence() -> dict[str, Any]:
    rule = {
        "category": "type_based",
        "source_key": "ip_address",
        "operation": "Equals",
        "type": "ip",
        "prefix": True,
    }
    criterion = {"type": "KeyPresents", "key": "source_address", "value": ""}
    return {
        "name": "Threat_Intelligence",
        "description": "Adds what is known about an address",
        "specifications": [{"source": "Threat_Intelligence", "criteria": [criterion], "rules": [rule]}],
    }


def signatures(package: str) -> list[dict[str, Any]]:
    """Return the bulky signatures of one package, always the same for the same name."""
    return [
        {
            "sig_id": 1000 + number,
            "pattern": f"<:int><date_time:datetime> <device_name:word> {package}[<pid:int>]: event {number} "
            "user=<user:word> source=<source_address:ip> destination=<destination_address:ip> <message:all>",
            "example": f"<134>Jan 01 00:00:{number:02d} host {package}[4242]: event {number} "
            "user=alice source=192.0.2.10 destination=198.51.100.20 accepted",
            "extra_kvs": [{"key": "norm_id", "value": package}],
            "replace_kvs": [],
        }
        for number in range(SIGNATURES_PER_PACKAGE)
    ]

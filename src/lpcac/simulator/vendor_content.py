"""What every logpoint ships with: the vendor's objects, packages, normalizers, paths and sources.

Facts: recorded traffic of Director 2.7.0 for repos and routing policies, its API documentation for the rest.
"""

import hashlib
import html
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
    for policy in ("default", "_logpoint"):
        yield "RoutingPolicy", {"policy_name": policy, "catch_all": policy, "routing_criteria": []}
    criteria = [_alerts_of("LogPointAlert"), _alerts_of("UEBA")]
    yield "RoutingPolicy", {"policy_name": "_LogPointAlerts", "catch_all": "default", "routing_criteria": criteria}
    for policy, normalizer in (
        ("_logpoint", "JSONCompiledNormalizer"),
        ("_LogPointAlerts", "CEFCompiledNormalizer"),
    ):
        fields = {"name": policy, "normalization_packages": [], "compiled_normalizer": [normalizer]}
        yield "NormalizationPolicy", fields
    yield "EnrichmentPolicy", _threat_intelligence()
    yield "ProcessingPolicy", _processing_policy("default", "None")
    yield "ProcessingPolicy", _processing_policy("_logpoint", "_logpoint")


def is_vendor_object(kind: str, name: str) -> bool:
    """Tell whether an object of that kind and name is one that a logpoint ships with."""
    return (kind, name) in _SHIPPED or name == "default" or name.startswith("_")


def _alerts_of(norm_id: str) -> dict[str, Any]:
    return {
        "type": "KeyPresentValueMatches",
        "key": "norm_id",
        "value": norm_id,
        "repo": "_LogPointAlerts",
        "drop": "store",
    }


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


_SHIPPED = frozenset((kind, str(each.get("name", each.get("policy_name")))) for kind, each in vendor_objects())


def signatures(package: str) -> list[dict[str, Any]]:
    """Return the bulky signatures of one package, always the same for the same name (chapter 31.9)."""
    return [
        {
            "sig_id": 40000 + number,
            "vid": f"SIG_{40000 + number}",
            "hash": derived_id(package, str(number), digits=32),
            "kb_version": ["2"],
            "package_name": package,
            "which_norm_package": 80,
            "unused": False,
            # Patterns come escaped, as in the documentation's own example.
            "pattern": html.escape(
                f"<:int><date_time:datetime> <device_name:word> {package}[<pid:int>]: event {number} "
                "user=<user:word> source=<source_address:ip> destination=<destination_address:ip> <message:all>"
            ),
            "example": f"<134>Jan 01 00:00:{number:02d} host {package}[4242]: event {number} "
            "user=alice source=192.0.2.10 destination=198.51.100.20 accepted",
            "extra_key_value": {"norm_id": package},
            "replace_key_value": {},
        }
        for number in range(SIGNATURES_PER_PACKAGE)
    ]


def distributed_collector(name: str) -> dict[str, Any]:
    """Return a distributed collector as the API reads it (chapter 11.4)."""
    return {
        "active": True,
        "buffering": False,
        "description": "",
        "file_socket_port": 6900,
        "id": derived_id("collector", name),
        "identifier": derived_id("machine", name, digits=32),
        "ip": "192.0.2.40",
        "is_li_light": True,
        "name": name,
        "tid": "",
    }


def log_collection_policy(name: str) -> dict[str, Any]:
    """Return a log collection policy without collectors as the API reads it (chapter 25.5)."""
    identifier = derived_id("log collection policy", name)
    return {"active": True, "col_apps": [], "description": "", "id": identifier, "name": name, "tid": ""}


def enrichment_source(logpoint: str, name: str) -> dict[str, Any]:
    """Return a CSV source of a logpoint as the API reads it (chapter 14.2)."""
    return {
        "active": True,
        "delete_status": "",
        "id": derived_id(logpoint, name),
        "last_updated": 1504772009,
        "plugin_info": {
            "charset": "utf_8",
            "includes_header": True,
            "source_fields": [{"field": "ip_address", "name": "ip_address", "type": "string"}],
            "source_name": name,
        },
        "reason": None,
        "result": "Updated",
        "source_info": {"id": derived_id("CSV", name, digits=32), "source_name": "CSV"},
        "source_name": name,
        "source_type": "CSV",
        "tid": "",
    }


def derived_id(*words: str, digits: int = 24) -> str:
    """Return an id in hexadecimal digits that is always the same for the same words."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:digits]

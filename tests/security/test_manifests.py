"""What a cluster is told of housephone: it takes the manifests, and housephone the configuration in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from reconciler.configuration.file import load

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "packaging" / "kubernetes"
COMPOSE = ROOT / "packaging" / "compose"
DATABASE = {"HOUSEPHONE_DATABASE": "postgresql://housephone@database/housephone"}
OURS = {"first", "second"}
"""The controllers in the compose file."""


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def manifests() -> Iterator[Path]:
    return (path for path in sorted(KUBERNETES.rglob("*.yaml")) if path.name != "kustomization.yaml")


@pytest.fixture(scope="module")
def pod() -> Any:
    return read(KUBERNETES / "base" / "deployment.yaml")["spec"]["template"]["spec"]


@pytest.mark.parametrize("path", [*manifests()], ids=lambda path: path.stem)
def test_kubernetes_takes_each_manifest(path: Path) -> None:
    kubernetes_validate.validate(read(path), kubernetes_validate.latest_version(), strict=True)


def test_every_manifest_is_applied_but_the_secret_that_somebody_must_fill_in() -> None:
    applied = {
        KUBERNETES / "base" / name for name in read(KUBERNETES / "base" / "kustomization.yaml")["resources"]
    }
    assert {*manifests()} - applied == {KUBERNETES / "secret.example.yaml"}
    assert read(KUBERNETES / "telephones" / "kustomization.yaml")["resources"] == ["../base"]


def test_housephone_takes_the_configuration_of_the_cluster(tmp_path: Path, pod: Any) -> None:
    """With the secrets where the pod has them, and the database from the environment."""
    data = read(KUBERNETES / "base" / "configuration.yaml")["data"]
    config = tmp_path / "housephone.yaml"
    config.write_text(data["housephone.yaml"], encoding="utf-8")
    (volume,) = [each for each in pod["volumes"] if each["name"] == "configuration"]
    secret = volume["projected"]["sources"][1]["secret"]
    held = read(KUBERNETES / "secret.example.yaml")["stringData"]

    settings = load(config, DATABASE)

    assert settings.desk.listen == "0.0.0.0:8080"
    named = {settings.zoom.client_secret_file, settings.desk.users[0].password_hash_file}
    assert named == {tmp_path / item["path"] for item in secret["items"]}
    assert {item["key"] for item in secret["items"]} | {"database"} == held.keys()


def test_the_pod_is_nobody_and_writes_only_to_its_volumes(pod: Any) -> None:
    assert pod["securityContext"]["runAsNonRoot"]
    (container,) = pod["containers"]
    context = container["securityContext"]
    assert (context["readOnlyRootFilesystem"], context["allowPrivilegeEscalation"]) == (True, False)
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert not pod["automountServiceAccountToken"]


def test_a_service_of_our_name_puts_no_settings_into_the_pod(pod: Any) -> None:
    """Kubernetes would add HOUSEPHONE_PORT and others, which are no settings: the controller would not start."""
    assert pod["enableServiceLinks"] is False


def test_a_roll_out_does_not_wait_for_the_one_that_stands_by(pod: Any) -> None:
    spec = read(KUBERNETES / "base" / "deployment.yaml")["spec"]
    assert (spec["replicas"], spec["strategy"]["rollingUpdate"]["maxUnavailable"]) == (2, "100%")
    (container,) = pod["containers"]
    asked = {name: container[name]["httpGet"]["path"] for name in ("livenessProbe", "readinessProbe")}
    assert asked == {"livenessProbe": "/livez", "readinessProbe": "/readyz"}
    assert pod["terminationGracePeriodSeconds"] > 15, "a stop may take 15 seconds"


def test_housephone_takes_the_configuration_of_the_compose_file(tmp_path: Path) -> None:
    config = tmp_path / "housephone.yaml"
    config.write_bytes((COMPOSE / "housephone.yaml").read_bytes())
    assert load(config, DATABASE).desk.listen.endswith(":8080")


def test_what_compose_starts_is_nobody_read_only_and_asked_for_its_health() -> None:
    services = read(COMPOSE / "compose.yaml")["services"]
    assert services.keys() == OURS | {"database"}
    for name in OURS:
        service = services[name]
        assert (service["read_only"], service["user"], service["cap_drop"]) == (True, "10001:10001", ["ALL"])
        assert service["depends_on"] == {"database": {"condition": "service_healthy"}}
        assert "PASSWORD" not in str(service)
    assert all("healthcheck" in service for service in services.values())
    assert services["database"]["environment"]["POSTGRES_PASSWORD_FILE"].startswith("/run/secrets/")

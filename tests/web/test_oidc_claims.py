"""The file of roles: what it may say, what it asks of claims, and every fault in it told with its place."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from surveys.access.models import Role
from surveys.access.oidc.claims import WantedValue, first_text, holds, is_left_out
from surveys.access.oidc.role_mapping import NO_ROLES, RoleMappingError, read_role_mapping
from surveys.platform.config import Settings, SettingsError, read_settings

PARTIES: dict[str, Any] = {
    "details": [
        {"type": "a", "parties": [{"orgno": {"ID": "1"}, "rights": ["read", "write"]}]},
        {"type": "b", "parties": [{"orgno": {"ID": "2"}, "rights": ["read"]}]},
    ]
}


def _wanted(**paths: str) -> list[WantedValue]:
    return [WantedValue(path.replace("__", "."), value) for path, value in paths.items()]


class TestClaims:
    @pytest.mark.parametrize(
        ("claims", "path", "value"),
        [
            ({"groups": ["a", "b"]}, "groups", "b"),
            ({"group": "a"}, "group", "a"),
            ({"realm_access": {"roles": ["x"]}}, "realm_access.roles", "x"),
            ({"https://n.feide.no/claims/x": ["y"]}, "https://n.feide.no/claims/x", "y"),
            ({"a.b": {"c.d": "x"}, "a": {"b": "z"}}, "a.b.c.d", "x"),
            ({"level": 4}, "level", "4"),
            ({"staff": True}, "staff", "true"),
        ],
    )
    def test_a_value_is_found_where_providers_put_it(
        self, claims: dict[str, Any], path: str, value: str
    ) -> None:
        assert holds(claims, [WantedValue(path, value)])
        assert not holds(claims, [WantedValue(path, value + "x")])
        assert not holds(claims, [WantedValue(path + ".more", value)])

    def test_the_conditions_of_a_list_are_asked_of_the_same_object(self) -> None:
        assert holds(PARTIES, _wanted(details__parties__orgno__ID="1", details__parties__rights="write"))
        assert not holds(PARTIES, _wanted(details__parties__orgno__ID="2", details__parties__rights="write"))
        assert holds(PARTIES, _wanted(details__type="b", details__parties__orgno__ID="2"))
        assert not holds(PARTIES, _wanted(details__type="a", details__parties__orgno__ID="2"))

    def test_an_ending_is_compared_without_regard_to_capitals(self) -> None:
        wanted = [WantedValue("id", ends_with="@fjordvik.kommune.no")]
        assert holds({"id": "kari@Fjordvik.Kommune.no"}, wanted)
        assert not holds({"id": "kari@fjordvik.kommune.no.elsewhere.example"}, wanted)

    def test_a_text_is_the_first_of_several(self) -> None:
        assert first_text(PARTIES, "details.parties.orgno.ID") == "1"
        assert first_text(PARTIES, "details.missing") == ""
        assert first_text({"sub": {"deep": "x"}}, "sub") == ""
        assert first_text({"sub": []}, "sub") == ""

    @pytest.mark.parametrize(
        ("claims", "left_out"),
        [
            ({"_claim_names": {"groups": "src1"}}, True),
            ({"hasgroups": True}, True),
            ({"groups": []}, False),
            ({}, False),
        ],
    )
    def test_groups_that_are_too_many_are_not_none(self, claims: dict[str, Any], left_out: bool) -> None:
        assert is_left_out(claims, "groups") is left_out


class TestTheFile:
    def _read(self, app: Flask, folder: Path, text: str) -> Any:
        file = folder / "roller.yaml"
        file.write_text(text)
        with app.app_context():
            return read_role_mapping(file)

    def test_a_row_gives_a_role(self, app: Flask, tmp_path: Path) -> None:
        mapping = self._read(app, tmp_path, "roles:\n  - {claim: groups, value: a, role: leader, unit: K}\n")
        assert [row.role for row in mapping.rows_for({"groups": ["a"]})] == [Role.LEADER]
        assert mapping.rows_for({"groups": ["b"]}) == []

    def test_a_file_that_is_not_there_gives_no_roles(self, tmp_path: Path) -> None:
        assert read_role_mapping(tmp_path / "mangler.yaml") is NO_ROLES

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            (
                "roles:\n  - {claim: groups, role: hr, unit: K}\n",
                "roles[0]: skriv enten value eller ends_with.",
            ),
            (
                "roles:\n  - {claim: g, value: a, ends_with: b, role: hr, unit: K}\n",
                "enten value eller ends_with",
            ),
            ("roles:\n  - {claim: '', value: a, role: hr, unit: K}\n", "roles[0]: claim kan ikke være tom."),
            (
                "roles:\n  - {claim: g, value: a, role: sjef, unit: K}\n",
                "roles[0].role: «sjef» kan ikke brukes her.",
            ),
            (
                "roles:\n  - {claim: g, value: a, role: hr, unit: 10}\n",
                "roles[0].unit: «10» kan ikke brukes her.",
            ),
            ("roles:\n  - {claim: g, value: a, role: hr, unit: K, enhet: K}\n", "ukjent felt"),
            (
                "roles:\n  - {claim: g, value: a, role: hr, unit: K, also: [{claim: h}]}\n",
                "roles[0].also[0]: skriv enten value eller ends_with.",
            ),
            (
                "roles: []\nask_for:\n  - {name: state, value: x}\n",
                "ask_for[0].name: «state» setter Medvirk selv.",
            ),
            ("roles: [\n", "ikke gyldig YAML"),
            ("roller: []\n", "roles: mangler."),
        ],
    )
    def test_a_fault_is_told_with_its_place(self, app: Flask, tmp_path: Path, text: str, fault: str) -> None:
        with pytest.raises(RoleMappingError) as refusal:
            self._read(app, tmp_path, text)
        assert fault in str(refusal.value)
        assert "roller.yaml" in str(refusal.value)


class TestSettings:
    RIGHT = {"MEDVIRK_OIDC_ISSUER": "https://porten.example", "MEDVIRK_OIDC_CLIENT_ID": "medvirk"}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("changed", "variable"),
        [
            ({"MEDVIRK_OIDC_ISSUER": "http://porten.example"}, "MEDVIRK_OIDC_ISSUER"),
            ({"MEDVIRK_OIDC_ISSUER": "https://u:p@porten.example"}, "MEDVIRK_OIDC_ISSUER"),
            ({"MEDVIRK_OIDC_ISSUER": "http://127.0.0.1.elsewhere.example"}, "MEDVIRK_OIDC_ISSUER"),
            ({"MEDVIRK_OIDC_CLIENT_ID": ""}, "MEDVIRK_OIDC_CLIENT_ID"),
            ({"MEDVIRK_OIDC_SCOPES": "profile"}, "MEDVIRK_OIDC_SCOPES"),
            ({"MEDVIRK_OIDC_PERSON": "pid"}, "MEDVIRK_OIDC_PERSON"),
            ({"MEDVIRK_OIDC_PERSON": "https://n.feide.no/claims/nin"}, "MEDVIRK_OIDC_PERSON"),
            ({"MEDVIRK_OIDC_MATCH_EMAIL": "alltid"}, "MEDVIRK_OIDC_MATCH_EMAIL"),
        ],
    )
    def test_a_setting_that_cannot_be_used_is_named(self, changed: dict[str, str], variable: str) -> None:
        read_settings(self.RIGHT)
        with pytest.raises(SettingsError, match=variable):
            read_settings(self.RIGHT | changed)

    @pytest.mark.parametrize(
        "issuer", ["http://127.0.0.1:9400", "http://localhost:9400", "http://[::1]:9400"]
    )
    def test_this_machine_needs_no_tls(self, issuer: str) -> None:
        assert read_settings(self.RIGHT | {"MEDVIRK_OIDC_ISSUER": issuer}).oidc_issuer == issuer

    def test_the_secret_is_never_shown(self) -> None:
        assert "hysj" not in str(Settings(oidc_client_secret="hysj").described())

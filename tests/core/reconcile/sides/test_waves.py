"""Argo CD's waves, as Git says them and as Argo CD reads them."""

import json

import pytest

from core.reconcile.sides.waves import wave_of

NAME = "argocd.argoproj.io/sync-wave"


def body(said: object) -> bytes:
    return json.dumps({"metadata": {"annotations": {NAME: said}}}, separators=(",", ":")).encode()


@pytest.mark.parametrize(("said", "wave"), [("0", 0), ("5", 5), ("-3", -3), ("+2", 2), ("007", 7)])
def test_a_wave_is_a_whole_number_in_quotes(said: str, wave: int) -> None:
    assert wave_of(body(said)) == wave


@pytest.mark.parametrize("said", ["", "x", "1.5", " 1", "1_0", "٣", "9" * 30, 7, None, [], {}])
def test_what_argo_cd_takes_for_no_number_is_wave_zero(said: object) -> None:
    assert wave_of(body(said)) == 0


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"metadata": None},
        {"metadata": {"annotations": [NAME]}},
        {"metadata": {"labels": {NAME: "5"}}},
        {"data": {NAME: "5"}},
        {"spec": {"template": {"metadata": {"annotations": {NAME: "5"}}}}},
    ],
)
def test_the_name_elsewhere_says_nothing(document: object) -> None:
    assert wave_of(json.dumps(document, separators=(",", ":")).encode()) == 0

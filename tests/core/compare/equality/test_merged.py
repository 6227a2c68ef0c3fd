"""core.compare.equality.merged: what the server writes into the selectors of a bare Pod."""

import pytest

from tests.core.compare.world import judged, shown

SPREAD = (
    "spec: {topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable:"
    " ScheduleAnyway, matchLabelKeys: [rev], labelSelector: {matchLabels: {app: p}%s}}]}"
)
REQUIRED = (
    "spec: {affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey:"
    " zone, matchLabelKeys: [rev], mismatchLabelKeys: [tenant], labelSelector: {matchLabels:"
    " {app: p}%s}}]}}}"
)
PREFERRED = (
    "spec: {affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution:"
    " [{weight: 1, podAffinityTerm: {topologyKey: zone, matchLabelKeys: [rev], labelSelector:"
    " {matchLabels: {app: p}%s}}}]}}}"
)
REV = "{key: rev, operator: In, values: ['7']}"
TENANT = "{key: tenant, operator: NotIn, values: [a]}"


def expressions(*texts: str) -> str:
    return f", matchExpressions: [{', '.join(texts)}]"


def changed(git: str, live: str, kind: str = "Pod") -> bool:
    if kind != "Pod":
        git, live = (
            f"spec: {{template: {{{side}}}}}" if side.startswith("spec") else side
            for side in (git, live)
        )
    return bool(shown(judged(kind, git, live)))


@pytest.mark.parametrize(
    ("text", "merged"),
    [(SPREAD, [REV]), (REQUIRED, [REV, TENANT]), (REQUIRED, [REV]), (PREFERRED, [REV])],
)
def test_label_keys_merged_into_a_selector_are_no_drift(text: str, merged: list[str]) -> None:
    own = "{key: own, operator: Exists}"
    assert not changed(text % "", text % expressions(*merged))
    assert not changed(text % expressions(own), text % expressions(own, *merged))
    assert not changed(text % "", text % "")  # a server that does not merge


@pytest.mark.parametrize(
    "other",
    [
        "{key: other, operator: In, values: ['7']}",
        "{key: rev, operator: NotIn, values: ['7']}",
        "{key: rev, operator: In, values: ['7', '8']}",
        "{key: rev, operator: Exists}",
    ],
)
@pytest.mark.parametrize("text", [SPREAD, PREFERRED])
def test_any_other_expression_is(text: str, other: str) -> None:
    assert changed(text % "", text % expressions(other))
    assert changed(text % expressions(other), text % "")


def test_in_a_template_nothing_is_merged() -> None:
    assert changed(SPREAD % "", SPREAD % expressions(REV), "Deployment")

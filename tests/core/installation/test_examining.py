"""core.installation.examining: what is missing, said per app, of the list that makes roles."""

from core.installation.examining import examined, judged, question_of
from core.installation.reading import Sources, Wants
from core.installation.rights import Own, Right, rights_of
from core.installation.roles import rules_of
from core.model import ClusterSpec, Remedy
from core.settings.reading import Settings
from tests.core.installation.stating import MAP, WEB, WIDGET, a_document, an_app, kinds_of, used

PROD = ClusterSpec(name="prod", kubeconfig="/nowhere/config")
APPS = used(an_app(), a_document(WEB)), used(an_app("maps"), a_document(MAP), a_document(WIDGET))
WANTS = Wants(cluster=PROD, apps=APPS, kinds=kinds_of())
RIGHTS = rights_of(APPS, kinds_of(), Own(namespace="ops"))


def told(*missing: tuple[str, str]) -> list[tuple[str, str, bool]]:
    answers = {
        question_of(right): (right.verb, right.plural) not in missing or not right.app
        for right in RIGHTS
    }
    found = judged(WANTS, RIGHTS, answers)
    return [(one.about, one.words, one.problem is None) for one in found]


def test_whoever_has_all_rights_is_told_how_many_that_are() -> None:
    itself, shop, maps, odd = told()
    assert itself[0] == "driftdeck in prod"
    assert shop == ("app shop", "13 rights, all of them there", True)
    assert (maps[0], maps[2]) == ("app maps", True)
    assert odd == (
        "app maps",
        "app maps: Widget (example.com/v1) is not served by the cluster, nor defined in Git",
        False,
    )


def test_missing_rights_are_named_with_the_app_that_needs_them() -> None:
    found = told(("patch", "deployments"), ("watch", "deployments"))
    assert (
        "app shop",
        "may not patch, watch deployments.apps in namespace shop",
        False,
    ) in found
    assert [about for about, _, fine in found if fine] == ["driftdeck in prod", "app maps"]


def test_what_is_missing_can_be_granted_and_is_in_the_roles() -> None:
    answers = {question_of(right): False for right in RIGHTS}
    lacking = [one for one in judged(WANTS, RIGHTS, answers) if one.problem is not None]
    assert {one.problem.remedy for one in lacking if one.problem} == {
        Remedy.GRANT,
        Remedy.CHANGE_GIT,
    }
    named = [one.words for one in lacking if "namespaces kube-system" in one.words]
    assert named == ["may not get namespaces kube-system"]
    right = Right("shop", "apps", "deployments", "patch", app="shop")
    assert right in RIGHTS
    assert {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["patch"]} in rules_of(
        [right]
    )


async def test_a_cluster_that_cannot_be_reached_is_one_finding() -> None:
    sources = Sources(read={}, problems={})
    settings = Settings(apps=(), clusters=(PROD,))
    (found,) = await examined(PROD, settings, sources, None)
    assert found.problem is not None
    assert (found.about, found.problem.remedy) == ("cluster prod", Remedy.FIX_SETTINGS)
    assert found.words.startswith("no kubeconfig: /nowhere/config")

"""core.engine.promoting: a promotion carries what was chosen, and nothing else, or is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import Clock
from core.engine.promoting.promoting import Promoting
from core.errors import OutdatedError, ProductError, RejectedError
from core.git import Repositories
from core.model import AppSpec
from core.model.sources.signers import Signers
from core.sources.reading import Folders
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE
from tests.core.render.worlds import script

DEPLOYMENT = """\
# the shop
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: %d   # by hand
  template:
    spec:
      containers:
        - name: web
          image: "ghcr.io/web:%s"
        - {name: proxy, image: '%s'}
"""
IMAGE = "spec.template.spec.containers[name=web].image"
STAGING = DEPLOYMENT % (1, "1.10", "envoy:2")
PROD = DEPLOYMENT % (3, "1.9", "mirror/envoy:1")
SIDES = ("staging", STAGING), ("prod", PROD)
HELM = """\
for word; do case $word in *prod.yaml|*staging.yaml) file=${word#*=};; esac; done
case "$1" in version) echo v3.19.0; exit;; esac
tag=$(sed -n 's/^ *tag: *//p' "$file"); size=$(sed -n 's/^ *size: *//p' "$file")
cat <<END
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: $size
  template: {spec: {containers: [{name: web, image: "ghcr.io/web:$tag"}]}}
END
"""


pytestmark = pytest.mark.outside


def promoting() -> Promoting:
    repositories = Repositories()
    return Promoting(repositories, lambda repo: Folders(repo, repositories, HERE), Clock())


class Estate:
    """Two environments of one app in one repository."""

    def __init__(self, folder: Path) -> None:
        self.sample = Sample(folder / "repo")
        self.staging, self.prod = self.app("staging"), self.app("prod")
        self.promoting = promoting()

    def app(self, env: str) -> AppSpec:
        repo = str(self.sample.path)
        return AppSpec(
            name=f"shop-{env}", repo=repo, revision="main", path=env, cluster="c", namespace=env
        )

    def commit(self, staging: str = STAGING, prod: str = PROD) -> str:
        files = {"staging/web.yaml": staging.encode(), "prod/web.yaml": prod.encode()}
        return self.sample.commit({**files})

    def text(self, revision: str = "main", file: str = "prod/web.yaml") -> str:
        return self.sample.git("show", f"{revision}:{file}")


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    made = Estate(tmp_path)
    made.commit()
    return made


def refused(estate: Estate, *fields: str, branch: str = "") -> str:
    with pytest.raises(ProductError) as told:
        estate.promoting.planned("shop", estate.staging, estate.prod, fields, branch)
    return str(told.value)


def test_image_tags_of_equal_containers_are_carried_and_nothing_else(estate: Estate) -> None:
    plan = estate.promoting.planned("shop", estate.staging, estate.prod, ())
    assert plan.lines == (f"Deployment web {IMAGE}: ghcr.io/web:1.9 -> ghcr.io/web:1.10",)
    other, left = plan.notes
    proxy = IMAGE.replace("web", "proxy")
    assert other.startswith(f"Deployment web {proxy} stays as it is: envoy is another image than")
    assert left == "1 other differences stay as they are; `diff` shows them"
    assert plan.edit is not None
    assert '\n+          image: "ghcr.io/web:1.10"\n' in plan.edit.diff
    assert estate.text() == PROD  # nothing is written yet
    made = estate.promoting.made(plan)
    assert estate.text() == PROD.replace("web:1.9", "web:1.10")
    assert (estate.sample.path / "prod/web.yaml").read_text() == estate.text()
    assert estate.sample.git("status", "--short") == ""
    assert estate.sample.git("log", "-1", "--format=%B", made) == (
        "Promote shop from shop-staging to shop-prod\n\n"
        f"Deployment web {IMAGE}: ghcr.io/web:1.9 -> ghcr.io/web:1.10\n\n"
        "App: shop-prod\nPromoted-From: shop-staging\n\n"
    )


def test_its_revert_brings_it_back(estate: Estate) -> None:
    made = estate.promoting.made(estate.promoting.planned("shop", estate.staging, estate.prod, ()))
    with estate.sample.opened() as repository:
        plan = repository.plan_revert(made, branch="main", folder="prod")
        repository.make_revert(plan, author="A <a@b>", now=1_800_000_000)
    assert estate.text() == PROD


def test_chosen_fields_are_carried_too(estate: Estate) -> None:
    fields = ("spec.replicas", "spec.paused")
    plan = estate.promoting.planned("shop", estate.staging, estate.prod, fields)
    assert "Deployment web spec.replicas: 3 -> 1" in plan.lines
    assert "spec.paused does not differ" in plan.notes
    estate.promoting.made(plan)
    assert "  replicas: 1   # by hand\n" in estate.text()


def test_where_all_is_as_in_the_source_there_is_nothing_to_promote(estate: Estate) -> None:
    estate.commit(prod=STAGING)
    plan = estate.promoting.planned("shop", estate.staging, estate.prod, ())
    assert plan.edit is None
    assert plan.carried == ()


def test_a_branch_may_begin_with_it(estate: Estate) -> None:
    plan = estate.promoting.planned("shop", estate.staging, estate.prod, (), "promote/shop")
    estate.promoting.made(plan)
    assert estate.text() == PROD
    assert "web:1.10" in estate.text("promote/shop")
    assert 'there is a branch "promote/shop" already' in refused(estate, branch="promote/shop")
    assert "cannot name a branch" in refused(estate, branch="--force")


def test_what_cannot_be_carried_as_it_is_is_named_and_nothing_is_written(estate: Estate) -> None:
    estate.commit(staging=STAGING.replace("replicas: 1", "replicas: null"))
    assert "only single values" in refused(estate, "spec.replicas")
    anchored = PROD.replace('"ghcr.io/web:1.9"', "&image ghcr.io/web:1.9")
    estate.commit(prod=anchored)
    assert "prod/web.yaml cannot be edited in place" in refused(estate)
    assert estate.text() == anchored


def test_each_object_gets_its_own_edit(estate: Estate) -> None:
    twice = PROD.replace("name: web\nspec", "name: web2\nspec")
    again = STAGING.replace("name: web\nspec", "name: web2\nspec").replace("1.10", "1.11")
    estate.commit(prod=f"{PROD}---\n{twice}", staging=f"{STAGING}---\n{again}")
    estate.promoting.made(estate.promoting.planned("shop", estate.staging, estate.prod, ()))
    first, second = estate.text().split("---\n")
    assert "web:1.10" in first
    assert "web:1.11" in second


def test_local_changes_in_the_file_are_not_overwritten(estate: Estate) -> None:
    (estate.sample.path / "prod/web.yaml").write_text(PROD + "# mine\n")
    assert "local changes" in refused(estate)


def test_a_branch_that_moved_since_is_not_written_to(estate: Estate) -> None:
    plan = estate.promoting.planned("shop", estate.staging, estate.prod, ())
    estate.sample.commit({"other": b"x"})
    with pytest.raises(OutdatedError, match="main moved"):
        estate.promoting.made(plan)


def test_a_tag_needs_a_branch_and_signed_repositories_a_person(estate: Estate) -> None:
    estate.sample.git("tag", "v1")
    estate.prod = replace(estate.prod, revision="v1")
    assert refused(estate) == '"v1" is no branch; --branch NAME begins one there'
    estate.prod = replace(estate.prod, revision="main", signers=Signers())
    assert "is not signed" in refused(estate)


def test_environments_may_be_branches(estate: Estate) -> None:
    estate.sample.commit({"app/web.yaml": PROD.encode()}, branch="env/prod")
    estate.sample.commit({"app/web.yaml": STAGING.encode()}, branch="env/staging")
    sides = [
        replace(one, revision=f"env/{env}", path="app")
        for env, one in (("staging", estate.staging), ("prod", estate.prod))
    ]
    estate.promoting.made(estate.promoting.planned("shop", sides[0], sides[1], ()))
    assert "web:1.10" in estate.text("env/prod", "app/web.yaml")


def test_files_of_values_are_edited_and_the_chart_is_not(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", script(tmp_path / "bin", "helm", HELM)["PATH"])
    files = {
        "chart/Chart.yaml": b"apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/values.yaml": b"image: {}\n",
        "chart/templates/web.yaml": b"# {{ .Values }}\n",
        "chart/prod.yaml": b"image:\n  # careful\n  tag: v1\nsize: 3\n",
        "chart/staging.yaml": b"image:\n  tag: v2\nsize: 1\n",
    }
    estate.sample.commit({**files})
    sides = [
        replace(one, path="chart", values=(f"{env}.yaml",))
        for env, one in (("staging", estate.staging), ("prod", estate.prod))
    ]
    estate.promoting = promoting()
    plan = estate.promoting.planned("shop", sides[0], sides[1], ("spec.replicas",))
    estate.promoting.made(plan)
    assert estate.text(file="chart/prod.yaml") == "image:\n  # careful\n  tag: v2\nsize: 1\n"
    missing = {"chart/prod.yaml": b"size: 1\n# tag: v1\n"}
    estate.sample.commit({**missing, "chart/staging.yaml": b"tag: v2\nsize: 1\n"})
    with pytest.raises(RejectedError, match="no file of shop-prod alone states it"):
        estate.promoting.planned("shop", sides[0], sides[1], ())


def test_images_of_objects_that_are_named_by_environment_are_carried_too(estate: Estate) -> None:
    named = (text.replace("  name: web\nspec", f"  name: {env}-web\nspec") for env, text in SIDES)
    estate.commit(*named)
    plan = estate.promoting.planned("shop", estate.staging, estate.prod, ())
    assert [(one.ref.name, one.path, one.new) for one in plan.carried] == [
        ("prod-web", IMAGE, "ghcr.io/web:1.10")
    ]


def test_values_of_secrets_are_not_carried(estate: Estate) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: %s}\n"
    estate.commit(staging=secret % "open", prod=secret % "sesame")
    with pytest.raises(RejectedError, match="values of Secrets") as told:
        estate.promoting.planned("shop", estate.staging, estate.prod, ("data.a",))
    assert "open" not in str(told.value).replace("opened", "")


def test_an_edit_that_would_change_more_is_refused(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = HELM.replace("replicas: $size", "replicas: $size\n  paused: $size")
    monkeypatch.setenv("PATH", script(tmp_path / "bin", "helm", both)["PATH"])
    files = {
        "chart/Chart.yaml": b"apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/templates/web.yaml": b"# {{ .Values }}\n",
        "chart/prod.yaml": b"tag: v1\nsize: 3\n",
        "chart/staging.yaml": b"tag: v1\nsize: 1\n",
    }
    estate.sample.commit({**files})
    sides = [
        replace(one, path="chart", values=(f"{env}.yaml",))
        for env, one in (("staging", estate.staging), ("prod", estate.prod))
    ]
    estate.promoting = promoting()
    with pytest.raises(RejectedError, match=r"same edit would change Deployment web spec\.paused"):
        estate.promoting.planned("shop", sides[0], sides[1], ("spec.replicas",))


def charted(estate: Estate, folder: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> str:
    """Why nothing is promoted of a chart where helm gives the tag that a line of script says."""
    lines = [line if not line.startswith("tag=") else said for line in HELM.splitlines()]
    program = "\n".join(line.replace("replicas: $size", "replicas: 1") for line in lines)
    monkeypatch.setenv("PATH", script(folder / "bin", "helm", program)["PATH"])
    files = {
        "chart/Chart.yaml": b"apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/templates/web.yaml": b"# {{ .Values }}\n",
        "chart/values.yaml": b"tag: v1\n",
        "chart/prod.yaml": b"other: v1\n",
        "chart/staging.yaml": b"tag: v2\nother: v2\n",
    }
    estate.sample.commit({**files})
    estate.staging, estate.prod = (
        replace(one, path="chart", values=(f"{env}.yaml",))
        for env, one in (("staging", estate.staging), ("prod", estate.prod))
    )
    estate.promoting = promoting()
    return refused(estate)


def test_a_value_that_helm_does_not_look_at_is_no_place(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "case $file in *prod.yaml) tag=v1;; *) tag=v2;; esac"
    words = charted(estate, tmp_path, monkeypatch, said)
    assert "an edit of chart/prod.yaml does not make it ghcr.io/web:v2" in words


def test_a_file_of_all_environments_is_not_edited_for_one(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = 'tag=$(cat "${file%/*}/values.yaml" "$file" | sed -n "s/^ *tag: *//p" | tail -1)'
    words = charted(estate, tmp_path, monkeypatch, said)
    assert "an edit of chart/prod.yaml does not make it" in words
    estate.sample.commit({"chart/prod.yaml": b"size: 1\n"})
    assert "no file of shop-prod alone states it" in refused(estate)
    assert estate.text(file="chart/values.yaml") == "tag: v1\n"

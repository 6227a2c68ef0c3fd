"""Who a commit is by is what `git var` says, whichever file says so."""

import os
import subprocess
from pathlib import Path

import pytest

from core.errors import UnavailableError
from core.git import Repository
from tests.core.git.sample import Sample

USER = "[user]\n name = Ada Private\n email = ada@home.example\n"
WORK = "[user]\n name = Ada Work\n email = ada@work.example\n"


def said_by_git(sample: Sample, role: str, **environment: str) -> str:
    """What `git var` says, without the date."""
    done = subprocess.run(  # noqa: S603 - git is the reference
        ["git", "var", f"GIT_{role.upper()}_IDENT"],  # noqa: S607
        cwd=sample.path,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.partition(">")[0] + ">"


def agreed(repository: Repository, sample: Sample, **environment: str) -> tuple[str, str]:
    """The author and the committer, which are those of git."""
    given = {**os.environ, **environment}
    found = repository.author(given), repository.committer(given)
    said = (said_by_git(sample, role, **environment) for role in ("author", "committer"))
    assert found == tuple(said)
    return found


def home(name: str = ".gitconfig", text: str = USER) -> None:
    file = Path.home() / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def condition(text: str) -> str:
    return f'{USER}[includeIf "{text}"]\n path = ~/.gitconfig-work\n'


@pytest.mark.parametrize(
    "pattern",
    [
        "gitdir:{above}/",
        "gitdir:{repo}/.git",
        "gitdir:repo/",
        "gitdir:**/repo/**",
        "gitdir:**/repo/.git",
        "gitdir:{above}/*/.git",
        "gitdir/i:{upper}/",
        "onbranch:main",
        "onbranch:ma*",
        "onbranch:m[ae]in",
        "hasconfig:remote.*.url:https://work.example/**",
        "gitdir:{above}/other/",
        "gitdir:~/",
        "gitdir:{upper}/",
        "gitdir:re?/",
        "gitdir:{above}/r",
        "onbranch:release/",
        "onbranch:release/**",
        "hasconfig:remote.*.url:https://home.example/**",
        "nonsense:main",
    ],
)
def test_a_condition_holds_where_it_does_for_git(
    repository: Repository, sample: Sample, pattern: str
) -> None:
    home(".gitconfig-work", WORK)
    above = str(sample.path.parent)
    shown = pattern.format(above=above, repo=sample.path, upper=above.upper())
    home(text=condition(shown))
    sample.git("remote", "add", "origin", "https://work.example/team/config.git")
    agreed(repository, sample)


def test_a_company_s_repository_gets_the_address_of_the_company(
    repository: Repository, sample: Sample
) -> None:
    home(".gitconfig-work", WORK)
    home(text=condition(f"gitdir:{sample.path.parent}/"))
    assert agreed(repository, sample)[0] == "Ada Work <ada@work.example>"


def test_a_branch_of_a_folder_of_branches_is_met(repository: Repository, sample: Sample) -> None:
    home(".gitconfig-work", WORK)
    home(text=condition("onbranch:release/"))
    sample.git("checkout", "-q", "-b", "release/1")
    assert agreed(repository, sample)[0] == "Ada Work <ada@work.example>"


def test_an_author_of_his_own_leaves_the_user_the_committer(
    repository: Repository, sample: Sample
) -> None:
    home(text=f"{USER}[author]\n name = Ada Author\n email = ada@author.example\n")
    author, committer = agreed(repository, sample)
    assert author == "Ada Author <ada@author.example>"
    assert committer == "Ada Private <ada@home.example>"
    home(text=f"{USER}[committer]\n email = robot@example\n")
    assert agreed(repository, sample)[1] == "Ada Private <robot@example>"


def test_the_environment_goes_before_every_file(repository: Repository, sample: Sample) -> None:
    home(text=f"{USER}[author]\n name = Ada Author\n")
    author, committer = agreed(repository, sample, GIT_AUTHOR_NAME="Env", EMAIL="e@example")
    assert (author, committer) == (
        "Env <ada@home.example>",
        "Ada Private <ada@home.example>",
    )
    agreed(repository, sample, GIT_COMMITTER_EMAIL="c@example", GIT_AUTHOR_EMAIL="a@example")


def test_the_files_count_in_the_order_of_git(repository: Repository, sample: Sample) -> None:
    home(".config/git/config", USER)
    home(text="[user]\n name = Home\n")
    (Path.home() / "system").write_text("[user]\n name = System\n email = s@example\n")
    environment = {"GIT_CONFIG_SYSTEM": str(Path.home() / "system"), "GIT_CONFIG_NOSYSTEM": ""}
    given = {key: value for key, value in os.environ.items() if key != "GIT_CONFIG_GLOBAL"}
    assert repository.author({**given, **environment}) == "Home <ada@home.example>"
    sample.git("config", "user.name", "Repository")
    assert repository.author({**given, **environment}) == "Repository <ada@home.example>"
    sample.git("config", "extensions.worktreeConfig", "true")
    sample.git("config", "--worktree", "user.name", "Work tree")
    home(text="")
    assert repository.author({**given, **environment}) == "Work tree <ada@home.example>"


def test_what_the_repository_includes_is_not_read(repository: Repository, sample: Sample) -> None:
    home()
    (sample.path / "planted").write_text("[user]\n name = Mallory\n")
    sample.git("config", "include.path", str(sample.path / "planted"))
    assert repository.author() == "Ada Private <ada@home.example>"
    plan = repository.plan_revert(sample.commit({"apps/web.yaml": b"a: 2\n"}), branch="main")
    assert plan.notes == ("what the repository's own settings include is not read (include.path)",)


def test_a_file_that_is_included_and_is_no_settings_stops_nothing_and_is_never_quoted(
    sample: Sample,
) -> None:
    home()
    sample.commit({"a.yaml": b"a: 1\n"})
    planted = sample.path / "planted"
    planted.write_text("root:canary-5d1e:0:0\n")
    sample.git("config", "include.path", str(planted))
    with sample.opened() as opened:
        assert opened.resolve("HEAD").subject == "change"
        assert opened.author() == "Ada Private <ada@home.example>"
        home(text=f"[include]\n path = {planted}\n")
        with pytest.raises(UnavailableError, match="cannot be read as Git settings") as caught:
            opened.author()
    assert "canary" not in str(caught.value)


def test_settings_of_the_repository_that_are_none_are_named_and_not_quoted(sample: Sample) -> None:
    sample.commit({"a.yaml": b"a: 1\n"})
    (sample.path / ".git/config").write_text('url = "https://joe:canary-5d1e@host"\n')
    with pytest.raises(UnavailableError, match=r"\.git/config cannot be read") as caught:
        Repository(sample.path)
    assert "canary" not in str(caught.value)

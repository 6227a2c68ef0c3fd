"""core.cli.output.unified and external: whole objects as files, and the user's own program."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.cli.output.external import show_with
from core.cli.output.unified import Pair, pairs_of, unified_lines
from core.errors import UsageError
from core.model import Drift, JsonObject, Key, KindRef, ObjectRef, Sides
from core.telling.spans import plain
from tests.core.cli.scripted import CART, WEB, drifted, missing

LIVE: JsonObject = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 7}}
GIT: JsonObject = {**LIVE, "spec": {"replicas": 3}}
ROWS = {WEB: drifted(), CART: missing()}
TEXT = """\
diff -u -N LIVE/apps.v1.Deployment.shop.web MERGED/apps.v1.Deployment.shop.web
--- LIVE/apps.v1.Deployment.shop.web
+++ MERGED/apps.v1.Deployment.shop.web
@@ -1,4 +1,4 @@
 apiVersion: apps/v1
 kind: Deployment
 spec:
-  replicas: 7
+  replicas: 3
diff -u -N LIVE/v1.Service.shop.cart MERGED/v1.Service.shop.cart
--- LIVE/v1.Service.shop.cart
+++ MERGED/v1.Service.shop.cart
@@ -0,0 +1 @@
+kind: Service
"""


def text_of(*pairs: Pair) -> str:
    return "".join(f"{plain(line)}\n" for line in unified_lines(pairs))


def names(*rows: Drift) -> list[str]:
    found = pairs_of({row.key: row for row in rows}, {row.key: Sides(LIVE, GIT) for row in rows})
    return [pair.name for pair in found]


def test_each_object_is_a_file_with_live_before_git() -> None:
    sides = {CART: Sides(None, {"kind": "Service"}), WEB: Sides(LIVE, GIT)}
    assert text_of(*pairs_of(ROWS, sides)) == TEXT


def test_an_object_that_git_lacks_is_removed_as_a_whole() -> None:
    (pair,) = pairs_of(ROWS, {WEB: Sides(LIVE, None)})
    assert (pair.live.count("\n"), pair.git) == (4, "")
    assert "@@ -1,4 +0,0 @@\n-apiVersion: apps/v1\n" in text_of(pair)


def test_objects_that_do_not_differ_are_left_out() -> None:
    assert pairs_of(ROWS, {WEB: Sides(LIVE, LIVE)}) == ()


def test_files_have_kubectls_names_behind_that_of_the_app_where_there_are_several() -> None:
    space = Key("shop", ObjectRef("", "Namespace", "", "shop"))
    row = drifted(space, kind=KindRef("v1", "Namespace"))
    assert names(row, drifted()) == ["apps.v1.Deployment.shop.web", "v1.Namespace..shop"]
    other = drifted(WEB._replace(app="other"))
    assert names(drifted(), other) == [
        f"{app}.apps.v1.Deployment.shop.web" for app in ("other", "shop")
    ]


def test_names_from_outside_lead_nowhere_and_stay_apart() -> None:
    odd = [drifted(WEB._replace(ref=WEB.ref._replace(name=name))) for name in ("../a", "..\x1ba")]
    assert names(*odd) == ["apps.v1.Deployment.shop..._a", "apps.v1.Deployment.shop..._a_"]
    assert max(map(len, names(drifted(WEB._replace(ref=WEB.ref._replace(name="n" * 253)))))) <= 255


def test_what_could_steer_a_terminal_is_shown() -> None:
    hostile: JsonObject = {"data": {"a\x1b": "\x1b[2J\u202e\tkept\n\ud800"}}
    (pair,) = pairs_of(ROWS, {WEB: Sides(None, hostile)})
    for raw in ("\x1b", "\u202e", "\ud800"):
        assert raw not in pair.git
    assert "␛[2J<U+202E>\tkept" in pair.git


@pytest.mark.skipif(shutil.which("patch") is None, reason="NOT PROVEN: no patch")
def test_the_text_is_a_patch_that_makes_gits_side_of_the_live_one(tmp_path: Path) -> None:
    live: JsonObject = {"a": "\n".join(f"line {n} \t" for n in range(40)), "b": "x", "c": "y"}
    git: JsonObject = {
        "a": str(live["a"]).replace("line 7", "row 7") + "\nend",
        "c": "y",
        "d": "new",
    }
    sides = {WEB: Sides({"data": live}, {"data": git}), CART: Sides(None, {"kind": "Service"})}
    pairs = pairs_of(ROWS, sides)
    for pair in pairs:
        if pair.live:
            (tmp_path / pair.name).write_text(pair.live)
    words = ["patch", "-p1", "--quiet"]
    subprocess.run(words, cwd=tmp_path, input=text_of(*pairs).encode(), check=True)  # noqa: S603
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        pair.name: pair.git for pair in pairs
    }


# The user's own program -------------------------------------------------------------------------

PAIRS = pairs_of(ROWS, {WEB: Sides(LIVE, GIT), CART: Sides(None, {"kind": "Service"})})
LOOK = """\
#!{python}
import json, os, pathlib, stat, sys
live, merged, *words = sys.argv[1:]
mode = lambda path: oct(stat.S_IMODE(os.stat(path).st_mode))
found = {{path.name: path.read_text() for path in pathlib.Path(live).iterdir()}}
modes = [mode(os.path.dirname(live)), mode(live), mode(merged)]
modes += [mode(path) for path in pathlib.Path(merged).iterdir()]
told = dict(words=words, live=found, modes=modes, folder=os.path.dirname(live))
pathlib.Path({out!r}).write_text(json.dumps(told))
sys.exit({code})
"""


def program(folder: Path, code: int = 1) -> str:
    script = folder / "look"
    script.write_text(LOOK.format(python=sys.executable, out=str(folder / "told"), code=code))
    script.chmod(0o700)
    return str(script)


async def test_a_program_gets_two_folders_that_nobody_else_can_read(tmp_path: Path) -> None:
    await show_with(program(tmp_path), PAIRS)
    told: Any = json.loads((tmp_path / "told").read_text())
    assert told["live"] == {pair.name: pair.live for pair in PAIRS}
    assert told["modes"] == ["0o700"] * 3 + ["0o600"] * 2
    assert not os.path.exists(told["folder"])  # noqa: ASYNC240, PTH110


async def test_words_go_behind_the_folders_and_none_that_kubectl_refuses(tmp_path: Path) -> None:
    await show_with(f"{program(tmp_path)} -u --color=always /etc/passwd x;y  -N", PAIRS)
    told: Any = json.loads((tmp_path / "told").read_text())
    assert told["words"] == ["-u", "--color=always", "-N"]


@pytest.mark.parametrize("code", [0, 1])
async def test_a_program_may_say_that_it_saw_a_difference_or_none(
    tmp_path: Path, code: int
) -> None:
    await show_with(program(tmp_path, code), PAIRS)


async def test_a_program_that_fails_or_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"KUBECTL_EXTERNAL_DIFF: .*look failed: it ended with 2"):
        await show_with(program(tmp_path, 2), PAIRS)
    with pytest.raises(UsageError, match="gone cannot be started: No such file"):
        await show_with(f"{tmp_path}/gone -u", PAIRS)

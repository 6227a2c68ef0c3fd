"""Repositories as no Git would write them: raw objects, refs, settings, some of them nonsense."""

import hashlib
import zlib
from pathlib import Path
from typing import Final, TypeAlias

from hypothesis import strategies as st

MANIFEST: Final = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: '1'}\n"
NOWHERE: Final = "1" * 40

Draw: TypeAlias = st.DrawFn


class Raw:
    """A repository's folder, written byte by byte."""

    def __init__(self, path: Path, *, bare: bool) -> None:
        """Make an empty one."""
        self.path = path if bare else path / ".git"
        for folder in ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info"):
            (path / folder).mkdir(parents=True)
        self.put("HEAD", b"ref: refs/heads/main\n")
        self.put(
            "config",
            b"[core]\n\trepositoryformatversion = 0\n\tbare = %s\n" % str(bare).lower().encode(),
        )

    def put(self, name: str, content: bytes) -> None:
        """Write one of its files."""
        place = self.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    def object(self, kind: bytes, content: bytes) -> str:
        """Write one object under its true name."""
        whole = b"%s %d\0%s" % (kind, len(content), content)
        name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        self.loose(name, zlib.compress(whole, 1))
        return name

    def loose(self, name: str, packed: bytes) -> None:
        """Write what stands under an object's name, whatever it is."""
        self.put(f"objects/{name[:2]}/{name[2:]}", packed)


def mostly(usual: object, *odd: object) -> st.SearchStrategy[object]:
    """Mostly the usual, now and then something odd."""
    return st.sampled_from((*[usual] * (2 * len(odd)), *odd))


NAMES: Final = (
    b"/etc/passwd",
    b"/",
    b"..",
    b".",
    b".git",
    b".GIT",
    b"git~1",
    b"",
    b"a/b",
    b"a\\b",
    b"C:x",
    b"aux",
    b"caf\xe9.yaml",
    b"R\xe9sum\xe9.pdf",
    b"tab\there.md",
    b"\x1b[2J.yaml",
    b"x" * 300,
    b"kustomization.yaml",
    b"Chart.yaml",
    b".hidden",
    b"a.yaml",
    b"line\nend.yaml",
    ".g\u200cit".encode(),
    b"app",
    b"/app",
    b"..yaml",
    b"//x.yaml",
    b"a.json",
)
MODES: Final = (
    b"40000",
    b"040000",
    b"120000",
    b"160000",
    b"100755",
    b"100600",
    b"010644",
    b"0",
    b"",
    b"abc",
    b"7777777777777777777777777",
    b"-100644",
    b"999",
    b" 100644",
    b"1",
)
PEOPLE: Final = (
    b"Ada <ada@example.org>",
    b"Ada 1700000000 +0000",
    b"",
    b"<> 1 +0000",
    b"Ada <a> 1",
    b"Ada <a> +0000",
    b"Ada <a> x +0000",
    b"Ada <a> 1 0000",
    b"Ada <a> 1 +99999999999999",
    b"Ada <a> 9223372036854775807 +0000",
    b"Ada <a> -1 -0000",
    b"Ada <a> " + b"9" * 5000 + b" +0000",
    b"Ada <a> 1e9 +0000",
    b"Ada <a>1700000000 +0000",
    b"> 1 +0000",
    b"A <a> b <c> 1 +0000",
    b"\xff\xfe <a> 1 +0000",
    b"\x1b[2J <a> 1 +0000",
    b"Ada <a\0> 1 +0000",
    b"Ada <a> 1 +00:00",
    b"Ada <a> \xd9\xa1 +0000",
    b"Ada <a> 1_0 +0000",
    b"Ada <a> 1 --700",
)
HEADS: Final = (
    b"ref: refs/heads/nowhere\n",
    b"\xff\xfe\x00\x01",
    b"",
    b"ref: \n",
    b"ref: refs/heads/main",
    b"ref: ../../../etc/passwd\n",
    b"ref: HEAD\n",
    b"0" * 40 + b"\n",
    b"xyz\n",
    b"ref:\n",
    b"ref: refs/heads/\xff\n",
    NOWHERE.encode() + b"\n",
    b"ref: refs/heads/a..b\n",
    b"\0" * 4096,
)
PACKED: Final = (
    b"",
    b"# pack-refs with: peeled\n",
    b"\xff\xfe\n",
    b"^" + b"1" * 40 + b"\n",
    b"xyz refs/heads/x\n",
    b"1" * 40 + b" refs/heads/main\n",
    b"1" * 40 + b"\n",
    b"1" * 40 + b" \xff\n",
    b"\0\0\0\0",
)
CONFIGS: Final = (
    b"",
    b"[core",
    b"\xff\xfe[",
    b"[core]\n\trepositoryformatversion = x\n",
    b"[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha512\n",
    b"[core]\n\trepositoryformatversion = 99\n",
    b"[core]\n\tbare = maybe\n",
    b"[include]\n\tpath = /etc/passwd\n",
    b"[include]\n\tpath = config\n",
    b"[include]\n\tpath\n",
    b'[includeIf "gitdir:/**"]\n\tpath = /etc/shadow\n',
    b"[user]\n\tname = \xff\n\temail = \0\n",
    b"[core]\n\tworktree = /etc\n",
    b"[remote]\n\tpromisor = x\n",
    b'[remote "o"]\n\tpromisor = ?\n',
    b"[core]\n\tsharedRepository = x\n\thooksPath = ~nobody-there/x\n",
    b"[core]\n\tlogallrefupdates = ?\n",
    b"[commit]\n\tgpgsign = maybe\n[core]\n\tattributesFile = ~nobody-there/x\n",
    b'[a "\\\n',
    b"x = 1\n",
    b"[core]\n\tcompression = x\n",
    b"[core]\n\tbigFileThreshold = x\n",
    b"[pack]\n\tthreads = x\n",
)
EXTRA: Final = {
    "shallow": (b"", b"xyz\n", b"\xff", NOWHERE.encode() + b"\n"),
    "info/grafts": (b"", b"xyz\n", NOWHERE.encode() + b" xyz\n", b"\xff\n"),
    "objects/info/alternates": (b"/etc\n", b"\0\n", b"../..\n", b"\xff\n", b"/no/such\n"),
    "packed-refs": PACKED,
    "config": CONFIGS,
    "config.worktree": CONFIGS,
    "refs/heads/odd": HEADS,
    "refs/heads/main/x": HEADS,
    "commondir": (b"\n", b"\xff\n", b"/no/such\n"),
    "index": (b"", b"DIRC", b"\xff" * 40),
    "objects/info/commit-graph": (b"", b"CGPH", b"\xff" * 100),
    "objects/pack/pack-1.idx": (b"", b"\xfftOc", b"\xff" * 100),
    "reftable/tables.list": (b"x\n",),
    "rebase-merge/head-name": (b"refs/heads/main\n", b"\xff"),
    "BISECT_START": (b"main\n", b"\xff"),
    "MERGE_HEAD": (b"", b"\xff"),
    "worktrees/x/gitdir": (b"", b"\0", b"\xff/no\n", b"/etc/passwd\n"),
}


@st.composite
def trees(draw: Draw, raw: Raw, made: list[str]) -> str:
    """Write a tree, mostly of entries that were made before."""
    entries = [b"100644 web.yaml\0" + bytes.fromhex(made[0])]
    for _ in range(draw(st.integers(0, 2))):
        mode = draw(mostly(b"100644", *MODES))
        name = draw(st.sampled_from(NAMES) | st.binary(max_size=6))
        target = draw(st.sampled_from((*made, NOWHERE)))
        entries.append(b"%s %s\0" % (mode, name) + bytes.fromhex(target))
    return raw.object(b"tree", draw(cut(b"".join(entries))))


@st.composite
def commits(draw: Draw, raw: Raw, made: list[str], tree: str, parents: list[str]) -> str:
    """Write a commit, mostly of that tree."""
    lines = [b"tree %s" % str(draw(mostly(tree, NOWHERE, *made, "xyz"))).encode()]
    lines += [
        b"parent %s" % str(draw(mostly(parent, NOWHERE, *made, "xyz"))).encode()
        for parent in parents
    ]
    lines += [
        b"%s %s" % (role, draw(st.sampled_from(PEOPLE))) for role in (b"author", b"committer")
    ]
    encodings = (b"utf-8", b"latin-1", b"hex", b"idna", b"\xff", b"a\0", b"undefined", b"punycode")
    if draw(st.booleans()):
        lines.append(b"encoding " + draw(st.sampled_from(encodings)))
    if not draw(st.integers(0, 5)):  # something is gone, twice there or elsewhere
        at = draw(st.integers(0, len(lines) - 1))
        lines[at : at + 1] = draw(st.sampled_from(([], [lines[at]] * 2, [lines[-1], lines[at]])))
    message = draw(st.sampled_from((b"two\n", b"", b"\xff\xfe\0\n", b"xn--\xff", b"x" * 9000)))
    return raw.object(b"commit", draw(cut(b"\n".join(lines) + b"\n\n" + message)))


@st.composite
def cut(draw: Draw, content: bytes) -> bytes:
    """Leave some bytes out at the end, once in a while."""
    return content if draw(st.integers(0, 9)) else content[: draw(st.integers(0, len(content)))]


@st.composite
def repositories(draw: Draw, raw: Raw) -> list[str]:
    """Fill a repository; return what may be asked for: refs and ids of any kind."""
    blob = raw.object(b"blob", MANIFEST)
    made = [blob]
    made.append(draw(trees(raw, made)))
    app = draw(trees(raw, made))
    made.append(app)
    root = raw.object(
        b"tree", b"40000 app\0" + bytes.fromhex(app) + b"40000 z\0" + bytes.fromhex(made[1])
    )
    made.append(draw(st.sampled_from((root, draw(trees(raw, made))))))
    first = draw(commits(raw, made, root, []))
    second = draw(commits(raw, made, made[-1], [first]))
    third = draw(commits(raw, made, root, draw(st.sampled_from(([second], [second, first])))))
    tag = b"object %s\ntype commit\ntag t\ntagger %s\n\nx\n" % (
        str(draw(mostly(third, NOWHERE, "xyz", blob))).encode(),
        draw(st.sampled_from(PEOPLE)),
    )
    made += [first, second, third, raw.object(b"tag", draw(cut(tag)))]
    raw.put("refs/heads/main", str(draw(mostly(third, *made, "xyz"))).encode() + b"\n")
    raw.put("refs/tags/t", made[-1].encode() + b"\n")
    if draw(st.booleans()):
        raw.put("HEAD", draw(st.sampled_from(HEADS)))
    if draw(st.booleans()):
        name = draw(st.sampled_from(sorted(EXTRA)))
        if name != "refs/heads/main/x":
            raw.put(name, draw(st.sampled_from(EXTRA[name])))
    if not draw(st.integers(0, 3)):
        broken = draw(st.sampled_from(made))
        raw.loose(broken, draw(st.sampled_from(DAMAGE)))
    return ["HEAD", "main", "t^2", "odd", made[-1][:7]]


DAMAGE: Final = (
    b"",
    b"\0",
    b"\xff" * 20,
    zlib.compress(b"blob 1\0xx"),
    zlib.compress(b"tree"),
    zlib.compress(b"commit x\0"),
    zlib.compress(b"nothing 1\0x"),
    zlib.compress(b"blob 5\0"),
    zlib.compress(b"commit 4\0abcd")[:-5],
    zlib.compress(b"tag 0\0"),
    zlib.compress(b"tree 3\0abc"),
    zlib.compress(b"blob " + b"9" * 5000 + b"\0x"),
    zlib.compress(b"\xff\0"),
)

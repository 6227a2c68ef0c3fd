"""Every setting of the settings file: its name, how it is read, its default, a sentence of help.

This is the one list: the file is read by it, the flags of the same name take their help from it,
and `settings.md` prints it.  How API servers are reached stands in `clusters`, how repositories of
other machines are asked in `remote_table`.
"""

from typing import Final

from core.settings.fields import Field
from core.settings.healing import HEALING
from core.settings.ignoring import (
    read_field_path,
    read_labels,
    read_manager,
    read_pattern,
    read_pointer,
    rules,
)
from core.settings.readers import (
    as_stated,
    read_apps,
    read_cluster,
    read_contested,
    read_extras,
    read_globs,
    read_inventory_namespace,
    read_key_kinds,
    read_kinds,
    read_layout_shape,
    read_managers,
    read_name,
    read_namespace,
    read_namespaces,
    read_overrides,
    read_path,
    read_render,
    read_repo,
    read_revision,
    read_values,
)
from core.settings.sources.charts import CHART, chart
from core.settings.sources.elsewhere import read_bases

TOP: Final = (
    Field(
        name="clusters",
        type=dict,
        read=as_stated,
        help="API servers by name; without any, the one of the kubeconfig's current context.",
    ),
    Field(
        name="apps",
        type=list,
        read=as_stated,
        help="What to keep equal: folders of repositories, each meant for one cluster.",
    ),
    Field(
        name="repositories",
        type=list,
        read=as_stated,
        help="How repositories of other machines are asked; the closest url counts.",
    ),
    Field(
        name="webhook",
        type=dict,
        read=as_stated,
        help="Where the controller listens for pushes; left out, it does not.",
    ),
    Field(
        name="controller",
        type=dict,
        read=as_stated,
        help="Where the controller lives, and how it may be asked.",
    ),
    Field(
        name="notify",
        type=list,
        read=as_stated,
        help="Webhooks that are told of drift and the like; left out, none.",
    ),
)

_PATTERN: Final = "regular expression; left out, all match"
RULE: Final = (
    Field(
        name="pointer",
        type=str,
        read=read_pointer,
        help='One field, as a JSON pointer; "" is the whole object.',
    ),
    Field(
        name="path", type=str, read=read_field_path, help="One field, by the path that is shown."
    ),
    Field(name="manager", type=str, read=read_manager, help="Every field that this manager owns."),
    Field(
        name="group",
        type=str,
        read=read_pattern,
        default="",
        help=f"Only objects of this API group ({_PATTERN}).",
    ),
    Field(
        name="kind",
        type=str,
        read=read_pattern,
        default="",
        help=f"Only objects of this kind ({_PATTERN}).",
    ),
    Field(
        name="name",
        type=str,
        read=read_pattern,
        default="",
        help=f"Only objects of this name ({_PATTERN}).",
    ),
    Field(
        name="namespace",
        type=str,
        read=read_pattern,
        default="",
        help=f"Only objects in this namespace ({_PATTERN}).",
    ),
    Field(
        name="labels",
        type=str,
        read=read_labels,
        default="",
        help="Only objects that this label selector matches.",
    ),
)

LAYOUT: Final = (
    Field(
        name="layout",
        type=str,
        read=read_layout_shape,
        help="Instead of path: one app for each folder of this shape, as in apps/{name}/{env}.",
    ),
    Field(
        name="overrides",
        type=dict,
        read=read_overrides,
        help="Settings of single apps of a layout, by their names.",
    ),
)

APP: Final = (
    Field(name="name", type=str, read=read_name, needed=True, help="What the app is called."),
    Field(
        name="repo",
        type=str,
        read=read_repo,
        needed=True,
        help="Git repository: its address, or its path here, or a folder of its work tree.",
    ),
    Field(
        name="revision",
        type=str,
        read=read_revision,
        default="HEAD",
        help="Branch, tag, commit, or range of versions among the tags.",
    ),
    Field(
        name="path",
        type=str,
        read=read_path,
        default="",
        help="Folder, from the root of the repository; left out, the one that repo names.",
    ),
    Field(
        name="include",
        type=list,
        read=read_globs,
        help="Globs of the only files that are read, relative to path; ** crosses folders.",
    ),
    Field(
        name="exclude",
        type=list,
        read=read_globs,
        help="Globs, as in a .gitignore, of files and folders that are not read.",
    ),
    Field(
        name="render",
        type=str,
        read=read_render,
        default="auto",
        help="What makes objects of it: kustomize, helm or nothing (plain); auto looks for itself.",
    ),
    Field(
        name="values",
        type=list,
        read=read_values,
        help="Files of values for helm beside the chart's own, relative to path.",
    ),
    Field(
        name="chart",
        type=dict,
        read=chart(CHART),
        help="Chart of a chart repository or a registry; path holds its files of values, then.",
    ),
    Field(
        name="helm_charts",
        type=bool,
        read=as_stated,
        default=False,
        help="Whether helmCharts of a kustomization are rendered, if they are in the repository.",
    ),
    Field(
        name="remote_bases",
        type=list,
        read=read_bases,
        help="Other repositories that bases of a kustomization may be in, each pinned by ?ref=.",
    ),
    Field(
        name="sops",
        type=list,
        read=read_key_kinds,
        help="Keys that may open its encrypted files, like [age, pgp, aws_kms]; age and pgp alone.",
    ),
    Field(
        name="cluster",
        type=str,
        read=read_cluster,
        help="Name of a cluster; the only one needs no mention.",
    ),
    Field(
        name="depends_on",
        type=list,
        read=read_apps,
        help="Apps that are in sync, at the same commit, before anything of it is written.",
    ),
    Field(
        name="namespace",
        type=str,
        read=read_namespace,
        default="",
        help="For objects that name none.",
    ),
    *HEALING,
    Field(
        name="namespaces",
        type=list,
        read=read_namespaces,
        help="The only ones it may touch; left out, its own and those that its objects name.",
    ),
    Field(
        name="cluster_kinds",
        type=list,
        read=read_kinds,
        help="Beside namespaces: kinds without a namespace that it may touch, too.",
    ),
    Field(
        name="owns",
        type=list,
        read=read_namespaces,
        help="Namespaces in which whatever is not in Git is EXTRA.",
    ),
    Field(
        name="extras",
        type=str,
        read=read_extras,
        default="human",
        help="Which added fields count: of people and unknown programs (human), or all (any).",
    ),
    Field(
        name="contested",
        type=str,
        read=read_contested,
        default="show",
        help="Fields that a controller owns are shown, or drift like any other (enforce).",
    ),
    Field(
        name="managers",
        type=dict,
        read=read_managers,
        help="Managers that are human, unknown, controller, deployer, ours or none after all.",
    ),
    Field(
        name="ignore",
        type=list,
        read=rules(RULE),
        help="Rules for what is neither compared nor overwritten.",
    ),
    Field(
        name="no_heal",
        type=list,
        read=rules(RULE),
        help="Rules, like those of ignore, for what is shown and never written unasked.",
    ),
    Field(
        name="inventory_namespace",
        type=str,
        read=read_inventory_namespace,
        default="",
        help="Where it is recorded what was applied; left out, the app's own.",
    ),
)

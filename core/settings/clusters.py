"""The settings of one API server: how each is read, its default, a sentence of help."""

from typing import Final

from core.settings.fields import Field
from core.settings.healing import read_heals
from core.settings.readers import as_stated, read_file_name
from core.settings.running.controller import read_secret

CLUSTER: Final = (
    Field(name="context", type=str, read=as_stated, default="", help="Context of the kubeconfig."),
    Field(
        name="kubeconfig",
        type=str,
        read=read_file_name,
        default="",
        help="File that has the context; left out, the ones that kubectl reads.",
    ),
    Field(
        name="in_cluster",
        type=bool,
        read=as_stated,
        default=False,
        help="The API server of the pod that driftdeck runs in.",
    ),
    Field(
        name="secret",
        type=dict,
        read=read_secret,
        help="Secret of the controller's namespace that holds the kubeconfig, for a pod.",
    ),
    Field(
        name="protected",
        type=bool,
        read=as_stated,
        default=False,
        help="Whoever writes to it must type its name first.",
    ),
    Field(
        name="read_only",
        type=bool,
        read=as_stated,
        default=False,
        help="Nothing is ever written to it, whoever asks.",
    ),
    Field(
        name="heals_per_minute",
        type=int,
        read=read_heals,
        default=60,
        help="More heals than that within a minute stop healing there until a person looks.",
    ),
    Field(
        name="audit_log",
        type=str,
        read=read_file_name,
        default="",
        help="Audit log of the API server, which tells the users behind writes.",
    ),
)

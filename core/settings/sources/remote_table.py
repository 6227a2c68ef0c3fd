"""The settings that say how repositories of other machines are asked; part of the one list."""

from typing import Final

from core.settings.fields import Field
from core.settings.readers import (
    as_stated,
    read_beginning,
    read_depth,
    read_duration,
    read_file_name,
    read_listen,
    read_variable,
)
from core.settings.sources.charts import read_hosts
from core.settings.sources.signers import read_signers

WEBHOOK: Final = (
    Field(
        name="listen",
        type=str,
        read=read_listen,
        default="127.0.0.1:9292",
        help="Address and port; POST / there is a delivery of GitHub, GitLab, Gitea or a script.",
    ),
    Field(
        name="secret_file",
        type=str,
        read=read_file_name,
        needed=True,
        help="File that holds the secret which deliveries are signed with.",
    ),
)

REPOSITORY: Final = (
    Field(
        name="url",
        type=str,
        read=read_beginning,
        needed=True,
        help="Address of a repository, or how those of several begin; a path for one here.",
    ),
    Field(
        name="username",
        type=str,
        read=as_stated,
        default="git",
        help="Sent with the token; most hosts take any.",
    ),
    Field(
        name="token_file",
        type=str,
        read=read_file_name,
        default="",
        help="File that holds the token for https.",
    ),
    Field(
        name="token_env",
        type=str,
        read=read_variable,
        default="",
        help="Variable that holds the token for https.",
    ),
    Field(
        name="helper",
        type=bool,
        read=as_stated,
        default=True,
        help="Without a token: ask git's own credential helpers, which must not ask back.",
    ),
    Field(
        name="ssh_key",
        type=str,
        read=read_file_name,
        default="",
        help="Private key; left out, ssh's own settings and agent.",
    ),
    Field(
        name="known_hosts",
        type=str,
        read=read_file_name,
        default="",
        help="The only keys of hosts that count; left out, ssh's own files.",
    ),
    Field(
        name="ca_file",
        type=str,
        read=read_file_name,
        default="",
        help="Authorities that its certificate may come from; left out, the system's.",
    ),
    Field(
        name="poll",
        type=str,
        read=read_duration,
        default="30s",
        help="How often the server is asked for news, from 5s on.",
    ),
    Field(
        name="depth",
        type=int,
        read=read_depth,
        help="Commits of history that the first fetch brings; left out, all.",
    ),
    Field(
        name="insecure",
        type=bool,
        read=as_stated,
        default=False,
        help="Whether http:// and git:// may be used, which anybody on the way can change.",
    ),
    Field(
        name="hosts",
        type=list,
        read=read_hosts,
        help="Of charts: other hosts that it may send us to, for its files or its tokens.",
    ),
    Field(
        name="signed_by",
        type=list,
        read=read_signers,
        help="Keys of ssh or gpg, one of which must have signed a commit before it counts.",
    ),
)

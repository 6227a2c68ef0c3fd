"""The commands that bring driftdeck into a cluster, and that look at all that it needs."""

from functools import partial
from typing import Any

import click

from core.cli import jobs
from core.cli.jobs import Job
from core.cli.program.flags import CONFIG, SAFETY, SOURCE, flags, setting
from core.cli.program.group import options_of, program
from core.settings.clusters import CLUSTER
from core.settings.running.controller import CONTROLLER


@program.command()
@CONFIG
@setting("-n", "--namespace", metavar="NS", table=CONTROLLER)
@click.option("--kustomize", "folder", metavar="DIR", help="Write a base of kustomize there.")
@click.option("--image", metavar="IMAGE", help="Image of the container.")
@click.option("--replicas", type=click.IntRange(1, 100), help="Pods (default: one a shard).")
@setting("--context", metavar="CTX", table=CLUSTER)
@click.option("--containerfile", is_flag=True, help="Print how the image is built, and stop.")
@click.option("--dashboard", is_flag=True, help="Print a dashboard for Grafana, and stop.")
@click.option("--alerts", is_flag=True, help="Print alert rules for Prometheus, and stop.")
@click.pass_context
def install(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Print the manifests that run it in a cluster: driftdeck install | kubectl apply -f -.

    Its rights are those that the apps of the settings need.  A server is asked only where a kind is
    in no definition that lies in Git.
    """
    return partial(jobs.install, options_of(context, given))


@program.command()
@click.option("--in-cluster", is_flag=True, help="Ask as the account of the pod that this is in.")
@flags(SOURCE, SAFETY)
@click.pass_context
def doctor(context: click.Context, /, **given: Any) -> Job:  # noqa: ANN401
    """Say what works here and what does not: versions, tools, folders, Git, clusters, rights.

    Each right that an app needs is asked for by a SelfSubjectAccessReview; nothing is written.
    """
    return partial(jobs.doctor, options_of(context, given))

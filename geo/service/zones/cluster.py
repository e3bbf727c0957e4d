"""The processes that do the work, on this machine or on many, and how zones are handed to them."""

import asyncio
import logging
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from geo.exchange.files.zones import ZoneFolder
from geo.model.errors import InvalidInput, N_
from geo.model.remark import Remark
from geo.service.zones.work import Done, Work, do_zone, program, seen

if TYPE_CHECKING:
    from distributed import Client

WAIT_S = 20
DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
"""Ctrl-C reaches every process of a terminal; the command ends the workers itself."""

LEAST_MEMORY = 2**29
OURS = 0.75
"""Share of this machine's memory that local workers have together."""


@dataclass(frozen=True)
class Place:
    """Where the work is done.

    Parameters
    ----------
    scheduler
        Address of a Dask scheduler that has workers; None for processes of this machine, which end with the work.
    workers
        How many of those; None for as many as there are processors.
    memory
        Bytes that each of those may take, in Dask's words such as `2GiB`; None for its share of this machine's.
    """

    scheduler: str | None = None
    workers: int | None = None
    memory: str | None = None

    def __post_init__(self) -> None:
        if self.scheduler is not None and (self.workers, self.memory) != (None, None):
            raise InvalidInput(N_("--workers、--memory 只用于本机；别处的工作进程在启动时各自说明"))


@contextmanager
def client_of(place: Place) -> Iterator["Client"]:
    """A connection to the workers; local ones are started before and ended after.

    Raises
    ------
    InvalidInput
        If there is no such scheduler, it has no workers, or a size is none.
    """
    try:
        with _local(place) if place.scheduler is None else _connected(place.scheduler) as client:
            yield client
    except (OSError, CancelledError, asyncio.CancelledError):  # faults of files are told as ours before
        raise InvalidInput(N_("与调度进程的连接断了；再运行一次会接着做")) from None


@contextmanager
def _connected(scheduler: str) -> Iterator["Client"]:
    from distributed import Client  # half a second that no other command should take

    class ClosingClient(Client):
        """Closes itself where it cannot connect: the garbage collector would, at a moment when that may lock us up."""

        def __init__(self, address: str) -> None:
            try:
                super().__init__(address, timeout=WAIT_S, set_as_default=True)
            except BaseException:
                self.close()
                raise

    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said in our words
    try:
        client = ClosingClient(scheduler)
    except (OSError, ValueError) as fault:
        message = N_("连不上调度进程 %(scheduler)s，地址应像 tcp://10.0.0.5:8786：%(reason)s")
        raise InvalidInput(message, scheduler=scheduler, reason=str(fault)[:120]) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT_S)
        except TimeoutError:
            raise InvalidInput(N_("调度进程 %(scheduler)s 没有工作进程"), scheduler=scheduler) from None
        yield client


@contextmanager
def _local(place: Place) -> Iterator["Client"]:
    """Processes of this machine that talk by TLS: whoever else works on it cannot hand them code."""
    import dask
    from distributed import Client, LocalCluster
    from distributed.system import MEMORY_LIMIT

    workers = place.workers or os.cpu_count() or 1
    memory = _bytes(place.memory) if place.memory else int(MEMORY_LIMIT * OURS / workers)
    # A worker that pauses at a share of its memory may never go on; one that takes all of it is ended and replaced.
    settings = {f"distributed.worker.memory.{share}": False for share in ("target", "spill", "pause")}
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, memory_limit=memory, dashboard_address=None, security=True,
            silence_logs=logging.CRITICAL, preload=[DEAF],
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield client


def _bytes(text: str) -> int:
    from dask.utils import parse_bytes

    try:
        found = int(parse_bytes(text))
    except ValueError:
        found = 0
    if found < LEAST_MEMORY:
        raise InvalidInput(N_("--memory 应像 2GiB，至少 512MiB，现为“%(given)s”"), given=text[:40])
    return found


def check_workers(client: "Client", *folders: Path) -> None:
    """See that every worker runs this program and sees the same folders.

    Raises
    ------
    InvalidInput
        Names the first that does not.
    """
    for worker, told in client.run(seen, *folders, on_error="return").items():
        if isinstance(told, Exception):
            message = N_("工作进程 %(worker)s 载入不了本程序，请在本程序的文件夹里启动它：%(reason)s")
            raise InvalidInput(message, worker=worker, reason=str(told)[:120])
        version, visible = told
        if version != program():
            raise InvalidInput(N_("工作进程 %(worker)s 的程序或库与这里的版本不同"), worker=worker)
        for folder, is_there in zip(folders, visible, strict=True):
            if not is_there:
                message = N_("工作进程 %(worker)s 看不到文件夹 %(folder)s，它应是各机共享的")
                raise InvalidInput(message, worker=worker, folder=str(folder))


def over_zones(client: "Client", zones: Iterable[ZoneFolder], work: Work) -> Iterator[Done]:
    """The work on each zone, in the order in which it is done; a worker that is lost is made up for by another.

    No worker has a second zone waiting for it: when one ends it, that is the fault of the zone it was at.
    """
    from distributed import as_completed

    waiting, going, zone_of = iter(zones), as_completed(), {}

    def begin(count: int) -> None:
        for zone in islice(waiting, count):
            future = client.submit(do_zone, zone, work, key=f"zone-{zone.code}-{uuid4().hex}", pure=False)
            zone_of[future.key] = zone
            going.add(future)

    begin(_threads(client))
    for future in going:
        zone = zone_of.pop(future.key)
        fault = future.exception()
        yield future.result() if fault is None else Done(zone.code, fault=_told(fault))
        begin(max(_threads(client) - len(zone_of), 1))


def _threads(client: "Client") -> int:
    return max(sum(client.nthreads().values()), 1)


def _told(fault: BaseException) -> Remark:
    from distributed import KilledWorker

    if isinstance(fault, KilledWorker):
        return Remark(N_("做这个区的工作进程接连 %(count)s 次中止，可能是内存不够"), count=fault.allowed_failures + 1)
    return Remark(N_("意外的错误 %(kind)s：%(reason)s"), kind=type(fault).__name__, reason=str(fault)[:200])

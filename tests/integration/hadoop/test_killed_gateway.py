"""What a gateway leaves that is killed (kill -9): the next one of the same user on the same machine removes it, and nobody else's."""

import json
import os
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gateway_calls import map_task, runs_of_splits, scripted_worker
from hadoop_gateway import start
from own_processes import ends_within, kill, wait_until

import insitu as rx

SHARE = "/left/share"
PATIENCE = 300


def of_cluster(cluster, **settings):
    return start(conf=cluster.conf, environment={"HADOOP_USER_NAME": cluster.user},
                 settings={"hdfsShareDir": SHARE, "jobTag": "left", **settings})


def names_in(cluster, folder=SHARE):
    found = json.loads(cluster.get(f"/webhdfs/v1{folder}?op=LISTSTATUS&user.name={cluster.user}"))
    return [one["pathSuffix"] for one in found["FileStatuses"]["FileStatus"]]


def gateways_in(cluster):
    return sorted(name for name in names_in(cluster) if name.startswith("gateway-"))


def folder_of(gateway, cluster):
    (name,) = [name for name in gateways_in(cluster) if f"-{gateway.about()['pid']}-" in name]
    return name


def keep_something(gateway):
    """What tasks share is kept in the folder of the gateway."""
    line = gateway.line()
    line.socket.settimeout(PATIENCE)
    line.finish(line.begin("EXEC", payload=b"all[0]", shared=3, key="k", tasks=[[0, 1, True, 3]], task={"mode": "exec"}, runner="local",
                           worker=scripted_worker()))
    return line


def test_its_folder_in_hdfs_goes_at_once_and_those_of_others_stay(hadoop):
    living, killed = of_cluster(hadoop), of_cluster(hadoop)
    after = None
    try:
        lines = [keep_something(one) for one in (living, killed)]
        pid = killed.about()["pid"]
        gone, stays = folder_of(killed, hadoop), folder_of(living, hadoop)
        # The number of a process of another machine says nothing here, and some machines tell none.
        elsewhere = [re.sub("-[0-9a-f]{32}-", f"-{'0' * 32}-", gone), "gateway-" + "1" * 32]
        for name in elsewhere:
            rx.rx_hadoop_make_dir(f"{SHARE}/{name}")
        kill(pid)
        assert ends_within(pid, 10)
        after = of_cluster(hadoop)
        lines.append(keep_something(after))
        assert gateways_in(hadoop) == sorted([stays, folder_of(after, hadoop), *elsewhere])
        for line in lines:
            line.close()
    finally:
        for one in (living, killed, after):
            if one:
                one.remove()
        rx.rx_hadoop_remove_dir(SHARE, skip_trash=True)


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="a job in containers: INSITU_TEST_ALL")
def test_its_jobs_are_ended_with_their_workers(hadoop, tmp_path):
    killed, after = of_cluster(hadoop), None
    try:
        hanging = tmp_path / "hanging"
        asking = killed.line()
        asking.begin("RUN_PASS", tasks=runs_of_splits(2, 2), task=map_task(), worker=scripted_worker(hang=f"1:{hanging}"))
        wait_until(hanging.exists, PATIENCE, "the worker that hangs")
        kill(killed.about()["pid"])
        worker = int(hanging.read_text())
        assert not ends_within(worker, 1)
        after = of_cluster(hadoop)
        line = keep_something(after)
        assert ends_within(worker, 60)
        (ours,) = [one for one in hadoop.applications() if "left" in one["applicationTags"].split(",")]
        assert ours["state"] == "KILLED"
        line.close()
        asking.close()
        after.close()
        assert gateways_in(hadoop) == []
        assert ours["id"].replace("application", "job") not in names_in(hadoop, f"/tmp/hadoop-yarn/staging/{hadoop.user}/.staging")
    finally:
        for one in (killed, after):
            if one:
                one.remove()
        rx.rx_hadoop_remove_dir(SHARE, skip_trash=True)


def test_its_folder_of_this_machine_goes_too(tmp_path):
    common = f"-Djava.io.tmpdir={tmp_path}"
    killed = start(options=(common,))
    after = None
    try:
        line = killed.line()
        line.call("RUN_PASS", tasks=runs_of_splits(1), task=map_task(), worker=scripted_worker())
        (left,) = tmp_path.glob("insitu-mapreduce-*")
        (tmp_path / f"{left.name}9").symlink_to("/tmp")  # whoever leaves that there has something else in mind
        other = tmp_path / "insitu-mapreduce-1234"
        other.mkdir()
        kill(killed.about()["pid"])
        assert ends_within(killed.about()["pid"], 10)
        after = start(options=(common,))
        after.line().call("RUN_PASS", tasks=runs_of_splits(1), task=map_task(), worker=scripted_worker())
        assert not left.exists() and other.exists() and (tmp_path / f"{left.name}9").is_symlink()
        after.close()
        assert sorted(path.name for path in tmp_path.glob("insitu-mapreduce-*")) == sorted([other.name, f"{left.name}9"])
    finally:
        for one in (killed, after):
            if one:
                one.remove()

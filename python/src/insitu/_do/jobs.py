"""What becomes of jobs: rx_get_job_status, rx_get_job_results, rx_wait_for_job ... (docs/jobs.md)."""

import datetime
import sys

from insitu._calls import implements
from insitu._jobs import RxRemoteJob, RxRemoteJobStatus, ask, shown_time
from insitu._requests import reply_of_job, with_record
from insitu.contexts import context_of
from insitu.errors import InvalidArgument, shown, warn


def _job(function, value):
    if isinstance(value, RxRemoteJob):
        return value
    if isinstance(value, str):
        return RxRemoteJob(None, value)
    raise InvalidArgument(f"{function}: job_info must be a job, or the id of one, not {shown(value)}")


def _show(text):
    if text:
        print(text, end="" if text.endswith("\n") else "\n")


@implements("rx_get_job_info")
def _info(arguments):
    return arguments["object"] if isinstance(arguments["object"], RxRemoteJob) else None


@implements("rx_is_job")
def _is_job(arguments):
    return isinstance(arguments["object"], RxRemoteJob)


@implements("rx_get_job_id")
def _id(arguments):
    return _job("rx_get_job_id", arguments["jobInfo"]).id


@implements("rx_get_job_status")
def _status(arguments):
    return RxRemoteJobStatus(_job("rx_get_job_status", arguments["jobInfo"]).state)


@implements("rx_get_job_output")
def _output(arguments):
    return ask("job_output", **_job("rx_get_job_output", arguments["jobInfo"]).place())["output"]


@implements("rx_wait_for_job")
def _wait(arguments):
    job = _job("rx_wait_for_job", arguments["jobInfo"])
    try:
        ask("job_wait", **job.place())
    except KeyboardInterrupt:
        print(f"{job.id} goes on; wait for it again with rx_wait_for_job(insitu.RxRemoteJob(None, {job.id!r})), stop it with "
              "rx_cancel_job", file=sys.stderr)
        raise


@implements("rx_get_job_results")
def _results(arguments):
    job = _job("rx_get_job_results", arguments["jobInfo"])
    view = job.look()
    if view["status"] != "finished":
        text = f"{job.id} has no results: it is {view['status']}" + (f": {view['message']}" if view["message"] else "")
        warn(text)
        return text
    if job.setting("consoleOutput", arguments["consoleOutput"]):
        _show(ask("job_output", **job.place())["output"])
    make = job.maker()
    reply, kept, record = reply_of_job(job)
    value = with_record(make(reply, kept), record)
    if job.setting("autoCleanup", arguments["autoCleanup"]):
        ask("job_remove", force=True, **job.place())
    return value


@implements("rx_cancel_job")
def _cancel(arguments):
    reply = ask("job_cancel", **_job("rx_cancel_job", arguments["jobInfo"]).place())
    if arguments["consoleOutput"]:
        _show(reply["output"])
    return reply["canceled"]


@implements("rx_cleanup_jobs")
def _cleanup(arguments):
    given = arguments["jobInfoList"]
    for each in given if isinstance(given, (list, tuple)) else [given]:
        job = _job("rx_cleanup_jobs", each)
        reply = ask("job_remove", force=bool(arguments["force"]), **job.place())
        status = reply["job"]["status"]
        if reply["removed"]:
            if arguments["verbose"]:
                print(f"{job.id} ({status}) was removed: {job.path}")
        elif status == "finished":
            warn(f"rx_cleanup_jobs: {job.id} is finished and has results, and was kept: fetch them with rx_get_job_results, or "
                 "remove it with force=True")
        elif status != "missing":
            warn(f"rx_cleanup_jobs: {job.id} is {status} and was kept: remove it with force=True")


def _seconds(name, value):
    if value is None or isinstance(value, (int, float)) and not isinstance(value, bool) and value == value:
        return value
    if isinstance(value, datetime.datetime) and value == value:  # pandas.NaT is one, and is no time
        return value.timestamp()
    raise InvalidArgument(f"rx_get_jobs: {name} must be a datetime, not {shown(value)}")


@implements("rx_get_jobs")
def _jobs(arguments):
    context = context_of(arguments["computeContext"])
    states = arguments["states"]
    states = [states] if isinstance(states, (str, RxRemoteJobStatus)) else states
    states = [each.value if isinstance(each, RxRemoteJobStatus) else each for each in states or []]
    matching = context.descriptor() if arguments["exactMatch"] else None
    found = ask("job_list", jobs=context.jobs_folder(), states=states, matching=matching,
                startTime=_seconds("start_time", arguments["startTime"]), endTime=_seconds("end_time", arguments["endTime"]))["jobs"]
    if arguments["verbose"]:
        for view in found:
            print(f"{view['status']:<12} {shown_time(view['changed'])}  {view['id']}")
    return [RxRemoteJob._of(view) for view in found]

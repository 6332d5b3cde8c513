"""Tests of what the worker does with the registered work: upkeep, loops and jobs."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from campaign.db.failure_log import FailureLog
from campaign.extensions import db, write
from campaign.jobs import worker as module
from campaign.jobs.models import Job
from campaign.jobs.operations import CLAIM_LIFETIME, RETRY_AFTER, cancel_job, enqueue
from campaign.jobs.registry import BackgroundWork, JobKind, Registry, background_work
from campaign.jobs.runs import JobLost, WorkerStopping
from campaign.jobs.worker import UpkeepRound, Worker
from campaign.mail.models import OutboxMessage
from campaign.process.clock import utcnow
from tests.factories.jobs import job_loop, jobs_of, run_jobs
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, accept, signature_command
from tests.power_cuts import PowerCut
from tests.together import together

pytestmark = pytest.mark.both_databases

KIND = "test"


@pytest.fixture
def calls():
    """What the handler and the hooks of the kind "test" were called with."""
    return []


@pytest.fixture
def handle(app, calls, monkeypatch):
    """Return a function that registers a handler for jobs of the kind "test"."""

    def handle(handler, **named):
        kind = JobKind(
            KIND,
            handler,
            on_return=lambda subject_id: calls.append(("returned", subject_id)),
            on_give_up=lambda subject_id: calls.append(("given up", subject_id)),
            **named,
        )
        monkeypatch.setitem(background_work(app).kinds, KIND, kind)
        monkeypatch.setattr(module, "failure_log", FailureLog(module.log))

    return handle


def in_minutes(minutes):
    return utcnow() + timedelta(minutes=minutes)


def test_failing_upkeep_does_not_stop_the_other_pieces(app, monkeypatch, caplog):
    def fail(*, now):
        raise ValueError("a row that nobody expected")

    monkeypatch.setattr(module, "failure_log", FailureLog(module.log))
    assert UpkeepRound([], [fail, lambda *, now: 3]).do() == 3
    assert "the worker's upkeep" in caplog.text


def test_work_at_the_start_is_done_once_and_again_after_a_failure(app, monkeypatch):
    outcomes, done = [ValueError(), 1], []

    def start(*, now):
        done.append(now)
        if isinstance(outcome := outcomes[len(done) - 1], Exception):
            raise outcome

    monkeypatch.setattr(module, "failure_log", FailureLog(module.log))
    upkeep = UpkeepRound([start], [])
    for _ in range(4):
        upkeep.do()
    assert len(done) == 2


def test_unreachable_database_is_tried_again(app, monkeypatch):
    def away(*_, **__):
        raise OperationalError("select 1", {}, Exception("away"))

    monkeypatch.setattr(module, "write", away)
    assert UpkeepRound([], background_work(app).upkeep).do() == 0


def test_worker_and_runner_share_the_registered_work(app):
    names = {
        process: {loop.name for loop in Worker(app, Event(), process=process)._loops}
        for process in ("worker", "runner")
    }
    assert names["runner"] == {"signatures.jobs.hatch_confirmed"}
    assert {"upkeep", "mail.jobs.deliver", "job export", "job poster"} <= names["worker"]
    assert not names["worker"] & names["runner"]


def test_worker_runs_until_it_is_told_to_stop(app, handle, monkeypatch):
    stop, ran = Event(), Event()
    registry = Registry(kinds={KIND: JobKind(KIND, lambda run: ran.set())})
    monkeypatch.setitem(app.extensions, "background_work", registry)
    write(enqueue, KIND, 1)
    worker = Worker(app, stop)
    thread = Thread(target=worker.run)
    thread.start()
    assert ran.wait(20)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def test_loops_sleep_until_there_is_something_to_do(app):
    petition = make_petition()
    worker = Worker(app, Event())
    loops = {loop.name: loop for loop in worker._loops}

    def woken():
        loops["check"].work()
        names = {name for name, loop in loops.items() if loop.wake.is_set()}
        for name in names:
            loops[name].wake.clear()
        return names

    loops["search.jobs.update_index"].work()
    assert woken() == set()
    accept(signature_command(petition, AMALIA))
    assert woken() == {"mail.jobs.deliver"}
    write(enqueue, "export", 1)
    write(enqueue, "poster", 1, run_at=in_minutes(5))
    write(lambda: db.session.execute(delete(OutboxMessage)))
    assert woken() == {"job export"}
    accept(signature_command(petition, AMALIA))
    assert woken() == {"job export", "signatures.jobs.answer_repeated"}


def test_kind_of_job_is_registered_once(app):
    work = BackgroundWork()
    work.job("export")(lambda run: None)
    with pytest.raises(ValueError, match="export"):
        work.init_app(app)


def test_job_is_run_and_done(handle, calls):
    handle(lambda run: calls.append(run.subject_id))
    write(enqueue, KIND, 7)
    assert (run_jobs(KIND), run_jobs(KIND)) == (1, 0)
    assert calls == [7]
    assert [(job.state, job.subject_id) for job in jobs_of(KIND)] == [("done", 7)]


def test_two_workers_never_run_the_same_job_at_once(app, handle, calls):
    handle(lambda run: calls.append(run.subject_id))
    for subject_id in range(20):
        write(enqueue, KIND, subject_id)
    together(app, [lambda: run_jobs(KIND)] * 4)
    assert sorted(calls) == list(range(20))


def test_job_of_a_killed_worker_is_taken_over_after_its_lease(handle, calls):
    def die(run):
        calls.append("begun")
        raise PowerCut

    handle(die)
    write(enqueue, KIND, 7)
    with pytest.raises(PowerCut):
        run_jobs(KIND)
    handle(lambda run: calls.append("done"))
    assert run_jobs(KIND, now=utcnow() + CLAIM_LIFETIME / 2) == 0
    assert run_jobs(KIND, now=utcnow() + CLAIM_LIFETIME) == 1
    assert calls == ["begun", "done"]


def test_job_whose_workers_are_killed_again_and_again_is_given_up(handle, calls):
    def die(run):
        raise PowerCut

    handle(die)
    write(enqueue, KIND, 7)
    for attempt in range(3):
        loop = job_loop(KIND, now=in_minutes(2 * attempt))
        with pytest.raises(PowerCut):
            loop.run_next()
    assert calls == []
    assert run_jobs(KIND, now=in_minutes(9)) == 1
    assert calls == [("given up", 7)]
    assert [job.state for job in jobs_of(KIND)] == ["failed"]


def test_failing_job_is_tried_again_after_longer_and_longer_pauses(handle, calls, caplog):
    handle(lambda run: 1 / 0)
    write(enqueue, KIND, 7)
    began = utcnow() + timedelta(seconds=1)
    seconds = RETRY_AFTER.total_seconds()
    ran_after = [
        second
        for second in range(0, int(6 * seconds), 5)
        if run_jobs(KIND, now=began + timedelta(seconds=second))
    ]
    assert ran_after == [0, seconds, 3 * seconds]
    assert calls == [("returned", 7), ("returned", 7), ("given up", 7)]
    assert "ZeroDivisionError" in caplog.text


def test_job_that_must_not_be_given_up_is_tried_without_end(handle, calls):
    handle(lambda run: 1 / 0, max_attempts=None)
    write(enqueue, KIND, 7)
    for attempt in range(1, 40):
        assert run_jobs(KIND, now=in_minutes(120 * attempt)) == 1
    assert ("given up", 7) not in calls


def test_stopping_worker_gives_its_job_back_without_counting_the_attempt(handle, calls):
    stop = Event()

    def interrupted(run):
        stop.set()
        run.write(calls.append, "written")

    handle(interrupted)
    write(enqueue, KIND, 7)
    job_loop(KIND, stop=stop).run_next()
    assert calls == [("returned", 7)]
    [job] = jobs_of(KIND)
    assert (job.state, job.attempts) == ("waiting", 0)


def test_worker_that_lost_its_job_writes_nothing(handle, calls):
    def slow(run):
        handle(lambda other: calls.append("other"))
        assert run_jobs(KIND, now=utcnow() + 2 * CLAIM_LIFETIME) == 1
        with pytest.raises(JobLost):
            run.write(enqueue, "export", 99)
        with pytest.raises(JobLost):
            run.finish(enqueue, "export", 99)
        run.report(50)

    handle(slow)
    write(enqueue, KIND, 7)
    job_loop(KIND).run_next()
    assert calls == ["other"]
    assert jobs_of("export") == []
    assert [job.state for job in jobs_of(KIND)] == ["done"]


def test_writing_renews_the_lease(handle, calls):
    handle(lambda run: run.write(calls.append, "written") or _die())
    write(enqueue, KIND, 7)
    later = utcnow() + CLAIM_LIFETIME
    with pytest.raises(PowerCut):
        job_loop(KIND, now=later).run_next()
    assert run_jobs(KIND, now=later + CLAIM_LIFETIME / 2) == 0


def test_running_job_is_not_taken_over_while_its_worker_lives(handle, calls):
    def slow(run):
        for minutes in range(1, 4):
            loop._clock = lambda minutes=minutes: in_minutes(minutes)
            run.now = loop._clock
            loop.renew_claim()
            calls.append(run_jobs(KIND, now=in_minutes(minutes) + CLAIM_LIFETIME / 2))

    handle(slow)
    write(enqueue, KIND, 7)
    loop = job_loop(KIND)
    loop.run_next()
    loop.renew_claim()
    assert calls == [0, 0, 0]
    assert [job.state for job in jobs_of(KIND)] == ["done"]


def test_heartbeat_renews_each_claim_even_if_one_fails(app, handle):
    beats, worker = [], Worker(app, Event())

    def fail():
        beats.append("failed")
        raise ValueError("the database is away")

    worker._context.on_heartbeat[:] = [fail, lambda: beats.append("renewed")]
    worker._beat()
    assert beats == ["failed", "renewed"]


def _die():
    raise PowerCut


def test_cancelled_job_is_abandoned(handle, calls):
    def cancelled(run):
        write(cancel_job, KIND, run.subject_id)
        run.write(calls.append, "lost")

    handle(cancelled)
    write(enqueue, KIND, 7)
    assert run_jobs(KIND) == 1
    assert jobs_of(KIND) == []


def test_progress_is_recorded(handle, calls):
    def report(run):
        run.report(40)
        calls.extend(job.progress for job in jobs_of(KIND))

    handle(report)
    write(enqueue, KIND, 7)
    run_jobs(KIND)
    assert calls == [40]


def test_job_enqueued_while_it_runs_is_run_again(handle, calls):
    def again(run):
        calls.append(run.subject_id)
        if len(calls) == 1:
            write(enqueue, KIND, 7)
            write(enqueue, KIND, 7)

    handle(again)
    write(enqueue, KIND, 7)
    assert run_jobs(KIND) == 2
    assert calls == [7, 7]


def test_job_that_is_not_finished_runs_again_when_it_says(handle, calls):
    at = in_minutes(5)
    handle(lambda run: None if calls else calls.append("waits") or at)
    write(enqueue, KIND, 7)
    assert run_jobs(KIND) == 1
    assert run_jobs(KIND, now=at - timedelta(seconds=1)) == 0
    assert run_jobs(KIND, now=at) == 1


def test_last_operation_and_the_end_of_the_job_are_one_transaction(handle, calls):
    def finish(run):
        run.finish(lambda: calls.append("finished") or 1 / 0)

    handle(finish)
    write(enqueue, KIND, 7)
    run_jobs(KIND)
    assert calls == ["finished", ("returned", 7)]
    assert [job.state for job in jobs_of(KIND)] == ["waiting"]


def test_stop_is_noticed_between_two_writes(handle, calls):
    stop = Event()

    def checks(run):
        run.check_stop()
        stop.set()
        with pytest.raises(WorkerStopping):
            run.check_stop()
        run.report(1)

    handle(checks)
    write(enqueue, KIND, 7)
    job_loop(KIND, stop=stop).run_next()
    assert calls == [("returned", 7)]
    assert isinstance(jobs_of(KIND)[0], Job)


def test_upkeep_of_a_quiet_site_comes_to_rest(app):
    make_petition()
    registry = background_work(app)
    # While there is something to do, the worker goes on without a pause.
    done = [UpkeepRound(registry.at_start, registry.upkeep).do() for _ in range(3)]
    assert done[-1] == 0, done

"""The Python SDK, client and worker with its sandbox, against a server: python program.py ADDRESS TEST_SERVER DEV_SERVER

The latter two are programs that the SDK's test environments start.

Prints `ok NAME` or `FAILED NAME: why` for each test, and `end`.
"""

import asyncio
import sys
import traceback
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowUpdateFailedError,
)
from temporalio.common import (
    RetryPolicy,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.exceptions import ApplicationError, CancelledError, TerminatedError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

QUEUE = "python"
ORDER_ID = SearchAttributeKey.for_keyword("OrderId")
AMOUNT = SearchAttributeKey.for_int("Amount")
QUICKLY = RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=3)


@activity.defn
async def resumes_from_heartbeat() -> int:
    details = activity.info().heartbeat_details
    if details:
        return details[0] * 10 + activity.info().attempt
    activity.heartbeat(4)
    raise ApplicationError("after a heartbeat")


@activity.defn
async def fails_once() -> int:
    if activity.info().attempt == 1:
        raise ApplicationError("once")
    return activity.info().attempt


@activity.defn
async def until_cancelled() -> None:
    while True:
        activity.heartbeat("alive")
        await asyncio.sleep(0.05)


@workflow.defn
class Work:
    @workflow.run
    async def run(self) -> list[int]:
        remote = await workflow.execute_activity(
            resumes_from_heartbeat,
            start_to_close_timeout=timedelta(seconds=10),
            heartbeat_timeout=timedelta(seconds=5),
            retry_policy=QUICKLY,
        )
        local = await workflow.execute_local_activity(
            fails_once, start_to_close_timeout=timedelta(seconds=10), retry_policy=QUICKLY
        )
        return [remote, local]


@workflow.defn
class Account:
    def __init__(self) -> None:
        self.total = 0
        self.finished = False

    @workflow.run
    async def run(self, start: int) -> int:
        self.total += start
        await workflow.wait_condition(lambda: self.finished)
        return self.total

    @workflow.signal
    def add(self, amount: int) -> None:
        self.total += amount

    @workflow.signal
    def finish(self) -> None:
        self.finished = True

    @workflow.query
    def current(self) -> int:
        return self.total

    @workflow.update
    async def add_update(self, amount: int) -> int:
        await asyncio.sleep(0.01)
        self.total += amount
        return self.total

    @add_update.validator
    def positive(self, amount: int) -> None:
        if amount < 0:
            raise ApplicationError("must not be negative")


@workflow.defn
class Parent:
    @workflow.run
    async def run(self) -> int:
        child = await workflow.start_child_workflow(Account.run, 1, id=f"{workflow.info().workflow_id}-child")
        await child.signal(Account.add, 2)
        await child.signal(Account.finish)
        return await child


@workflow.defn
class CountDown:
    @workflow.run
    async def run(self, left: int) -> bool:
        if left > 0:
            workflow.continue_as_new(left - 1)
        return workflow.info().continued_run_id is not None


@workflow.defn
class UntilCancelled:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            until_cancelled,
            start_to_close_timeout=timedelta(seconds=60),
            heartbeat_timeout=timedelta(seconds=5),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )


@workflow.defn
class Upserts:
    @workflow.run
    async def run(self) -> None:
        workflow.upsert_search_attributes([AMOUNT.value_set(9)])
        await workflow.wait_condition(lambda: False)


@workflow.defn
class SecondAttempt:
    @workflow.run
    async def run(self) -> int:
        if workflow.info().attempt == 1:
            raise ApplicationError("the first one fails")
        return workflow.info().attempt


@workflow.defn
class SleepsADay:
    @workflow.run
    async def run(self) -> float:
        start = workflow.now()
        await asyncio.sleep(24 * 60 * 60)
        return (workflow.now() - start).total_seconds()


WORKFLOWS = [Work, Account, Parent, CountDown, UntilCancelled, Upserts, SecondAttempt, SleepsADay]
ACTIVITIES = [resumes_from_heartbeat, fails_once, until_cancelled]


def worker(client: Client) -> Worker:
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=WORKFLOWS,
        activities=ACTIVITIES,
        max_heartbeat_throttle_interval=timedelta(milliseconds=50),
    )


def new_id() -> str:
    return f"python-{uuid.uuid4()}"


def equal(actual: object, expected: object) -> None:
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")


async def eventually(what: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(200):
        if await what():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("did not become true within 10 seconds")


async def activities(client: Client) -> None:
    equal(await client.execute_workflow(Work.run, id=new_id(), task_queue=QUEUE), [42, 2])


async def messages(client: Client) -> None:
    handle = await client.start_workflow(Account.run, 1, id=new_id(), task_queue=QUEUE)
    await handle.signal(Account.add, 2)
    equal(await handle.query(Account.current), 3)
    equal(await handle.execute_update(Account.add_update, 4), 7)
    try:
        await handle.execute_update(Account.add_update, -1)
        raise AssertionError("the validator lets -1 pass")
    except WorkflowUpdateFailedError as error:
        equal(str(error.cause), "must not be negative")
    await handle.signal(Account.finish)
    equal(await handle.result(), 7)


async def with_start(client: Client) -> None:
    workflow_id = new_id()
    start = WithStartWorkflowOperation(
        Account.run,
        10,
        id=workflow_id,
        task_queue=QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    equal(
        await client.execute_update_with_start_workflow(Account.add_update, 5, start_workflow_operation=start),
        15,
    )
    handle = await client.start_workflow(
        Account.run, 0, id=workflow_id, task_queue=QUEUE, start_signal="add", start_signal_args=[1]
    )
    await handle.signal(Account.finish)
    equal(await handle.result(), 16)


async def children(client: Client) -> None:
    equal(await client.execute_workflow(Parent.run, id=new_id(), task_queue=QUEUE), 3)


async def continue_as_new(client: Client) -> None:
    equal(await client.execute_workflow(CountDown.run, 3, id=new_id(), task_queue=QUEUE), True)


async def cancellation(client: Client) -> None:
    handle = await client.start_workflow(UntilCancelled.run, id=new_id(), task_queue=QUEUE)

    async def beats() -> bool:
        pending = (await handle.describe()).raw_description.pending_activities
        return len(pending) > 0 and len(pending[0].heartbeat_details.payloads) > 0

    await eventually(beats)
    await handle.cancel()
    try:
        await handle.result()
        raise AssertionError("was not cancelled")
    except WorkflowFailureError as error:
        equal(type(error.cause), CancelledError)
    equal((await handle.describe()).status, WorkflowExecutionStatus.CANCELED)


async def search_attributes(client: Client) -> None:
    order = new_id()
    handle = await client.start_workflow(
        Upserts.run,
        id=order,
        task_queue=QUEUE,
        search_attributes=TypedSearchAttributes([SearchAttributePair(ORDER_ID, order)]),
    )
    query = f"OrderId = '{order}' AND Amount = 9"

    async def listed() -> bool:
        return [run.id async for run in client.list_workflows(query)] == [order]

    await eventually(listed)
    equal((await client.count_workflows(query)).count, 1)
    await handle.terminate("seen enough")
    try:
        await handle.result()
        raise AssertionError("was not terminated")
    except WorkflowFailureError as error:
        equal(type(error.cause), TerminatedError)


async def workflow_retry(client: Client) -> None:
    result = await client.execute_workflow(
        SecondAttempt.run, id=new_id(), task_queue=QUEUE, retry_policy=QUICKLY
    )
    equal(result, 2)


async def skips(env: WorkflowEnvironment) -> None:
    """Awaiting a result lets time skip; so does the environment's own sleep."""
    start = await env.get_current_time()
    slept = await env.client.execute_workflow(SleepsADay.run, id=new_id(), task_queue=QUEUE)
    if not 86_400 <= slept < 86_460:
        raise AssertionError(f"slept {slept} s")
    before = await env.get_current_time()
    if before - start < timedelta(days=1):
        raise AssertionError(f"the server's time went from {start} to {before}")
    handle = await env.client.start_workflow(SleepsADay.run, id=new_id(), task_queue=QUEUE)
    await env.sleep(timedelta(days=2))
    equal((await handle.describe()).status, WorkflowExecutionStatus.COMPLETED)
    if await env.get_current_time() - before < timedelta(days=2):
        raise AssertionError("the environment's sleep took no time")


async def test(name: str, what: Awaitable[None]) -> None:
    try:
        await asyncio.wait_for(what, 40)
        print(f"ok {name}", flush=True)
    except Exception:
        print(f"FAILED {name}: {traceback.format_exc()}", flush=True)


async def on_port(address: str) -> None:
    client = await Client.connect(address)
    async with worker(client):
        tests = [
            activities,
            messages,
            with_start,
            children,
            continue_as_new,
            cancellation,
            search_attributes,
            workflow_retry,
        ]
        await asyncio.gather(*(test(each.__name__, each(client)) for each in tests))


async def in_test_environment(test_server: str) -> None:
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=test_server, test_server_startup_timeout=timedelta(seconds=20)
    ) as env:
        async with worker(env.client):
            await test("skips", skips(env))


async def in_local_environment(dev_server: str) -> None:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=dev_server,
        search_attributes=[ORDER_ID, AMOUNT],
        dev_server_startup_timeout=timedelta(seconds=20),
    ) as env:
        async with worker(env.client):
            await test("search attributes of start_local", search_attributes(env.client))


async def main(address: str, test_server: str, dev_server: str) -> None:
    await asyncio.gather(
        on_port(address),
        test("start_time_skipping", in_test_environment(test_server)),
        test("start_local", in_local_environment(dev_server)),
    )
    print("end")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))

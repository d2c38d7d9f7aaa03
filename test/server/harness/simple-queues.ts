import type { Poller, TaskQueueId, WaitingTask } from "../../../src/server/matching/matching.ts";

interface Queue {
  readonly tasks: WaitingTask<unknown>[];
  readonly polls: Set<{ readonly poller: Poller; readonly answer: (value: unknown) => void }>;
  lastPollMs: number;
}

/** First in, first out, without priorities. */
export class SimpleQueues {
  readonly #queues: Map<string, Queue> = new Map();

  add<Answer>(id: TaskQueueId, task: WaitingTask<Answer>): void {
    const queue = this.#queue(id);
    for (const poll of queue.polls) {
      const answer = task.take(poll.poller);
      if (answer === undefined) return;
      queue.polls.delete(poll);
      poll.answer(answer);
      return;
    }
    queue.tasks.push(task);
  }

  hasRecentPoller(id: TaskQueueId): boolean {
    return Date.now() - this.#queue(id).lastPollMs < 10_000;
  }

  poll<Answer>(id: TaskQueueId, poller: Poller): Promise<Answer | undefined> {
    const queue = this.#queue(id);
    queue.lastPollMs = Date.now();
    for (let task = queue.tasks.shift(); task !== undefined; task = queue.tasks.shift()) {
      const answer = task.take(poller) as Answer | undefined;
      if (answer !== undefined) return Promise.resolve(answer);
    }
    return new Promise((resolve) => {
      const poll = { poller, answer: resolve as (value: unknown) => void };
      queue.polls.add(poll);
      const leave = (): void => {
        queue.polls.delete(poll);
        resolve(undefined);
      };
      poller.call.signal.addEventListener("abort", leave);
      if (poller.call.timeoutMs !== undefined) setTimeout(leave, poller.call.timeoutMs - 1_000);
    });
  }

  #queue({ namespace, name, kind }: TaskQueueId): Queue {
    const key = `${namespace} ${kind} ${name}`;
    const queue = this.#queues.get(key) ?? { tasks: [], polls: new Set(), lastPollMs: 0 };
    this.#queues.set(key, queue);
    return queue;
  }
}

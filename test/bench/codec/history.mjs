// A history such as real workflows leave: activities, timers, signals, a child, markers, a failure now and then.

const text = (value) => new TextEncoder().encode(value);
const payload = (value) => ({
  metadata: { encoding: text("json/plain") },
  data: text(JSON.stringify(value)),
});
const payloads = (...values) => ({ payloads: values.map(payload) });
const uuid = (n) => `${n.toString(16).padStart(8, "0")}-4b1d-4e1a-9a55-0123456789ab`;
const identity = "4711@worker-7d9f8c6b5-x2x7k";
const queue = { name: "orders", kind: 1 };
const sticky = { name: "4711@worker-7d9f8c6b5-x2x7k:0a1b2c3d4e5f", kind: 2, normalName: "orders" };

const started = {
  workflowType: { name: "processOrder" },
  taskQueue: queue,
  input: payloads({ orderId: "order-1", items: [1, 2, 3] }),
  workflowTaskTimeout: { seconds: 10 },
  originalExecutionRunId: uuid(1),
  firstExecutionRunId: uuid(1),
  identity,
  attempt: 1,
  workflowId: "order-1",
};

/** The events of one round: a workflow task that schedules things, and what comes of them. */
function round(id, n) {
  const task = id + 2;
  return [
    [
      6,
      "workflowTaskScheduledEventAttributes",
      { taskQueue: sticky, startToCloseTimeout: { seconds: 10 }, attempt: 1 },
    ],
    [
      7,
      "workflowTaskStartedEventAttributes",
      { scheduledEventId: id, identity, requestId: uuid(n), historySizeBytes: n * 900 },
    ],
    [
      8,
      "workflowTaskCompletedEventAttributes",
      { scheduledEventId: id, startedEventId: id + 1, identity, sdkMetadata: {}, meteringMetadata: {} },
    ],
    [
      10,
      "activityTaskScheduledEventAttributes",
      {
        activityId: String(n),
        activityType: { name: "chargeCreditCard" },
        taskQueue: queue,
        input: payloads({ amount: n, currency: "EUR" }, "note"),
        scheduleToCloseTimeout: { seconds: 0 },
        startToCloseTimeout: { seconds: 60 },
        workflowTaskCompletedEventId: task,
        retryPolicy: {
          initialInterval: { seconds: 1 },
          backoffCoefficient: 2,
          maximumInterval: { seconds: 100 },
        },
      },
    ],
    [
      17,
      "timerStartedEventAttributes",
      { timerId: String(n), startToFireTimeout: { seconds: 30 }, workflowTaskCompletedEventId: task },
    ],
    [
      25,
      "markerRecordedEventAttributes",
      {
        markerName: "core_patch",
        details: { data: payloads({ id: "p1", deprecated: false }) },
        workflowTaskCompletedEventId: task,
      },
    ],
    [
      11,
      "activityTaskStartedEventAttributes",
      { scheduledEventId: id + 3, identity, requestId: uuid(n + 1), attempt: 1 },
    ],
    n % 5 === 0
      ? [
          13,
          "activityTaskFailedEventAttributes",
          {
            failure: {
              message: "card declined",
              source: "TypeScriptSDK",
              stackTrace: "Error: card declined\n    at charge (activities.ts:10:9)",
              failureInfo: { case: "applicationFailureInfo", value: { type: "CardError" } },
            },
            scheduledEventId: id + 3,
            startedEventId: id + 6,
            identity,
          },
        ]
      : [
          12,
          "activityTaskCompletedEventAttributes",
          {
            result: payloads({ ok: true, receipt: `r-${n}` }),
            scheduledEventId: id + 3,
            startedEventId: id + 6,
            identity,
          },
        ],
    [
      26,
      "workflowExecutionSignaledEventAttributes",
      { signalName: "approve", input: payloads({ by: "someone", at: n }), identity: "8@client" },
    ],
    n % 2 === 0
      ? [18, "timerFiredEventAttributes", { timerId: String(n), startedEventId: id + 4 }]
      : [
          20,
          "timerCanceledEventAttributes",
          { timerId: String(n), startedEventId: id + 4, workflowTaskCompletedEventId: task, identity },
        ],
  ];
}

/** A response of the server with `count` events. */
export function historyResponse(count) {
  const bodies = [[1, "workflowExecutionStartedEventAttributes", started]];
  for (let n = 0; bodies.length < count; n++) bodies.push(...round(bodies.length + 1, n));
  const events = bodies.slice(0, count).map(([eventType, name, value], i) => ({
    eventId: i + 1,
    eventTime: { seconds: 1767225600 + i, nanos: 123456000 + i },
    eventType,
    taskId: 1048576 + i,
    attributes: { case: name, value },
  }));
  return { history: { events } };
}

/** Inputs, results and failures of workflows. */
const from = (source, list) => list.map((scenario) => ({ source, ...scenario }));
const deep = (levels) => (levels === 0 ? "bottom" : { down: [deep(levels - 1)] });

export const valueScenarios = [
  ...from("results.ts", [
    { subject: "result-simple", workflow: "returnGreeting", args: ["Temporal"] },
    { subject: "result-undefined", workflow: "returnUndefined" },
    { subject: "result-null", workflow: "returnNull" },
    { subject: "result-bytes", workflow: "returnBytes", args: [300] },
    { subject: "result-nested", workflow: "returnNested" },
    { subject: "input-none", workflow: "echoArguments" },
    { subject: "input-several", workflow: "echoArguments", args: [1, "two", null, true, [5], { six: 6 }] },
    { subject: "input-undefined", workflow: "echoArguments", args: [undefined, 1, undefined] },
    { subject: "input-undefined-alone", workflow: "echoOne", args: [undefined] },
    { subject: "input-null", workflow: "echoOne", args: [null] },
    { subject: "input-bytes", workflow: "echoOne", args: [Uint8Array.of(0, 1, 127, 128, 255)] },
    { subject: "input-empty-bytes", workflow: "echoOne", args: [new Uint8Array()] },
    { subject: "input-nested", workflow: "echoOne", args: [deep(20)] },
    {
      subject: "input-unicode",
      workflow: "echoOne",
      args: ["Grüße, 世界 🌍 \u202e\ud83d\udc69\u200d\ud83d\udcbb \u0000"],
    },
    { subject: "input-numbers", workflow: "echoOne", args: [[0, -0, 1.5, 1e300, -(2 ** 53) + 1]] },
    { subject: "result-large", workflow: "returnText", args: [50_000] },
  ]),
  ...from("failures.ts", [
    { subject: "failure-retryable", workflow: "failRetryable", args: ["please try again"] },
    { subject: "failure-non-retryable-details", workflow: "failNonRetryableWithDetails", args: ["never"] },
    { subject: "failure-cause-chain", workflow: "failWithCauseChain" },
    { subject: "failure-from-error", workflow: "failAfterCatching", args: ["caught"] },
  ]),
];

import { describe, expect, test } from "vitest";
import {
  decodeCountWorkflowExecutionsResponse,
  encodeCountWorkflowExecutionsRequest,
  encodeCountWorkflowExecutionsResponse,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { emptyAnswer, startRig } from "./harness.ts";

const PATH = "/temporal.api.workflowservice.v1.WorkflowService/CountWorkflowExecutions";
/** Field 4000, of a newer API: a text, and a number. */
const TOMORROW = Uint8Array.from([0x82, 0xfa, 0x01, 2, 0x68, 0x69, 0x88, 0xfa, 0x01, 42]);

const plus = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...bytes, ...TOMORROW]);
const request = plus(encodeCountWorkflowExecutionsRequest({ namespace: "default" }));
const response = plus(encodeCountWorkflowExecutionsResponse({ count: 3n }));

describe("what a newer API says", () => {
  test.each(["grpc", "grpc-web", "connect"] as const)(
    "over %s it passes both ways whole",
    async (protocol) => {
      await using rig = await startRig();
      const { rpc } = await rig.connect({ protocol });
      rig.seen.answer = async () => ({ ...emptyAnswer, bytes: response });
      const { bytes } = await rpc.unary(PATH, request, {});
      expect([...bytes]).toEqual([...response]);
      expect([...(rig.seen.of("CountWorkflowExecutions")[0]?.bytes ?? [])]).toEqual([...request]);
    },
  );

  test("in JSON, which has no place for it, it is left out, as connect-go and Temporal's HTTP API leave it out", async () => {
    await using rig = await startRig();
    const json = await rig.connect({ protocol: "connect", useBinaryFormat: false });
    rig.seen.answer = async () => ({ ...emptyAnswer, bytes: response });
    const base = `http://${rig.listener.address}`;
    const connect = await fetch(base + PATH, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ namespace: "default", ofTomorrow: { deep: [1] } }),
    });
    expect(await connect.json()).toEqual({ count: "3" });
    const http = await fetch(`${base}/api/v1/namespaces/default/workflow-count?ofTomorrow=1`);
    expect(await http.json()).toEqual({ count: "3" });
    for (const { bytes } of rig.seen.of("CountWorkflowExecutions")) {
      expect([...bytes]).toEqual([...encodeCountWorkflowExecutionsRequest({ namespace: "default" })]);
    }
    const { bytes } = await json.rpc.unary(PATH, request, {});
    expect(decodeCountWorkflowExecutionsResponse(bytes).count).toBe(3n);
  });
});

// Requests as the client sends them, recorded once and sent again by a bare `fetch`, which reads the answers whole and looks at no
// more than their status.

import { nextId } from "./serve.mjs";

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** Where a text stands in bytes. */
function placesOf(text, bytes) {
  const places = [];
  const all = decoder.decode(bytes);
  for (let at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1)) places.push(at);
  return places;
}

/** Wraps `fetch` and keeps what went through it. */
function recorder() {
  const exchanges = [];
  const recording = async (url, init) => {
    const response = await fetch(url, init);
    const answer = new Uint8Array(await response.clone().arrayBuffer());
    const headers = Object.fromEntries(new Headers(init.headers));
    exchanges.push({ url: String(url), method: init.method, headers, body: init.body, answer });
    return response;
  };
  return { recording, exchanges };
}

async function send(url, { method, headers }, body) {
  const response = await fetch(url, { method, headers, body });
  const answer = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200)
    throw new Error(`${method} ${url}: HTTP ${response.status} ${decoder.decode(answer)}`);
  return answer;
}

/** The same request with other ids of the same length in the places of those that were recorded. */
function template({ url, body }, recorded) {
  const isText = typeof body === "string";
  const places = recorded.map((id) => (body === undefined || isText ? [] : placesOf(id, body)));
  return (ids) => {
    let target = url;
    let content = isText ? body : body?.slice();
    for (const [index, id] of ids.entries()) {
      target = target.replace(recorded[index], id);
      if (isText) content = content.replaceAll(recorded[index], id);
      for (const at of places[index]) encoder.encodeInto(id, content.subarray(at));
    }
    return { url: target, body: content };
  };
}

/** The operations of a client, by bare `fetch`. `open` opens a client with a `fetch` of its own. */
export async function bareOperations(open) {
  const { recording, exchanges } = recorder();
  const client = await open({ fetch: recording });
  exchanges.length = 0;
  await client.operations.unary();
  const [unary] = exchanges.splice(0);
  const handle = await client.start();
  await handle.result();
  const [started, ended] = exchanges.splice(0);
  await client.close();
  const { workflowId, firstExecutionRunId: runId } = handle;
  const startOf = template(started, [workflowId]);
  const endOf = template(ended, [workflowId, runId]);
  const [runAt] = placesOf(runId, started.answer);
  return {
    "bare unary": () => send(unary.url, unary, unary.body),
    "bare workflow": async () => {
      const id = nextId();
      const start = startOf([id]);
      const answer = await send(start.url, started, start.body);
      const end = endOf([id, decoder.decode(answer.subarray(runAt, runAt + runId.length))]);
      return await send(end.url, ended, end.body);
    },
  };
}

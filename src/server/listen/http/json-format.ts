/** Which JSON a request is written in, and which its answer is to be. */
export interface JsonFormat {
  readonly request: { readonly short: boolean };
  readonly response: { readonly short: boolean; readonly pretty: boolean; readonly contentType: string };
}

interface Kind {
  readonly short: boolean;
  readonly pretty: boolean;
}

const SHORT: Kind = { short: true, pretty: false };

/** By content type; everything else is the first. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ["application/json", SHORT],
  ["application/json+pretty", { short: true, pretty: true }],
  ["application/json+no-payload-shorthand", { short: false, pretty: false }],
  ["application/json+pretty+no-payload-shorthand", { short: false, pretty: true }],
]);

/**
 * Finds the format by `Content-Type` and `Accept`; `pretty` or `noPayloadShorthand` in the query take the place of `Accept`.
 * As in the real server, a header counts only as a whole.
 */
export function formatOf(headers: Headers, query: string): JsonFormat {
  const contentType = headers.get("content-type") ?? "";
  const request = KINDS.get(contentType) ?? SHORT;
  const names = query.split("&").map((part) => part.split("=", 1)[0]);
  const pretty = names.includes("pretty");
  const full = names.includes("noPayloadShorthand");
  const asked =
    pretty || full
      ? `application/json${pretty ? "+pretty" : ""}${full ? "+no-payload-shorthand" : ""}`
      : (headers.get("accept") ?? "");
  // An answer follows its request where nothing else is asked for.
  const type = KINDS.has(asked) ? asked : KINDS.has(contentType) ? contentType : "application/json";
  const kind = KINDS.get(type) ?? SHORT;
  return { request: { short: request.short }, response: { ...kind, contentType: type } };
}

import type { Payload } from "../common/payload.ts";
import { DEFAULT_BLOB_SIZE_LIMIT, PayloadSizeError, payloadsSize } from "../common/payload-size.ts";
import type { DescribeNamespaceResponse } from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";

interface Limits {
  readonly blob: number;
  readonly memo: number;
}

const DEFAULTS: Limits = { blob: DEFAULT_BLOB_SIZE_LIMIT, memo: DEFAULT_BLOB_SIZE_LIMIT };

/** Up to this size nobody is asked: no server has a smaller limit, and most payloads are far smaller. */
const SURELY_FINE = 256 * 1024;

/**
 * Refuses payloads that the server would not take, before they are sent.
 *
 * L1: the namespace is asked for its limits at most once, and only when a large payload is about to be sent.
 * L2: an answer that could not be had is not kept; the defaults of the server hold until then.
 */
export class PayloadLimits {
  readonly #describeNamespace: () => Promise<DescribeNamespaceResponse>;
  #limits: Promise<Limits> | undefined;

  constructor(describeNamespace: () => Promise<DescribeNamespaceResponse>) {
    this.#describeNamespace = describeNamespace;
  }

  /**
   * Checks the payloads of one field.
   *
   * @throws {PayloadSizeError} with both sizes, when they are more than the server takes
   */
  async check(
    what: string,
    payloads: Iterable<Payload> | undefined,
    kind: keyof Limits = "blob",
  ): Promise<void> {
    if (payloads === undefined) return;
    const size = payloadsSize(payloads);
    if (size <= SURELY_FINE) return;
    const limit = (await this.#ask())[kind];
    if (size > limit) throw new PayloadSizeError(what, size, limit);
  }

  #ask(): Promise<Limits> {
    this.#limits ??= this.#describeNamespace().then(
      ({ namespaceInfo }) => ({
        blob: Number(namespaceInfo?.limits?.blobSizeLimitError ?? 0) || DEFAULTS.blob,
        memo: Number(namespaceInfo?.limits?.memoSizeLimitError ?? 0) || DEFAULTS.memo,
      }),
      () => {
        this.#limits = undefined;
        return DEFAULTS;
      },
    );
    return this.#limits;
  }
}

import type { ClientProtocol } from "../columns.ts";

/** What a host is told to do: one scenario or case, by its name. */
export interface HostedJob {
  readonly kind: "scenario" | "case";
  readonly name: string;
  /** Where the server of the client's protocol listens: a URL. */
  readonly address: string;
  readonly protocol: Exclude<ClientProtocol, "grpc">;
  /** URL of the Node half: workers and comparisons. */
  readonly control: string;
}

/** How it went. */
export interface HostedAnswer {
  /** Message and stack; absent when all was well. */
  readonly error?: string;
}

/** What the host may ask of the Node half: the name is the path, the rest travels as JSON. */
export interface ControlCalls {
  startWorker(ask: {
    readonly taskQueue: string;
    readonly options: Readonly<Record<string, unknown>>;
    /** Options that hold functions, by the name under which `named-workers.ts` has them. */
    readonly named?: string | undefined;
    readonly workflows: "scenarios" | "cases";
  }): Promise<{ readonly id: number }>;
  startWorkerProcess(ask: { readonly taskQueue: string }): Promise<{ readonly id: number }>;
  /** Stops a worker, or kills a worker process. */
  end(ask: { readonly id: number }): Promise<Record<string, never>>;
  compare(ask: { readonly subject: string; readonly history: unknown }): Promise<Record<string, never>>;
}

import { Driver, type DriverParts } from "./driver.ts";

/**
 * A driver for a run that nobody counts and that has no server: what it posts is dropped, and a page of history that it lacks stays
 * missing, for the reason given.
 */
export function closedDriver(parts: Omit<DriverParts, "cache" | "post">, missing: string): Driver {
  const driver: Driver = new Driver({
    ...parts,
    cache: { delete: () => {} },
    post: (message) => {
      if (message.kind !== "wantPage") return;
      const page = { kind: "error", message: missing } as const;
      driver.answerPage({ kind: "page", requestId: message.requestId, page });
    },
  });
  return driver;
}

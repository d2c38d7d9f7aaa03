/** The workflow behind the operation `runs-a-workflow`; bundled for the official worker. */
import { ApplicationFailure, CancellationScope, isCancellation, sleep } from "@temporalio/workflow";

export async function nexusHandler(how) {
  switch (how) {
    case "completes":
      await sleep(50);
      return "done";
    case "fails":
      throw ApplicationFailure.create({ message: "no more", type: "NoMore", details: [1] });
    case "ignoresCancellation":
      return await CancellationScope.nonCancellable(async () => {
        await sleep(700);
        return "done nevertheless";
      });
    case "failsWhenCancelled":
      return await untilCancelled(ApplicationFailure.nonRetryable("failed on cancellation"));
    default:
      return await untilCancelled();
  }
}

/** Ends some time after its cancellation, not at once: else it is a race of which the server hears first, the end or that the request has arrived. */
async function untilCancelled(failure) {
  try {
    return await sleep("1h");
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => sleep(500));
    throw failure ?? error;
  }
}

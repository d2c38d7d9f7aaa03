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
      try {
        return await sleep("1h");
      } catch (error) {
        if (isCancellation(error)) throw ApplicationFailure.nonRetryable("failed on cancellation");
        throw error;
      }
    default:
      return await sleep("1h");
  }
}

import { IllegalStateError } from "../../../common/errors.ts";
import type { NotifyHasPatch } from "../../../core/patch-jobs.ts";
import type { Run } from "../run.ts";

/** History has this patch: what is replayed ran with it. */
export function notifyHasPatch(run: Run, { patchId }: NotifyHasPatch): void {
  if (!run.info.unsafe.isReplaying) {
    throw new IllegalStateError("Unexpected notifyHasPatch job on non-replay activation");
  }
  run.patches.known.add(patchId);
}

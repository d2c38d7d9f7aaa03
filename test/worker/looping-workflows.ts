/** Never yields. */
export async function loopsAtOnce(): Promise<void> {
  for (let turn = 0; ; turn += 1) Math.sqrt(turn);
}

/** The workflow of a recorded history. */
export { oneActivity } from "../conformance/workflows/activities.ts";

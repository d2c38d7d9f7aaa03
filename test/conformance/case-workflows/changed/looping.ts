/** A version that never yields. */
export async function changed(): Promise<void> {
  for (let turn = 0; ; turn += 1) Math.sqrt(turn);
}

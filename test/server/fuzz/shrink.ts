import type { Script, Step } from "./script.ts";

/** Smaller scripts, the boldest cuts first. */
export function* smaller(script: Script): Generator<Script> {
  const { steps } = script;
  for (let size = steps.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < steps.length; at += size) {
      yield { ...script, steps: steps.toSpliced(at, size) };
    }
  }
  for (const [at, step] of steps.entries()) {
    for (const less of smallerSteps(step)) yield { ...script, steps: steps.with(at, less) };
  }
}

function* smallerSteps(step: Step): Generator<Step> {
  if (step.kind === "respond") {
    const { commands, another: _, force: __, sticky: ___, finish: ____, ordered: _____, ...plain } = step;
    const rest = { ...plain, commands };
    if (JSON.stringify(rest) !== JSON.stringify(step)) yield rest;
    for (let at = 0; at < commands.length; at += 1) yield { ...step, commands: commands.toSpliced(at, 1) };
  }
  if ("options" in step) {
    for (const name of Object.keys(step.options)) {
      const options = Object.fromEntries(Object.entries(step.options).filter(([key]) => key !== name));
      yield { ...step, options };
    }
  }
}

/** The smallest script that still fails, found within so many tries. */
export async function shrink(
  script: Script,
  fails: (script: Script) => Promise<boolean>,
  tries: number,
): Promise<Script> {
  let smallest = script;
  let left = tries;
  for (let found = true; found && left > 0; ) {
    found = false;
    for (const candidate of smaller(smallest)) {
      if (left-- <= 0) break;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      found = true;
      break;
    }
  }
  return smallest;
}

import type { Body, Program, Step } from "./program.ts";

/*
 * Smaller programs, the boldest cuts first: whoever looks for the smallest program that still fails takes the first that fails and
 * starts anew from it.
 */

/** Programs that are smaller than the given one by one cut. */
export function* smaller(program: Program): Generator<Program> {
  const { continueAsNew } = program;
  if (continueAsNew !== null) {
    yield { ...program, continueAsNew: null };
    yield { ...program, body: continueAsNew, continueAsNew: null };
  }
  for (const body of smallerBodies(program.body)) yield { ...program, body };
  const { interventions } = program;
  for (let index = 0; index < interventions.length; index++)
    yield { ...program, interventions: interventions.toSpliced(index, 1) };
  for (const less of smallerBodies(continueAsNew ?? [])) yield { ...program, continueAsNew: less };
}

function* smallerBodies(body: Body): Generator<Body> {
  if (body.length > 2) {
    const half = body.length >> 1;
    yield body.slice(0, half);
    yield body.slice(half);
  }
  for (let index = 0; index < body.length; index++) yield body.toSpliced(index, 1);
  for (const [index, step] of body.entries()) {
    for (const inner of bodiesOf(step)) yield body.toSpliced(index, 1, ...inner);
    for (const less of smallerSteps(step)) yield body.with(index, less);
  }
}

/** The bodies inside a step, any of which could stand in its place. */
function bodiesOf(step: Step): readonly Body[] {
  switch (step.op) {
    case "join":
      return step.bodies;
    case "attempt":
      return [step.body, step.rescue, step.always];
    case "child":
      return [step.program];
    case "begin":
    case "scope":
    case "patch":
    case "repeat":
    case "stream":
    case "listen":
    case "serve":
    case "later":
      return [step.body];
    default:
      return [];
  }
}

function* smallerSteps(step: Step): Generator<Step> {
  switch (step.op) {
    case "join":
      if (step.bodies.length > 1)
        for (let index = 0; index < step.bodies.length; index++)
          yield { ...step, bodies: step.bodies.toSpliced(index, 1) };
      for (const [index, inner] of step.bodies.entries())
        for (const less of smallerBodies(inner)) yield { ...step, bodies: step.bodies.with(index, less) };
      break;
    case "attempt":
      for (const body of smallerBodies(step.body)) yield { ...step, body };
      for (const rescue of smallerBodies(step.rescue)) yield { ...step, rescue };
      for (const always of smallerBodies(step.always)) yield { ...step, always };
      break;
    case "child":
      for (const program of smallerBodies(step.program)) yield { ...step, program };
      break;
    case "begin":
    case "scope":
    case "patch":
    case "repeat":
    case "stream":
    case "listen":
    case "serve":
    case "later":
      for (const body of smallerBodies(step.body)) yield { ...step, body };
      break;
    default:
  }
}

import { patched } from "perdure/workflow";
import { newWay, oldWay, untilFinished } from "./steps.ts";

export async function greetings(): Promise<string> {
  return await untilFinished(patched("greet-more") ? await newWay() : await oldWay());
}

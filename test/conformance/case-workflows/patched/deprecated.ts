import { deprecatePatch } from "perdure/workflow";
import { newWay, untilFinished } from "./steps.ts";

export async function greetings(): Promise<string> {
  deprecatePatch("greet-more");
  return await untilFinished(await newWay());
}

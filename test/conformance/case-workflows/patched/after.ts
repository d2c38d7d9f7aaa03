import { newWay, untilFinished } from "./steps.ts";

export async function greetings(): Promise<string> {
  return await untilFinished(await newWay());
}

import { oldWay, untilFinished } from "./steps.ts";

export async function greetings(): Promise<string> {
  return await untilFinished(await oldWay());
}

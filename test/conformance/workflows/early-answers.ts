/** Workflow tasks that are answered while the first local activity runs, and handlers that call local activities themselves. */
import {
  allHandlersFinished,
  condition,
  defineSignal,
  defineUpdate,
  proxyLocalActivities,
  setHandler,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

export const addEarly = defineUpdate<string, [string, number]>("addEarly");
export const noteEarly = defineSignal<[string, number]>("noteEarly");

/** What was asked, each with what came back: the same word, unless results change places. */
export async function earlyAnswers(calls: number, ms: number): Promise<string[]> {
  const seen: string[] = [];
  const ask = async (word: string, takesMs: number): Promise<string> => {
    const answer = `${word}: ${await local.slow(word, takesMs)}`;
    seen.push(answer);
    return answer;
  };
  setHandler(addEarly, ask);
  setHandler(noteEarly, async (word, takesMs) => void (await ask(word, takesMs)));
  // Handlers that the first activation calls come first, as those of a decorated class do.
  for (let i = 0; i < 20; i++) await Promise.resolve();
  await ask("first", ms);
  await condition(() => seen.length === calls && allHandlersFinished());
  return seen;
}

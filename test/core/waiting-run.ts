import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { Player, startTimer } from "./player.ts";

/** A run whose first task started timers 1 and 2 and was answered; events 5 and 6 follow. */
export function waiting(more: ConstructorParameters<typeof Player>[0] = {}): {
  h: HistoryBuilder;
  player: Player;
} {
  const h = new HistoryBuilder();
  h.started();
  h.openTask();
  const player = new Player(more);
  player.step({ kind: "task", task: taskOf(h) });
  player.complete(startTimer(1), startTimer(2));
  player.answered();
  h.taskCompleted();
  h.timerStarted(1);
  h.timerStarted(2);
  return { h, player };
}

import type { Alarm, Timeline } from "../../../src/server/time/timeline.ts";

/** Real time. */
export class WallTimeline implements Timeline {
  now(): number {
    return Date.now();
  }

  at(atMs: number, fire: () => void): Alarm {
    const timer = setTimeout(() => (Date.now() < atMs ? this.at(atMs, fire) : fire()), atMs - Date.now());
    return { cancel: () => clearTimeout(timer) };
  }

  hold(): () => void {
    return () => {};
  }

  end(): void {}
}

import { condition, defineSignal, executeChild, proxyActivities, setHandler, sleep } from "SDK/workflow";

const { charge } = proxyActivities({ startToCloseTimeout: "1 minute" });

export async function activities(count) {
  for (let id = 1; id <= count; id++) await charge({ amount: id, currency: "EUR" });
  return count;
}

export async function signals(count) {
  let seen = 0;
  setHandler(defineSignal("add"), () => {
    seen++;
  });
  await condition(() => seen === count);
  return seen;
}

export async function timers(count) {
  await Promise.all(Array.from({ length: count }, () => sleep("1 minute")));
  return count;
}

export async function children(count) {
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  await Promise.all(ids.map((id) => executeChild("child", { workflowId: `child-${id}`, args: [id] })));
  return count;
}

import { proxyActivities } from "perdure/workflow";

const { greet } = proxyActivities({ startToCloseTimeout: "1 minute" });

export async function hello(name) {
  return await greet(name);
}

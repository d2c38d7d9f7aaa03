import { proxyActivities } from "perdure/workflow";

interface Activities {
  greet(name: string): Promise<string>;
}

const { greet } = proxyActivities<Activities>({ startToCloseTimeout: "1 minute" });

export async function hello(name: string): Promise<string> {
  return await greet(name);
}

/** A worker that users bundle with perdure left outside: it must load and say what it lacks. */
import { Worker } from "perdure/worker";

const error = await Worker.create({ taskQueue: "orders" }).catch((reason) => reason);
console.log(error.message.includes("there is no work") ? "the worker loads" : error);

import { compareAnswers } from "../namespaces/compare-answers.ts";
import { WORKER_TABLE } from "./worker-table.ts";

compareAnswers({ name: "workers", exchanges: WORKER_TABLE });

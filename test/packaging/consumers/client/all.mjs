/** Names the parts that load optional peers. */
import { createGateway } from "perdure/gateway";
import { TestWorkflowEnvironment } from "perdure/testing";
import { bundleWorkflowCode, Worker } from "perdure/worker";

const parts = [createGateway, TestWorkflowEnvironment, bundleWorkflowCode, Worker];
console.log(parts.every((part) => typeof part === "function") ? "all loaded" : "something is missing");

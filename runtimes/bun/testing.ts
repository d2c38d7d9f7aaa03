export { testingPlatform } from "../node-api/testing-host.ts";

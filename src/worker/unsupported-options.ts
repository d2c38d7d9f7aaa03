import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";

/** An option of the official SDK that there is none of here. */
interface Unsupported {
  /** What to do instead. */
  readonly instead: string;
  /** A value that asks for what happens anyhow. */
  readonly harmless?: (value: unknown) => boolean;
}

type Table = Readonly<Record<string, Unsupported>>;

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const NEXUS: Unsupported = {
  instead:
    "this version calls Nexus operations (createNexusServiceClient in workflows) and does not handle them: run handlers in a worker of another SDK",
};

const WORKER: Table = {
  useVersioning: {
    instead:
      "use workerDeploymentOptions: { version: { deploymentName, buildId }, useWorkerVersioning: true, defaultVersioningBehavior }",
    harmless: (value) => value === false,
  },
  nexusServices: { ...NEXUS, harmless: isEmptyList },
  maxConcurrentNexusTaskExecutions: NEXUS,
  maxConcurrentNexusTaskPolls: NEXUS,
  nexusTaskPollerBehavior: NEXUS,
  tuner: {
    instead:
      "give fixed numbers: maxConcurrentWorkflowTaskExecutions, maxConcurrentActivityTaskExecutions, maxConcurrentLocalActivityExecutions",
  },
  plugins: {
    instead:
      "set what the plugin sets: interceptors, sinks, activities, dataConverter, bundlerOptions; or wrap Worker.create in a function of your own",
    harmless: isEmptyList,
  },
  enableSDKTracing: {
    instead: "trace by interceptors of workflows and activities, and read metrics from Runtime.install",
    harmless: (value) => value === false,
  },
  reuseV8Context: {
    instead:
      "leave it out: workflows of a thread always share a context here, each run with its own modules and globals",
    harmless: (value) => value === true,
  },
};

const BUNDLER: Table = {
  webpackConfigHook: {
    instead:
      "esbuild bundles here: use ignoreModules and preloadModules; for more, bundle workflows with a tool of your own first and give its output as workflowsPath",
  },
  plugins: {
    instead: "use ignoreModules, preloadModules and workflowInterceptorModules",
    harmless: isEmptyList,
  },
};

const INTERCEPTORS: Table = {
  activityInbound: {
    instead: "use interceptors.activity: (context) => ({ inbound: … })",
    harmless: isEmptyList,
  },
  nexus: { ...NEXUS, harmless: isEmptyList },
  client: { instead: "give them to the Client that you pass as the option client, if any" },
};

function refuse(options: object, table: Table, prefix: string): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || !Object.hasOwn(table, name)) continue;
    const { instead, harmless } = table[name]!;
    if (harmless?.(value)) continue;
    throw new ValueError(`${prefix}.${name} is ${showValue(value)}, which is not supported: ${instead}`);
  }
}

/**
 * Refuses options of the official worker that have no meaning here, each with what to do instead.
 *
 * @throws ValueError naming the option, its value and the alternative
 *
 * @example
 * ```ts
 * refuseWorkerOptions(options);
 * ```
 */
export function refuseWorkerOptions(options: object): void {
  refuse(options, WORKER, "WorkerOptions");
  const { interceptors } = options as { readonly interceptors?: unknown };
  if (typeof interceptors === "object" && interceptors !== null)
    refuse(interceptors, INTERCEPTORS, "WorkerOptions.interceptors");
}

/**
 * Refuses options of the official bundler that have no meaning here, each with what to do instead.
 *
 * @throws ValueError naming the option, its value and the alternative
 *
 * @example
 * ```ts
 * refuseBundlerOptions(options, "BundleOptions");
 * ```
 */
export function refuseBundlerOptions(options: object, prefix: string): void {
  refuse(options, BUNDLER, prefix);
}

/** Whether a worker option is one of those that are known and not supported; they are never ignored with a mere warning. */
export function isUnsupported(name: string): boolean {
  return Object.hasOwn(WORKER, name);
}

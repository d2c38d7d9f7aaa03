/**
 * What workflow code that comes from the official SDK may import of its packages, files within them included, and what stands
 * for it here.
 */

/** What becomes of an import of an official module. */
export type OfficialModule =
  /** A module that runs share, Perdure's own or one of the official name. */
  | { readonly kind: "shared"; readonly specifier: string }
  /** It does I/O: only using it in a workflow fails. */
  | { readonly kind: "stub"; readonly specifier: string }
  /** What is installed is bundled: it works by itself. */
  | { readonly kind: "installed" }
  /** It belongs to the official runtime, or nobody needs it. */
  | { readonly kind: "refused"; readonly instead: string };

const HOST_PACKAGES: readonly string[] = [
  ...["activity", "client", "worker", "testing", "nexus"],
  ...["cloud", "core-bridge", "envconfig"],
];

/** By the module that has their exports, files of the official packages without folder and extension. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  "perdure/common": [
    ...["common/activity-cancellation-details", "common/activity-options", "common/continue-as-new"],
    ...["common/errors", "common/failure", "common/interfaces", "common/logger", "common/metrics"],
    ...["common/priority", "common/retry-policy", "common/search-attributes", "common/type-info"],
    ...["common/versioning-intent", "common/worker-deployments", "common/workflow-handle"],
    ...["common/workflow-options", "common/workflow-definition-options"],
  ],
  "perdure/converter": [
    ...["data-converter", "failure-converter", "payload-codec", "payload-converter"],
    ...["payload-search-attributes", "serialization-context", "types"],
  ].map((file) => `common/converter/${file}`),
  "perdure/workflow": [
    ...["workflow", "workflow/activities", "workflow/cancellation-scope", "workflow/errors"],
    ...["workflow/event-groups", "workflow/interceptors", "workflow/interfaces", "workflow/logs"],
    ...[
      "workflow/metrics",
      "workflow/nexus",
      "workflow/random-streams",
      "workflow/sinks",
      "workflow/trigger",
    ],
    ...["workflow/update-scope", "workflow/workflow", "workflow/workflow-handle"],
  ],
  // Shared under the official name; see src/engine/inside/deep-imports.ts.
  "@temporalio/common": ["common"],
  "@temporalio/common/lib/encoding": ["common/encoding"],
  "@temporalio/common/lib/interceptors": ["common/interceptors", "workflow/interceptor-composition"],
  "@temporalio/common/lib/reserved": ["common/reserved"],
  "@temporalio/common/lib/time": ["common/time", "common/deprecated-time"],
  "@temporalio/common/lib/type-helpers": ["common/type-helpers"],
};

const SHARED: ReadonlyMap<string, string> = new Map(
  Object.entries(FILES).flatMap(([specifier, files]) => files.map((file) => [file, specifier] as const)),
);

/** Converters that need nothing of the official runtime. */
const INSTALLED: readonly string[] = ["common/protobufs", "common/converter/protobuf-payload-converters"];

/** What is told of the others. */
const INSTEAD: Readonly<Record<string, string>> = {
  common:
    "import what perdure/common, perdure/converter or perdure/workflow export; a helper that they lack, copy into your project",
  workflow:
    "it is part of the official SDK's own runtime: import what perdure/workflow exports, workflowInfo() and inWorkflowContext() for example",
};

/** Says what an import of `@temporalio/…` stands for; nothing for packages that are bundled as they are installed. */
export function officialModule(specifier: string): OfficialModule | undefined {
  const [, name, rest = ""] = /^@temporalio\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  if (HOST_PACKAGES.includes(name)) return { kind: "stub", specifier };
  if (name !== "common" && name !== "workflow") return undefined;
  const inner = rest
    .replace(/^(?:lib|src)(?=\/|$)\/?/, "")
    .replace(/\.[cm]?[jt]s$/, "")
    .replace(/(?:^|\/)index$/, "");
  const file = inner === "" ? name : `${name}/${inner}`;
  const shared = SHARED.get(file);
  if (shared !== undefined) return { kind: "shared", specifier: shared };
  if (file.startsWith("common/internal-non-workflow")) return { kind: "stub", specifier };
  if (INSTALLED.includes(file)) return { kind: "installed" };
  return { kind: "refused", instead: INSTEAD[name]! };
}

/**
 * The workflow bundle: one string that holds all that a workflow thread needs.
 *
 * B1. The first line is a comment with a JSON header; the rest are the sections `shared`, `preload`, `user` and the source map,
 *     one after the other, with the lengths that the header names.
 * B2. `shared` evaluates to an `Inside` (the workflow runtime), once per thread, inside the vm. `preload` and `user` evaluate
 *     to factories `(globals, shared) => modules`; `preload` is called once per thread, `user` once per run.
 * B3. A bundle carries its runtime, so it works with every engine that speaks the same wall version.
 */

/** Number of the layout described above. */
export const BUNDLE_FORMAT = 1;

const MARK = "//perdure-workflow-bundle ";

/** What the first line of a bundle says. */
export interface BundleHeader {
  readonly format: number;
  /** Version of Perdure that made the bundle. */
  readonly perdure: string;
  /** Contract between engine and the shared section; must equal the engine's own. */
  readonly wall: number;
  /** Specifiers that all runs share, with those of `preload`. */
  readonly shared: readonly string[];
  readonly preload: readonly string[];
  /** ECMAScript level of the sections. */
  readonly target: string;
  readonly sourceMap: boolean;
  /** Lengths in UTF-16 units: shared, preload, user, source map. */
  readonly lengths: readonly [number, number, number, number];
}

/** A bundle taken apart. Sections that are not there are empty. */
export interface Bundle {
  readonly header: BundleHeader;
  readonly shared: string;
  readonly preload: string;
  readonly user: string;
  /** Of the `user` section, with absolute paths as sources. */
  readonly sourceMap: string;
}

/** The text is not a workflow bundle, or one for another version of Perdure. */
export class BundleFormatError extends Error {
  override readonly name: string = "BundleFormatError";
  readonly code = "BUNDLE_FORMAT";
}

/** What a bundle is made from. */
export interface BundleParts {
  readonly perdure: string;
  readonly wall: number;
  readonly sharedSpecifiers: readonly string[];
  readonly preloadSpecifiers: readonly string[];
  readonly target: string;
  readonly shared: string;
  readonly preload: string;
  readonly user: string;
  readonly sourceMap: string;
}

/** Joins the sections to one string. */
export function writeBundle(parts: BundleParts): string {
  const { shared, preload, user, sourceMap } = parts;
  const header: BundleHeader = {
    format: BUNDLE_FORMAT,
    perdure: parts.perdure,
    wall: parts.wall,
    shared: parts.sharedSpecifiers,
    preload: parts.preloadSpecifiers,
    target: parts.target,
    sourceMap: sourceMap.length > 0,
    lengths: [shared.length, preload.length, user.length, sourceMap.length],
  };
  return `${MARK}${JSON.stringify(header)}\n${shared}${preload}${user}${sourceMap}`;
}

/**
 * Takes a bundle apart. Throws a BundleFormatError when the text is no bundle, was cut, or was made for an engine with
 * another wall version than `wall`.
 */
export function readBundle(text: string, wall: number): Bundle {
  const header = readBundleHeader(text);
  if (header.wall !== wall) {
    throw new BundleFormatError(
      `The workflow bundle was made by Perdure ${header.perdure} (sandbox contract ${header.wall}), this worker has sandbox ` +
        `contract ${wall}: make the bundle again with bundleWorkflowCode() of the version that runs the worker`,
    );
  }
  const parts: string[] = [];
  let at = text.indexOf("\n") + 1;
  for (const length of header.lengths) {
    parts.push(text.slice(at, at + length));
    at += length;
  }
  if (text.length !== at) {
    throw new BundleFormatError(
      `The workflow bundle has ${text.length} characters instead of ${at}: it was cut or changed on its way ` +
        "(line ends must be kept as they are)",
    );
  }
  return { header, shared: parts[0]!, preload: parts[1]!, user: parts[2]!, sourceMap: parts[3]! };
}

/** Reads the first line. Throws a BundleFormatError when it is not that of a bundle of this format. */
export function readBundleHeader(text: string): BundleHeader {
  const end = text.indexOf("\n");
  if (!text.startsWith(MARK) || end < 0) {
    const start = JSON.stringify(text.slice(0, 40));
    throw new BundleFormatError(
      `The workflow bundle does not begin as one does, but with ${start}: pass the code that bundleWorkflowCode() of ` +
        "perdure/worker returns (bundles of other SDKs do not work)",
    );
  }
  let header: BundleHeader;
  try {
    // The format number is checked next; a header with another shape is not read further.
    header = JSON.parse(text.slice(MARK.length, end)) as BundleHeader;
  } catch (cause) {
    throw new BundleFormatError("The header of the workflow bundle is not JSON: make the bundle again", {
      cause,
    });
  }
  if (header.format !== BUNDLE_FORMAT) {
    throw new BundleFormatError(
      `The workflow bundle has format ${String(header.format)}, this version reads format ${BUNDLE_FORMAT}: make the ` +
        "bundle again with bundleWorkflowCode() of the version that runs the worker",
    );
  }
  return header;
}

/** History holds the marker of a patch: from now on `patched` is true for it. */
export interface NotifyHasPatch {
  readonly kind: "notifyHasPatch";
  readonly patchId: string;
}

/** Workflow code takes a patched (or no longer patched) way for the first time. */
export interface SetPatchMarker {
  readonly kind: "setPatchMarker";
  readonly patchId: string;
  /** The marker may be missing, or be there without a call, from now on. */
  readonly deprecated: boolean;
}

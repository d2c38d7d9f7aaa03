/** Sent as `client-name` with every call, unless the user's metadata says otherwise. */
export const CLIENT_NAME = "perdure";

/** Sent as `client-version`; the version of the package. */
export const CLIENT_VERSION = "0.1.0";

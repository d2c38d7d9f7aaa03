/** Number of the contract between the engine outside and the shared section inside; a bundle carries the one it was made for. */
export const WALL_VERSION = 4;

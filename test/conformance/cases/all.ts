import type { Case } from "../scenario.ts";

export const cases: readonly Case[] = [];

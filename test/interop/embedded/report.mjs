/** Named checks, counted for the closing line. */
export class Report {
  #passed = 0;
  #failed = 0;

  /** Runs one check, within `limitMs`; what it throws is printed. */
  async check(name, what, limitMs = 30_000) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done within ${limitMs} ms`)), limitMs);
    });
    try {
      await Promise.race([what(), late]);
      this.#passed += 1;
    } catch (error) {
      this.#failed += 1;
      console.log(`FAILED ${name}: ${error.stack}${error.cause ? `\n  cause: ${error.cause.stack}` : ""}`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes over what another program counted. */
  add(passed, failed) {
    this.#passed += passed;
    this.#failed += failed;
  }

  /** Prints the line that test/run.ts reads; false when something failed. */
  close() {
    // A run in which nothing was checked proves nothing.
    const failed = this.#passed + this.#failed === 0 ? 1 : this.#failed;
    console.log(`${this.#passed} passed, ${failed} failed, 0 skipped`);
    return failed === 0;
  }
}

/** Waits until `what` gives something, asking every 50 ms. */
export async function eventually(what, limitMs = 10_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await what();
    if (value) return value;
    if (Date.now() > end) throw new Error(`did not become true within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

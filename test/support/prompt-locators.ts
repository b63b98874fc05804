import type { Locator, Page } from 'playwright-core';

const between = 15; // milliseconds
const patience = 25_000; // Playwright gives up after 30 s, and then says what it waited for

/**
 * Lets the locators of a browser go on as soon as their element is there. Playwright itself looks again after 500 ms
 * once it has waited for 270 ms, and a page waits for the service more often than not.
 */
export function makePrompt(page: Page): void {
  const prototype = Object.getPrototypeOf(page.locator('html'));
  if (Object.hasOwn(prototype, made)) return;
  Object.defineProperty(prototype, made, { value: true });
  for (const name of ['waitFor', 'click', 'fill', 'check', 'press', 'textContent', 'inputValue'] as const) {
    const original = prototype[name];
    prototype[name] = async function (this: Locator, ...args: unknown[]) {
      if (!Object(args[0]).state) await isThere(this);
      return Reflect.apply(original, this, args);
    };
  }
}

const made = Symbol('prompt');

/** The method that waits for the locator says what is wrong with it or with its page. */
async function isThere(locator: Locator): Promise<void> {
  const end = performance.now() + patience;
  while (performance.now() < end) {
    const count = await locator.count().catch(() => 1);
    if (count > 0) return;
    await new Promise((resolve) => setTimeout(resolve, between));
  }
}

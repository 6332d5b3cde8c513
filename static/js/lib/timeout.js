/**
 * Return what `action` resolves to. After `ms` milliseconds, its signal is aborted.
 *
 * A caller that may also abort it passes a `controller`. Phones from before 2022 have no
 * `AbortSignal.timeout`.
 *
 * @template T
 * @param {number} ms
 * @param {(signal: AbortSignal) => Promise<T>} action
 * @param {AbortController} [controller]
 * @returns {Promise<T>}
 */
export async function withTimeout(ms, action, controller = new AbortController()) {
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    return await action(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** What citizens write is shown as it is and can do nothing: not turn the line around, not become a link. */

// Marks that reverse or isolate the text after them: a file called "photo" + U+202E + "gpj.exe" would hide its ending.
const DIRECTION_MARKS = /[\u202A-\u202E\u2066-\u2069]/g;

/** The text with invisible direction marks made visible. */
export function plain(text: string): string {
  return text.replace(DIRECTION_MARKS, (mark) => `[U+${mark.charCodeAt(0).toString(16).toUpperCase()}]`);
}

/** An address on the web, or nothing: `javascript:` and its like are no addresses. */
export function webAddress(link: string | null | undefined): string | null {
  if (!link) return null;
  try {
    const url = new URL(link);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A picture that our own service serves, or nothing. */
export function ownPicture(path: string | null): string | null {
  return path !== null && /^\/(?![/\\])/.test(path) ? path : null;
}

/** True for the Enter that means "send", false for the one that picks a word in an input method. */
export function isPlainEnter(event: KeyboardEvent): boolean {
  // 229 is what Safari reports for the Enter that ends a composition.
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

/** A new id for something that may have to be sent twice. */
export function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  // randomUUID needs https; a demo in the local network has none.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

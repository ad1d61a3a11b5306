/**
 * Reads server-sent events from a fetch body.
 *
 * The browser's own EventSource cannot send an Authorization header, and a token in the address would end up in logs.
 */

export interface ServerEvent {
  event: string;
  data: string;
  id: string | null;
}

/** Cuts a stream of text into events; feed it chunks as they come. Comments (heartbeats) yield nothing. */
export function parser(emit: (event: ServerEvent) => void): (chunk: string) => void {
  let rest = "";
  let event = "";
  let data: string[] = [];
  let id: string | null = null;
  return (chunk) => {
    rest += chunk;
    // A lone CR at the end may be half of a CRLF: wait for its other half.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) emit({ event: event || "message", data: data.join("\n"), id });
        event = "";
        data = [];
        id = null;
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") event = value;
      else if (field === "data") data.push(value);
      else if (field === "id") id = value;
    }
  };
}

/** Follows one response until it ends; `alive` is called for every chunk, heartbeats included. */
export async function follow(
  body: ReadableStream<Uint8Array>,
  emit: (event: ServerEvent) => void,
  alive: () => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const feed = parser(emit);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    feed(decoder.decode(value, { stream: true }));
  }
}
